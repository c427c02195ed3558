//! The validation rules for single values, each with its message. A message never contains a secret value.

use catalog::{Checks, Format, Kind, Property};
use value::{Data, Value};

use super::cron;
use crate::id::is_uuid;
use crate::presence;
use crate::{convert, place};

/// The reasons why a value is invalid; none for unknown values.
pub(super) fn broken(property: &Property, value: &Value, secret: bool) -> Vec<String> {
    let checks = &property.checks;
    if checks.is_empty() || presence::is_left_to_api(property, value) {
        return Vec::new();
    }
    match value.data() {
        Data::Array(items) => {
            let too_many = checks.max_items.filter(|most| items.len() > *most as usize);
            let mut reasons: Vec<String> =
                too_many.map(|most| format!("must have at most {most} items")).into_iter().collect();
            if !matches!(&property.kind, Kind::List(element) if matches!(element.as_ref(), Kind::Object(_))) {
                reasons.extend(items.iter().flat_map(|item| scalar(checks, item, secret)));
            }
            reasons
        }
        Data::Object(map) if matches!(property.kind, Kind::Map(_)) => {
            let too_long =
                |key: &&String| checks.max_key_length.is_some_and(|most| key.chars().count() > most as usize);
            let keys = map.keys().filter(too_long).map(|key| {
                format!("has the key `{key}`, which is longer than {} characters", checks.max_key_length.unwrap_or(0))
            });
            let set = checks.key_characters.as_deref();
            let odd = |key: &&String| set.is_some_and(|set| key.is_empty() || !key.chars().all(|one| in_set(set, one)));
            let odd = map.keys().filter(odd).map(|key| {
                format!("has the key `{key}`, but keys must contain only the characters {}", set.unwrap_or_default())
            });
            keys.chain(odd).chain(map.values().flat_map(|value| scalar(checks, value, secret))).collect()
        }
        _ => scalar(checks, value, secret),
    }
}

/// A warning for a number outside of the limits that Scaleway documents. Never for a secret.
pub(super) fn unusual(property: &Property, value: &Value) -> Option<String> {
    let Checks { min, usual_min, usual_max, .. } = property.checks;
    let number = value.as_f64().filter(|_| !property.secret && !value.contains_secret())?;
    // A number below the minimum is a failure.
    let least = usual_min.filter(|least| number < *least && min.is_none_or(|min| number >= min));
    let most = usual_max.filter(|most| number > *most);
    let bound = least.map(|least| format!("below {least}")).or_else(|| most.map(|most| format!("above {most}")))?;
    Some(format!("{number} is {bound}, the limit in Scaleway's documentation: it is sent, and the API may reject it"))
}

fn scalar(checks: &Checks, value: &Value, secret: bool) -> Vec<String> {
    if let (Some(reason), Some(true)) = (&checks.unsupported, value.as_bool()) {
        return vec![format!("cannot be true: {reason}; remove this input")];
    }
    match value.data() {
        Data::String(text) => self::text(checks, text, secret),
        Data::Number(number) => self::number(checks, *number),
        _ => Vec::new(),
    }
}

fn text(checks: &Checks, text: &str, secret: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    let not = if secret { String::new() } else { format!(", not \"{text}\"") };
    if !checks.allowed.is_empty() && !checks.allowed.iter().any(|allowed| allowed == text) {
        let near = nearest(text, checks.allowed.iter().map(String::as_str)).filter(|_| !secret);
        let near = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
        reasons.push(format!("must be one of {}{not}{near}", checks.allowed.join(", ")));
    }
    if checks.not_in.iter().any(|reserved| reserved == text) {
        reasons.push(format!("must not be one of the reserved names {}", checks.not_in.join(", ")));
    }
    let length = text.chars().count();
    if let Some(least) = checks.min_length.filter(|least| length < *least as usize) {
        reasons.push(format!("must have at least {least} characters"));
    }
    if let Some(most) = checks.max_length.filter(|most| length > *most as usize) {
        reasons.push(format!("must have at most {most} characters, not {length}"));
    }
    if let Some(set) = &checks.characters
        && !text.chars().all(|character| in_set(set, character))
    {
        reasons.push(format!("must contain only the characters {set}"));
    }
    if let Some(expected) = checks.format.and_then(|format| unlike(format, text)) {
        let fault = if checks.format == Some(Format::Cron) && !secret { cron::fault(text) } else { None };
        let fault = fault.map(|fault| format!(": {fault}")).unwrap_or_default();
        reasons.push(format!("must be {expected}{not}{fault}"));
    }
    reasons
}

