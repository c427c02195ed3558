//! Syntax checks for the formats of strings.

use std::net::IpAddr;

use crate::schema::StringFormat;

pub(crate) fn fits(format: StringFormat, text: &str) -> bool {
    match format {
        StringFormat::DateTime => date_time(text),
        StringFormat::Byte => base64(text),
        StringFormat::Ip => text.parse::<IpAddr>().is_ok() || cidr(text),
        StringFormat::Cidr => cidr(text),
        StringFormat::Duration => duration(text),
    }
}

pub(crate) fn name(format: StringFormat) -> &'static str {
    match format {
        StringFormat::DateTime => "a time as in RFC 3339",
        StringFormat::Byte => "base64",
        StringFormat::Ip => "an IP address",
        StringFormat::Cidr => "a network in CIDR notation",
        StringFormat::Duration => "seconds such as `3600s`",
    }
}

/// `2026-07-17T09:50:00.638933Z`, with any number of decimals and any offset.
fn date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let Some(zone) = time.find(['Z', 'z', '+', '-']) else {
        return false;
    };
    let (clock, offset) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let offset_fits = matches!(offset, "Z" | "z") || numbers(&offset[1..], ':', &[(0, 23), (0, 59)]);
    numbers(date, '-', &[(0, 9999), (1, 12), (1, 31)])
        && numbers(clock, ':', &[(0, 23), (0, 59), (0, 60)])
        && digits(fraction)
        && offset_fits
}

fn numbers(text: &str, separator: char, ranges: &[(u32, u32)]) -> bool {
    let parts: Vec<_> = text.split(separator).collect();
    parts.len() == ranges.len()
        && parts.iter().zip(ranges).all(|(part, (lowest, highest))| {
            let width = if *highest > 99 { 4 } else { 2 };
            part.len() == width
                && digits(part)
                && part.parse().is_ok_and(|number: u32| (*lowest..=*highest).contains(&number))
        })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

fn cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    digits(length) && length.parse().is_ok_and(|length: u32| length <= longest)
}

fn duration(text: &str) -> bool {
    let Some(seconds) = text.strip_suffix('s') else {
        return false;
    };
    let seconds = seconds.strip_prefix('-').unwrap_or(seconds);
    match seconds.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(seconds),
    }
}
