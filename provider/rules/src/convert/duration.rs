//! Durations in Go's format (`1m30s`, as in programs) and in the API's (`90s`, `1.500000000s`), converted through seconds.

/// Parses a duration in either format to seconds: numbers with units `h`, `m`, `s`, `ms`, `us`, `ns`.
pub fn seconds(text: &str) -> Option<f64> {
    if text == "0" {
        return Some(0.0);
    }
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after.find(|character: char| !character.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        total += number.parse::<f64>().ok()? * unit_seconds(unit)?;
        rest = after;
    }
    Some(sign * total)
}

/// The API's format: an integer if possible, otherwise nine decimals.
pub(super) fn to_wire(seconds: f64) -> String {
    if seconds.fract() == 0.0 { format!("{seconds:.0}s") } else { format!("{seconds:.9}s") }
}

/// Go's format, as written by `Duration.String`: `10s`, `1m0s`, `1h0m0s`, `1.5s`, `250ms`.
pub(super) fn to_go(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0s".to_owned();
    }
    if seconds < 0.0 {
        return format!("-{}", to_go(-seconds));
    }
    if seconds < 1.0 {
        return below_a_second(seconds);
    }
    let hours = (seconds / 3600.0).floor();
    let minutes = ((seconds - hours * 3600.0) / 60.0).floor();
    let left = trimmed(seconds - hours * 3600.0 - minutes * 60.0);
    match (hours > 0.0, minutes > 0.0) {
        (true, _) => format!("{hours}h{minutes}m{left}s"),
        (false, true) => format!("{minutes}m{left}s"),
        (false, false) => format!("{left}s"),
    }
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

fn below_a_second(seconds: f64) -> String {
    let (scale, unit) = if seconds >= 1e-3 {
        (1e3, "ms")
    } else if seconds >= 1e-6 {
        (1e6, "µs")
    } else {
        (1e9, "ns")
    };
    format!("{}{unit}", trimmed(seconds * scale))
}

/// At most nine decimals, without zeros at the end.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_parsed_and_formatted_in_both_formats() {
        for (text, wire, go) in [
            ("10s", "10s", "10s"),
            ("60s", "60s", "1m0s"),
            ("1h", "3600s", "1h0m0s"),
            ("1m30s", "90s", "1m30s"),
            ("1.500000000s", "1.500000000s", "1.5s"),
            ("250ms", "0.250000000s", "250ms"),
            ("0", "0s", "0s"),
        ] {
            let seconds = seconds(text).expect(text);
            assert_eq!((to_wire(seconds).as_str(), to_go(seconds).as_str()), (wire, go), "{text}");
        }
    }

    #[test]
    fn an_invalid_duration_is_rejected() {
        for text in ["", "10", "s", "1x", "1m-", "-", "ten seconds"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_duration_survives_a_round_trip(whole in 0u32..10_000_000) {
            let duration = f64::from(whole);
            prop_assert_eq!(seconds(&to_go(duration)), Some(duration));
            prop_assert_eq!(seconds(&to_wire(duration)), Some(duration));
        }

        #[test]
        fn parsing_never_panics(text in ".*") {
            seconds(&text);
        }
    }
}