fn number(checks: &Checks, number: f64) -> Vec<String> {
    let mut reasons = Vec::new();
    if checks.also.contains(&number) {
        return reasons;
    }
    let or = checks.also.iter().map(|also| format!(", or {also}")).collect::<Vec<_>>().concat();
    if let Some(least) = checks.min.filter(|least| number < *least) {
        reasons.push(format!("must be at least {least}{or}, not {number}"));
    }
    if let Some(most) = checks.max.filter(|most| number > *most) {
        reasons.push(format!("must be at most {most}{or}, not {number}"));
    }
    if let Some(divisor) = checks.divisible_by.filter(|divisor| number % f64::from(*divisor) != 0.0) {
        reasons.push(format!("must be a multiple of {divisor}, not {number}"));
    }
    reasons
}

/// The expected form of a string that does not have it. An empty string means "not set", as in programs for
/// `pulumiverse_scaleway`.
fn unlike(format: Format, text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    let (right, expected) = match format {
        Format::Uuid => (is_uuid(text), "a UUID"),
        Format::LocalizedUuid => {
            let (locality, rest) = place::split(text);
            (locality.is_some() && is_uuid(rest), "a UUID with a region or zone, such as `fr-par/<uuid>`")
        }
        Format::UuidOrLocalized => (is_uuid(place::split(text).1), "a UUID, with or without a region or zone"),
        // Scaleway adds regions and zones, so every name is accepted.
        Format::Region | Format::Zone => (true, ""),
        Format::Timestamp => (text.parse::<jiff::Timestamp>().is_ok(), "a timestamp such as `2027-01-31T12:00:00Z`"),
        Format::Date => (text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10, "a date such as `2027-01-31`"),
        Format::Duration => (convert::duration_seconds(text).is_some(), "a duration such as `30s` or `1m30s`"),
        Format::Cidr => (convert::block(text).is_some(), "an IP address or a CIDR block such as `192.168.0.0/24`"),
        Format::Ipv4Cidr => (is_ipv4_block(text), "an IPv4 address or a CIDR block such as `192.168.0.0/24`"),
        Format::CidrNetwork => (is_network(text), "a CIDR block without host bits such as `192.168.0.0/24`"),
        Format::Email => (is_email(text), "an e-mail address"),
        Format::Hostname => (is_hostname(text), "a host name such as `api.example.org`"),
        Format::Cron => {
            (cron::fault(text).is_none(), "a cron schedule such as `30 4 * * 1-5` (minute, hour, day, month, weekday)")
        }
        Format::TimeZone => (is_time_zone(text), "a time zone such as `Europe/Paris` or `UTC`"),
        Format::HttpPath => (is_http_path(text), "a request path such as `/jobs/nightly`"),
        Format::HttpUrl => (is_http_url(text), "a URL such as `https://example.org/health`"),
        Format::HeaderValue => {
            (!text.chars().any(|one| one.is_control() && one != '\t'), "a single line without control characters")
        }
        Format::AsciiHeader => (
            text.trim() == text && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()),
            "printable ASCII characters without a space at either end (it is sent as a header)",
        ),
        Format::JsonObject => {
            (serde_json::from_str::<serde_json::Value>(text).is_ok_and(|json| json.is_object()), "a JSON object")
        }
        Format::SshKey => {
            (convert::ssh_key(text).is_some(), "an SSH public key on one line, such as `ssh-ed25519 AAAA…`")
        }
        Format::Name => (
            text.starts_with(|first: char| first.is_ascii_lowercase())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "a name of lower-case letters, digits and hyphens that starts with a letter, such as `main-1`",
        ),
        Format::Port => (text.parse::<u16>().is_ok_and(|port| port > 0), "a port number from 1 to 65535"),
        Format::Ip => (text.parse::<std::net::IpAddr>().is_ok(), "an IP address such as `192.168.0.7`"),
        Format::Mac => (is_mac(text), "a MAC address such as `02:00:00:12:34:56`"),
        Format::MessagingName => {
            (is_messaging_name(text), "only letters, digits, hyphens and underscores, and `.fifo` at the end for FIFO")
        }
        Format::BucketName => (
            is_bucket_name(text),
            "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens that start and end with a letter or digit",
        ),
        Format::DatabasePassword => (
            is_database_password(text),
            "8 to 128 characters with an upper case letter, a lower case letter, a digit and a special character",
        ),
        Format::BucketPolicy => {
            (is_bucket_policy(text), "a JSON policy with the `Version` 2023-04-17 or 2012-10-17 and a `Statement` list")
        }
    };
    (!right).then_some(expected)
}

