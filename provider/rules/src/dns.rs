//! Names and data of DNS records: conversion to the form that is sent, and validation.
//!
//! Contains the syntax of each record type in zone files; independent of properties and calls.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The maximum number of bytes of one string in a TXT record.
const LONGEST_TEXT: usize = 255;

/// The name of a record within its zone: empty for the zone itself, in every spelling.
pub fn relative_name(name: &str, zone: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let zone = zone.to_lowercase();
    if name == "@" || name == zone {
        return String::new();
    }
    name.strip_suffix(&format!(".{zone}")).unwrap_or(name).to_owned()
}

/// Data as they are sent: absolute names with a dot at the end, strings without enclosing quotes.
pub fn sent_data(kind: &str, data: &str, zone: &str) -> String {
    let data = data.trim();
    match kind {
        "CNAME" | "NS" => full_name(data, zone),
        "MX" => full_name(preference(data).1, zone),
        "SRV" => service(data, zone).unwrap_or_else(|| data.to_owned()),
        "TXT" => without_quotes(data).to_owned(),
        _ => data.to_owned(),
    }
}

/// Data as shown to the program: without the priority of an MX record and the quotes of a TXT record.
pub fn shown_data<'a>(kind: &str, data: &'a str) -> &'a str {
    match kind {
        "MX" => preference(data).1,
        "TXT" => without_quotes(data),
        _ => data,
    }
}

/// The priority that the data contain.
pub fn priority_in_data(kind: &str, data: &str) -> Option<u16> {
    match kind {
        "MX" => preference(data.trim()).0,
        "SRV" => data.split_whitespace().next()?.parse().ok(),
        _ => None,
    }
}

/// Data with the priority of the record, for types whose data contain one.
pub fn with_priority(kind: &str, data: &str, priority: u16) -> String {
    match kind {
        "MX" => format!("{priority} {}", preference(data.trim()).1),
        "SRV" => data.split_once(char::is_whitespace).map_or(data.to_owned(), |(_, rest)| format!("{priority} {rest}")),
        _ => data.to_owned(),
    }
}

/// The reason why data are invalid for a record type, as the end of a sentence that starts with the path.
pub fn fault(kind: &str, data: &str) -> Option<String> {
    let data = data.trim();
    let right = match kind {
        "A" => data.parse::<Ipv4Addr>().is_ok(),
        "AAAA" => data.parse::<Ipv6Addr>().is_ok(),
        "CNAME" | "ALIAS" | "NS" | "PTR" | "DNAME" => is_name(data),
        "MX" => is_name(preference(data).1),
        "TXT" => return text_fault(data),
        "SRV" => service(data, "").is_some(),
        "CAA" => is_authority(data),
        "TLSA" => numbers_then(data, [255, 255, 255], is_hex),
        "SSHFP" => numbers_then(data, [255, 255], is_hex),
        "DS" => numbers_then(data, [u16::MAX, 255, 255], is_hex),
        "URI" => numbers_then(data, [u16::MAX, u16::MAX], |target| !target.is_empty()),
        "SVCB" | "HTTPS" => numbers_then(data, [u16::MAX], |rest| rest.split_whitespace().next().is_some_and(is_name)),
        "NAPTR" => numbers_then(data, [u16::MAX, u16::MAX], |rest| words(rest).len() == 4),
        "RP" => matches!(words(data).as_slice(), [mailbox, text] if is_name(mailbox) && is_name(text)),
        "LOC" => is_location(data),
        _ => !data.is_empty(),
    };
    (!right).then(|| format!("must be {}, not \"{data}\"", expected(kind)))
}

fn expected(kind: &str) -> &'static str {
    match kind {
        "A" => "an IPv4 address such as `192.0.2.1` (record type A)",
        "AAAA" => "an IPv6 address such as `2001:db8::1` (record type AAAA)",
        "CNAME" | "ALIAS" | "NS" | "PTR" | "DNAME" => "a host name such as `www.example.org.`",
        "MX" => "a mail server's host name such as `mail.example.org.`",
        "SRV" => "priority, weight, port and host, such as `10 5 5060 sip.example.org.`",
        "CAA" => "flags, tag and value, such as `0 issue \"letsencrypt.org\"`",
        "TLSA" => "usage, selector, matching type and a hexadecimal certificate, such as `3 1 1 0d6f…`",
        "SSHFP" => "algorithm, type and a hexadecimal fingerprint, such as `4 2 123abc…`",
        "DS" => "key tag, algorithm, digest type and a hexadecimal digest, such as `60485 13 2 d4b7…`",
        "URI" => "priority, weight and target, such as `10 1 \"https://example.org/\"`",
        "SVCB" | "HTTPS" => "priority, target and parameters, such as `1 . alpn=h2`",
        "NAPTR" => "order, preference, flags, service, regular expression and replacement, in this order",
        "RP" => "a mailbox and a name, such as `admin.example.org. info.example.org.`",
        "LOC" => "a latitude and a longitude, such as `48 51 24 N 2 21 8 E 35m`",
        _ => "not empty",
    }
}

