//! Durations in descriptors: `250ms`, `5s`, `2m30s`, `1h`.

use crate::findings::{Findings, Place};

/// The duration in milliseconds. An invalid duration is an error, and 0.
pub(crate) fn milliseconds(text: &str, place: &Place, findings: &mut Findings) -> u64 {
    parse(text).unwrap_or_else(|| {
        findings.mistake(place, format!("\"{text}\" is not a duration such as `250ms`, `5s`, `2m30s` or `1h`"));
        0
    })
}

fn parse(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let count: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        rest = &rest[letters..];
        total = total.checked_add(count.checked_mul(unit)?)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed_and_invalid_ones_are_rejected() {
        for (text, expected) in [
            ("250ms", Some(250)),
            ("5s", Some(5_000)),
            ("2m30s", Some(150_000)),
            ("1h", Some(3_600_000)),
            ("", None),
            ("5", None),
            ("s", None),
            ("5 s", None),
            ("99999999999999999999s", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