fn is_messaging_name(text: &str) -> bool {
    let base = text.strip_suffix(".fifo").unwrap_or(text);
    !base.is_empty() && base.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_bucket_name(text: &str) -> bool {
    let at_ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
        && at_ends(text.bytes().next())
        && at_ends(text.bytes().last())
        && !text.contains("..")
        && text.parse::<std::net::Ipv4Addr>().is_err()
}

fn is_bucket_policy(text: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    matches!(policy["Version"].as_str(), Some("2023-04-17" | "2012-10-17"))
        && (policy["Statement"].is_array() || policy["Statement"].is_object())
}

fn is_database_password(text: &str) -> bool {
    let has = |class: fn(char) -> bool| text.chars().any(class);
    (8..=128).contains(&text.chars().count())
        && has(|one| one.is_ascii_uppercase())
        && has(|one| one.is_ascii_lowercase())
        && has(|one| one.is_ascii_digit())
        && has(|one| !one.is_ascii_alphanumeric())
}

fn is_mac(text: &str) -> bool {
    let bytes: Vec<&str> = text.split([':', '-']).collect();
    bytes.len() == 6 && bytes.iter().all(|byte| byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_ipv4_block(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok() || text.parse::<ipnet::Ipv4Net>().is_ok()
}

fn is_network(text: &str) -> bool {
    text.parse::<ipnet::IpNet>().is_ok_and(|block| block.addr() == block.network())
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
}

/// At least two labels of letters, digits and hyphens.
fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

/// A name in the form of the time zone database: words joined by slashes.
fn is_time_zone(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    text.split('/').all(is_word)
}

fn is_http_path(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|one| one.is_ascii_graphic() && one != '#')
}

fn is_http_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(|one| one.is_ascii_graphic())
    })
}

/// Whether a character is in a set such as `a-zA-Z0-9_$-`; a hyphen at either end is literal.
fn in_set(set: &str, character: char) -> bool {
    let members: Vec<char> = set.chars().collect();
    let mut position = 0;
    while position < members.len() {
        let range_end = (members.get(position + 1) == Some(&'-')).then(|| members.get(position + 2)).flatten();
        let (hit, step) = match range_end {
            Some(end) => ((members[position]..=*end).contains(&character), 3),
            None => (members[position] == character, 1),
        };
        if hit {
            return true;
        }
        position += step;
    }
    false
}