/// An absolute name: a name without dots is relative to the zone, and `@` is the zone.
fn full_name(name: &str, zone: &str) -> String {
    let name = name.to_lowercase();
    if name.ends_with('.') {
        return name;
    }
    match name.as_str() {
        "@" => format!("{zone}."),
        name if name.contains('.') || zone.is_empty() => format!("{name}."),
        name => format!("{name}.{zone}."),
    }
}

/// The preference before a mail server, as in a zone file.
fn preference(data: &str) -> (Option<u16>, &str) {
    let Some((number, server)) = data.split_once(char::is_whitespace) else { return (None, data) };
    number.parse().map_or((None, data), |number| (Some(number), server.trim_start()))
}

/// Priority, weight, port and host; the default weight is 0.
fn service(data: &str, zone: &str) -> Option<String> {
    let words: Vec<&str> = data.split_whitespace().collect();
    let (numbers, host) = match words.as_slice() {
        [priority, port, host] => ([*priority, "0", *port], *host),
        [priority, weight, port, host] => ([*priority, *weight, *port], *host),
        _ => return None,
    };
    let are_numbers = numbers.iter().all(|number| number.parse::<u16>().is_ok());
    (are_numbers && is_name(host)).then(|| format!("{} {}", numbers.join(" "), full_name(host, zone)))
}