/// The candidate with the smallest edit distance to a word, if the distance is small enough for a suggestion.
pub(super) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .map(|candidate| (strsim::levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(checks: Checks) -> Property {
        Property { checks, ..Property::default() }
    }

    #[test]
    fn each_format_accepts_a_valid_value_and_rejects_an_invalid_one() {
        for (format, right, wrong) in [
            (Format::Uuid, "11111111-1111-1111-1111-111111111111", "fr-par/11111111-1111-1111-1111-111111111111"),
            (
                Format::LocalizedUuid,
                "fr-par/11111111-1111-1111-1111-111111111111",
                "11111111-1111-1111-1111-111111111111",
            ),
            (Format::UuidOrLocalized, "fr-par-1/11111111-1111-1111-1111-111111111111", "par/1"),
            (Format::Timestamp, "2027-01-31T12:00:00+01:00", "31/01/2027"),
            (Format::Date, "2027-01-31", "2027-01-31T12:00:00Z"),
            (Format::Duration, "1m30s", "90"),
            (Format::Cidr, "fd00::/8", "10.0.0.0/33"),
            (Format::Ipv4Cidr, "10.0.0.1", "fd00::1"),
            (Format::CidrNetwork, "10.0.0.0/8", "10.0.0.1/8"),
            (Format::Email, "a@example.org", "a@b@example.org"),
            (Format::Hostname, "api-1.example.org", "https://api.example.org"),
            (Format::Cron, "*/5 9-17 * * mon-fri", "* * * *"),
            (Format::TimeZone, "America/Argentina/Buenos_Aires", "Europe / Paris"),
            (Format::HttpPath, "/jobs?kind=nightly", "jobs"),
            (Format::HttpUrl, "https://example.org:8080/health?deep", "example.org/health"),
            (Format::HeaderValue, "application/json; charset=utf-8", "a\r\nX-Other: b"),
            (Format::AsciiHeader, "Zoe & co", "Zo\u{e9}"),
            (Format::AsciiHeader, "a  b", "a "),
            (Format::AsciiHeader, "a", " a"),
            (Format::AsciiHeader, "a", "\u{65e5}\u{672c}"),
            (Format::AsciiHeader, "a", "a\nb"),
            (Format::JsonObject, "{\"a\": 1}", "[1]"),
            (
                Format::SshKey,
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO me@home\n",
                "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO",
            ),
            (Format::Ip, "fd00::1", "10.0.0.0/8"),
            (Format::Mac, "02:00:00:1b:BD:bb", "02:00:00:1b:bd"),
            (Format::Name, "api-2", "Api_2"),
            (Format::BucketName, "my.bucket-1", "My_bucket"),
            (Format::BucketName, "abc", "192.168.0.1"),
            (Format::DatabasePassword, "Hunter-2", "Hunte-2"),
            (Format::DatabasePassword, "Pass word1", "password-1"),
            (Format::DatabasePassword, "Hunter-22", "HUNTER-22"),
            (Format::DatabasePassword, "Hunter_22", "Hunter_two"),
            (Format::DatabasePassword, "Hunt\u{e9}R22", "Hunter22"),
            (Format::BucketPolicy, r#"{"Version":"2023-04-17","Statement":[]}"#, r#"{"Version":"2008-10-17"}"#),
        ] {
            let property = checks(Checks { format: Some(format), ..Checks::default() });
            assert!(broken(&property, &Value::from(right), false).is_empty(), "{right} is {format:?}");
            assert_eq!(broken(&property, &Value::from(wrong), false).len(), 1, "{wrong} is not {format:?}");
        }
    }

    #[test]
    fn the_nearest_allowed_value_is_suggested() {
        let property = checks(Checks { allowed: vec!["public".into(), "private".into()], ..Checks::default() });
        let reasons = broken(&property, &Value::from("privat"), false);
        assert_eq!(reasons, ["must be one of public, private, not \"privat\"; did you mean \"private\"?"]);
    }

    #[test]
    fn messages_do_not_contain_a_secret_value() {
        let property = checks(Checks { format: Some(Format::Email), max_length: Some(3), ..Checks::default() });
        let reasons = broken(&property, &Value::from("hunter2"), true);
        assert_eq!(reasons.len(), 2);
        assert!(reasons.iter().all(|reason| !reason.contains("hunter2")), "{reasons:?}");
    }

    #[test]
    fn character_sets_have_ranges_and_a_literal_hyphen_at_the_end() {
        for (character, expected) in
            [('m', true), ('Z', true), ('5', true), ('$', true), ('-', true), (' ', false), ('é', false)]
        {
            assert_eq!(in_set("a-zA-Z0-9_$-", character), expected, "{character}");
        }
    }

    #[test]
    fn the_reason_why_a_cron_schedule_is_invalid_is_shown_unless_it_is_secret() {
        let property = checks(Checks { format: Some(Format::Cron), ..Checks::default() });
        let reasons = broken(&property, &Value::from("0 25 * * *"), false);
        assert!(reasons[0].ends_with("not \"0 25 * * *\": hour 25 is not between 0 and 23"), "{reasons:?}");
        assert!(broken(&property, &Value::from("0 25 * * *"), true)[0].ends_with("weekday)"));
    }

    #[test]
    fn map_keys_contain_only_allowed_characters() {
        let map = || Property { kind: Kind::Map(Box::new(Kind::String)), ..Property::default() };
        let property =
            Property { checks: Checks { key_characters: Some("a-zA-Z-".into()), ..Checks::default() }, ..map() };
        let headers = |name: &str| Value::from(serde_json::json!({ name: "1" }));
        assert!(broken(&property, &headers("X-Origin"), false).is_empty());
        assert_eq!(broken(&property, &headers("X Origin"), false).len(), 1);
        assert_eq!(broken(&property, &headers(""), false).len(), 1);
    }

    #[test]
    fn numbers_outside_of_their_bounds_are_rejected() {
        let property = checks(Checks { min: Some(1.0), max: Some(365.0), divisible_by: Some(5), ..Checks::default() });
        assert!(broken(&property, &Value::from(10.0), false).is_empty());
        assert_eq!(broken(&property, &Value::from(366.0), false).len(), 2);
        assert_eq!(broken(&property, &Value::UNKNOWN, false).len(), 0);
    }

    #[test]
    fn a_number_outside_of_documented_limits_is_valid_with_a_warning() {
        let property = checks(Checks { usual_min: Some(128.0), usual_max: Some(4096.0), ..Checks::default() });
        for (number, has_warning) in [(128.0, false), (4096.0, false), (3.0, true), (4097.0, true)] {
            assert_eq!(unusual(&property, &Value::from(number)).is_some(), has_warning, "{number}");
            assert!(broken(&property, &Value::from(number), false).is_empty());
        }
        assert_eq!(unusual(&property, &Value::from(3.0).into_secret()), None);
        assert_eq!(unusual(&property, &Value::UNKNOWN), None);
    }

    #[test]
    fn an_exception_outside_of_the_bounds_is_valid() {
        let property = checks(Checks { max: Some(59_999.0), also: vec![61_000.0], ..Checks::default() });
        assert!(broken(&property, &Value::from(61_000.0), false).is_empty());
        let reasons = broken(&property, &Value::from(60_000.0), false);
        assert_eq!(reasons, ["must be at most 59999, or 61000, not 60000"]);
    }
}