/// Labels of visible characters; record names may contain underscores and `*`.
fn is_name(name: &str) -> bool {
    if name == "." || name == "@" {
        return true;
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_*/".contains(&byte) || !byte.is_ascii())
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_authority(data: &str) -> bool {
    let words = words(data);
    let [flags, tag, value, ..] = words.as_slice() else { return false };
    let is_tag = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Parameters follow a semicolon, with or without enclosing quotes.
    flags.parse::<u8>().is_ok() && is_tag && (words.len() == 3 || value.ends_with(';') || words[3].starts_with(';'))
}

fn is_hex(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(|one| !one.is_whitespace()).collect();
    !digits.is_empty() && digits.len().is_multiple_of(2) && digits.iter().all(char::is_ascii_hexdigit)
}

fn is_location(data: &str) -> bool {
    let mut words = data.split_whitespace();
    words.clone().any(|word| matches!(word, "N" | "S" | "n" | "s"))
        && words.any(|word| matches!(word, "E" | "W" | "e" | "w"))
}

/// Numbers up to these limits, followed by a rest that satisfies the predicate.
fn numbers_then<const N: usize>(data: &str, most: [u16; N], is_so: impl Fn(&str) -> bool) -> bool {
    let mut rest = data;
    for most in most {
        let (number, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if number.parse::<u16>().ok().is_none_or(|number| number > most) {
            return false;
        }
        rest = after.trim_start();
    }
    is_so(rest)
}

/// Splits into words; a quoted string is one word.
fn words(data: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quoted, mut open) = (false, false);
    for character in data.chars() {
        if character == '"' {
            quoted = !quoted;
        } else if character.is_whitespace() && !quoted {
            open = false;
            continue;
        }
        if !open {
            words.push(String::new());
            open = true;
        }
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    words
}

/// Removes the quotes of a single quoted string; several quoted strings are unchanged.
fn without_quotes(data: &str) -> &str {
    let inner = data.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| quotes(inner) == 0).unwrap_or(data)
}

/// The number of unescaped quotes.
fn quotes(text: &str) -> usize {
    let mut escaped = false;
    let counts = |character: char| {
        let is_quote = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        is_quote
    };
    text.chars().map(counts).filter(|is_quote| *is_quote).count()
}

fn text_fault(data: &str) -> Option<String> {
    if data.is_empty() {
        return Some("must not be empty".to_owned());
    }
    if !data.starts_with('"') {
        return None;
    }
    if quotes(data) % 2 == 1 || !data.ends_with('"') {
        return Some("has an opening quote without a closing one: remove the quotes, or close them".to_owned());
    }
    let longest = data.split('"').map(str::len).max().unwrap_or(0);
    (longest > LONGEST_TEXT).then(|| {
        format!(
            "has {longest} bytes between two quotes, but the limit of DNS is {LONGEST_TEXT}: split it into several strings, \
             `\"…\" \"…\"`, or remove the quotes"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_itself_has_an_empty_name_in_every_spelling() {
        for (name, relative) in [
            ("", ""),
            ("@", ""),
            ("Example.org", ""),
            ("example.org.", ""),
            ("www", "www"),
            ("WWW.example.org", "www"),
            ("a.b.example.org.", "a.b"),
            ("www.example.com", "www.example.com"),
            ("notexample.org", "notexample.org"),
        ] {
            assert_eq!(relative_name(name, "example.org"), relative, "{name}");
        }
    }

    #[test]
    fn data_are_sent_in_canonical_form() {
        for (kind, data, sent) in [
            ("CNAME", "www", "www.example.org."),
            ("CNAME", "xxx.scw.cloud", "xxx.scw.cloud."),
            ("CNAME", "XXX.scw.cloud.", "xxx.scw.cloud."),
            ("CNAME", "@", "example.org."),
            ("NS", ".", "."),
            ("MX", "10 mail", "mail.example.org."),
            ("SRV", "10 5678 bar.example.com", "10 0 5678 bar.example.com."),
            ("SRV", "0 0 1234 foo.example.com.", "0 0 1234 foo.example.com."),
            ("TXT", "\"v=spf1 -all\"", "v=spf1 -all"),
            ("TXT", "\"a\" \"b\"", "\"a\" \"b\""),
            ("A", " 192.0.2.1", "192.0.2.1"),
            ("CAA", "0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""),
        ] {
            assert_eq!(sent_data(kind, data, "example.org"), sent, "{kind} {data}");
            assert_eq!(sent_data(kind, sent, "example.org"), sent, "{kind} {data}, sent again");
            assert_eq!(sent_data(kind, shown_data(kind, sent), "example.org"), sent, "{kind} {data}, as shown");
        }
        assert_eq!(shown_data("MX", "10 mail.example.org."), "mail.example.org.");
        assert_eq!(shown_data("TXT", "\"v=spf1 -all\""), "v=spf1 -all");
        assert_eq!((priority_in_data("SRV", "7 0 1 a."), priority_in_data("MX", "mail")), (Some(7), None));
    }

    #[test]
    fn each_record_type_accepts_valid_data_and_rejects_invalid_data() {
        let long = format!("\"{}\"", "a".repeat(256));
        for (kind, right, wrong) in [
            ("A", "192.0.2.1", "2001:db8::1"),
            ("AAAA", "2001:db8::1", "192.0.2.1"),
            ("CNAME", "_dmarc.example.org.", "https://example.org"),
            ("ALIAS", "lb.example.org", "a b"),
            ("NS", "ns0.example.org.", ""),
            ("PTR", "1.2.0.192.in-addr.arpa.", "a..b"),
            ("DNAME", "example.com.", "example com"),
            ("MX", "10 mail.example.org.", "ten mail.example.org."),
            ("TXT", "v=spf1 include:_spf.example.org \"~all\"", "\"open"),
            ("TXT", "\"a\\\"b\" \"c\"", long.as_str()),
            ("SRV", "10 0 5060 .", "10 0 99999 sip.example.org."),
            ("CAA", "0 issue \"ca.example.org; policy=ev\"", "issue letsencrypt.org"),
            ("CAA", "0 issue ca.example.org; policy=ev", "0 issue ca.example.org other"),
            ("TLSA", "3 1 1 0D6F CE35", "3 1 1 xyz"),
            ("SSHFP", "4 2 123abc", "4 2 12g"),
            ("DS", "60485 13 2 d4b7", "70000 13 2 d4b7"),
            ("URI", "10 1 \"https://example.org/\"", "10 \"https://example.org/\""),
            ("HTTPS", "1 . alpn=h2", "h2"),
            ("SVCB", "1 svc.example.org. port=443", "1"),
            ("NAPTR", "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:a b@example.org!\" .", "100 10 u"),
            ("RP", "admin.example.org. info.example.org.", "admin@example.org"),
            ("LOC", "48 51 24 N 2 21 8 E 35m", "Paris"),
            ("HINFO", "\"x86\" \"Linux\"", " "),
        ] {
            assert_eq!(fault(kind, right), None, "{kind} {right}");
            assert!(fault(kind, wrong).is_some(), "{kind} {wrong}");
        }
    }
}
