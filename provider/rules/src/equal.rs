//! Named comparison rules over two values in the program's form. Independent of resources.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use catalog::{Convert, Equal, Property};
use serde_json::Value as Json;
use value::Value;

use crate::{convert, place, verified};

/// Memory limit in KiB: 16 times the value in recorded hashes.
const MOST_HASH_MEMORY: u32 = 1 << 20;

/// Iteration limit: five times the value in recorded hashes.
const MOST_HASH_PASSES: u32 = 16;

/// The value that an import writes for a secret, because the API returns only its hash.
pub const PLACEHOLDER: &str = "REPLACE ME: Scaleway returns only the hash of this value";

/// Whether two values are equal under a rule; lists and maps are compared element by element.
pub fn same(rule: Option<Equal>, old: &Json, new: &Json) -> bool {
    if old == new {
        return true;
    }
    let Some(rule) = rule else { return numerically_equal(old, new) };
    match (old, new) {
        (Json::String(old), Json::String(new)) => same_text(rule, old, new),
        (Json::Array(old), Json::Array(new)) if rule == Equal::Unordered => same_set(old, new),
        (Json::Array(old), Json::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(Some(rule), old, new))
        }
        (Json::Object(old), Json::Object(new)) => {
            old.len() == new.len()
                && old.iter().all(|(key, old)| new.get(key).is_some_and(|new| same(Some(rule), old, new)))
        }
        _ => numerically_equal(old, new),
    }
}

/// Whether an input and the live value of a property are equal, by the comparison that the descriptor names.
pub fn values(property: &Property, given: &Value, live: &Value) -> bool {
    match (given.to_json(), live.to_json()) {
        (Ok(given), Ok(live)) => {
            let one_on_wire = |convert| on_wire(convert, property.equal, &given, &live);
            same(property.equal, &given, &live) || property.convert.is_some_and(one_on_wire)
        }
        _ => false,
    }
}

/// Whether two values, or two lists, are sent as the same value, such as an address with and without its prefix length.
pub fn on_wire(convert: Convert, rule: Option<Equal>, one: &Json, other: &Json) -> bool {
    let on_wire = |json: &Json| match json {
        Json::Array(items) if convert != Convert::NameValueList => {
            let items: Result<Vec<Option<Json>>, _> =
                items.iter().map(|item| convert::to_wire(convert, item.clone())).collect();
            items.map(|items| Some(Json::Array(items.into_iter().flatten().collect())))
        }
        json => convert::to_wire(convert, json.clone()),
    };
    match (on_wire(one), on_wire(other)) {
        (Ok(Some(one)), Ok(Some(other))) => same(rule, &one, &other),
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Whether a string is the placeholder of an import.
pub fn is_placeholder(text: &str) -> bool {
    text == PLACEHOLDER
}

fn same_text(rule: Equal, old: &str, new: &str) -> bool {
    match rule {
        // Other inputs that matter are compared in `encode::sends_alike` only.
        // A value and its base64 encoding are two values; `encoded_before` compares an output.
        Equal::Unordered | Equal::Sent | Equal::Base64 => old == new,
        Equal::IgnoreCase => old.eq_ignore_ascii_case(new),
        Equal::Argon2id => {
            let kept = |one: &str, other: &str| is_placeholder(one) && is_hash(other);
            is_hash_of(old, new) || is_hash_of(new, old) || kept(old, new) || kept(new, old)
        }
        Equal::Instant => both_instants(old, new),
        Equal::Duration => both(old, new, convert::duration_seconds),
        Equal::Locality => place::split(old).1 == place::split(new).1,
        Equal::CleanPath => clean_path(old) == clean_path(new),
        Equal::Cidr => both(old, new, convert::block),
        Equal::SshKey => {
            both(old.trim(), new.trim(), |text| convert::ssh_key(text).map(|(kind, body)| (kind.to_owned(), body)))
        }
        Equal::Json => both(old, new, |text| serde_json::from_str::<Json>(text).ok()),
        Equal::Policy => both(old, new, |text| serde_json::from_str::<Json>(text).ok().map(policy)),
    }
}

/// Compares the parsed values of two strings; a string that cannot be parsed is only equal to itself.
fn both<T: PartialEq>(old: &str, new: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    match (read(old), read(new)) {
        (Some(old), Some(new)) => old == new,
        _ => false,
    }
}

/// Two spellings of one instant, at the lower precision of both: states contain seconds, and the API stores
/// microseconds.
fn both_instants(old: &str, new: &str) -> bool {
    let (Ok(old), Ok(new)) = (old.parse::<jiff::Timestamp>(), new.parse::<jiff::Timestamp>()) else { return false };
    let whole = |instant: jiff::Timestamp| instant.subsec_nanosecond() == 0;
    if whole(old) || whole(new) {
        old.as_second() == new.as_second()
    } else {
        old.as_microsecond() == new.as_microsecond()
    }
}

/// A policy in canonical form: a list of one element is that element, and strings in lists are sorted.
fn policy(json: Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.into_iter().map(policy).collect();
            if items.iter().all(Json::is_string) {
                items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
                items.dedup();
            }
            if items.len() == 1 { items.remove(0) } else { Json::Array(items) }
        }
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, json)| {
                let json = policy(json);
                // Two spellings of all principals.
                let is_wildcard = name == "Principal" && json == serde_json::json!({ "SCW": "*" });
                (name, if is_wildcard { Json::from("*") } else { json })
            });
            Json::Object(fields.collect())
        }
        other => other,
    }
}

/// Whether a string is an argon2id hash, as the API returns it.
pub fn is_hash(text: &str) -> bool {
    text.starts_with("$argon2id$")
}

fn is_hash_of(hash: &str, plain: &str) -> bool {
    if !is_hash(hash) {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    // A response must not control the memory and time of a comparison.
    let affordable = argon2::Params::try_from(&parsed)
        .is_ok_and(|costs| costs.m_cost() <= MOST_HASH_MEMORY && costs.t_cost() <= MOST_HASH_PASSES);
    affordable && verified::once(hash, plain, || Argon2::default().verify_password(plain.as_bytes(), &parsed).is_ok())
}

/// The old input as Diff compares it: a state of `pulumiverse_scaleway` may hold the base64 encoding of the value as the
/// input. Whether it is an encoding, only the output shows, which is base64 in both packages.
pub fn encoded_before(property: &Property, live: Option<&Value>, new: Option<&Value>) -> Option<Value> {
    let (Some(Equal::Base64), Some(output), Some(new)) = (property.equal, live?.as_str(), new) else { return None };
    is_base64_of(output, new.as_str()?).then(|| new.clone())
}

fn is_base64_of(encoded: &str, plain: &str) -> bool {
    BASE64.decode(encoded).is_ok_and(|bytes| bytes == plain.as_bytes())
}

/// Normalizes a path like a file system: no empty or `.` segments, `..` resolved, no slash at the end.
fn clean_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn same_set(old: &[Json], new: &[Json]) -> bool {
    old.iter().all(|item| new.contains(item)) && new.iter().all(|item| old.contains(item))
}

/// Compares numbers by value: serde_json distinguishes `1` from `1.0`.
fn numerically_equal(old: &Json, new: &Json) -> bool {
    match (old, new) {
        (Json::Number(old), Json::Number(new)) => old.as_f64() == new.as_f64(),
        (Json::Array(old), Json::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| numerically_equal(old, new))
        }
        (Json::Object(old), Json::Object(new)) => {
            old.len() == new.len()
                && old.iter().all(|(key, old)| new.get(key).is_some_and(|new| numerically_equal(old, new)))
        }
        (old, new) => old == new,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_rule_ignores_only_its_own_differences() {
        for (rule, old, new, expected) in [
            (None, json!(1), json!(1.0), true),
            (None, json!("a"), json!("A"), false),
            (Some(Equal::Unordered), json!(["a", "b", "a"]), json!(["b", "a"]), true),
            (Some(Equal::Unordered), json!(["a"]), json!(["a", "b"]), false),
            (Some(Equal::IgnoreCase), json!("db-dev-s"), json!("DB-DEV-S"), true),
            (Some(Equal::Instant), json!("2026-01-01T00:00:00Z"), json!("2026-01-01T01:00:00+01:00"), true),
            (Some(Equal::Instant), json!("2026-01-01T00:00:00Z"), json!("tomorrow"), false),
            (Some(Equal::Instant), json!("2030-01-02T03:04:05.678Z"), json!("2030-01-02T03:04:05Z"), true),
            (Some(Equal::Instant), json!("2030-01-02T03:04:05.678Z"), json!("2030-01-02T04:04:05.678000+01:00"), true),
            (Some(Equal::Instant), json!("2030-01-02T03:04:05.678912345Z"), json!("2030-01-02T03:04:05.678912Z"), true),
            (Some(Equal::Instant), json!("2030-01-02T03:04:05.678Z"), json!("2030-01-02T03:04:05.679Z"), false),
            (Some(Equal::Instant), json!("2030-01-02T03:04:05.678Z"), json!("2030-01-02T03:04:06Z"), false),
            (Some(Equal::Duration), json!("60s"), json!("1m0s"), true),
            (Some(Equal::Locality), json!("fr-par/x"), json!("x"), true),
            (Some(Equal::Locality), json!("fr-par/x"), json!("y"), false),
            (Some(Equal::CleanPath), json!("/a//b/"), json!("/a/./c/../b"), true),
            (Some(Equal::Cidr), json!("1.2.3.4"), json!("1.2.3.4/32"), true),
            (Some(Equal::Base64), json!("hello"), json!("aGVsbG8="), false),
            (
                Some(Equal::SshKey),
                json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO"),
                json!("ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO me@home\n"),
                true,
            ),
            (
                Some(Equal::SshKey),
                json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO"),
                json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILHy/M5FVm5ydLGcal3e5LNcfTalbeN7QL/ZGCvDEdqJ"),
                false,
            ),
            (Some(Equal::Json), json!("{\"a\":1, \"b\":2}"), json!("{\"b\":2,\"a\":1}"), true),
            (
                Some(Equal::Policy),
                json!(r#"{"Statement":[{"Action":["s3:b","s3:a"],"Resource":["x"],"Principal":{"SCW":["*"]}}]}"#),
                json!(r#"{"Statement":{"Action":["s3:a","s3:b"],"Resource":"x","Principal":"*"}}"#),
                true,
            ),
            (Some(Equal::Policy), json!(r#"{"Action":"s3:a"}"#), json!(r#"{"Action":"s3:b"}"#), false),
        ] {
            assert_eq!(same(rule, &old, &new), expected, "{rule:?} {old} {new}");
            assert_eq!(same(rule, &new, &old), expected, "{rule:?} {new} {old}");
        }
    }

    #[test]
    fn a_hash_is_equal_to_the_value_it_was_computed_from() {
        // Made with the parameters Scaleway uses, as recorded, but less memory to keep the test quick.
        let hash = "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQ$S5Fiuo4RJN8QBuBIydBvpA";
        let made = argon2_of("hello");
        assert!(same(Some(Equal::Argon2id), &json!({"KEY": made}), &json!({"KEY": "hello"})));
        assert!(!same(Some(Equal::Argon2id), &json!({"KEY": hash}), &json!({"KEY": "other"})));
    }

    #[test]
    fn a_hash_with_excessive_cost_parameters_is_equal_to_nothing() {
        for costs in ["m=4194304,t=3,p=1", "m=16,t=4294967295,p=1"] {
            let hash = format!("$argon2id$v=19${costs}$c29tZXNhbHQ$S5Fiuo4RJN8QBuBIydBvpA");
            assert!(!same(Some(Equal::Argon2id), &json!(hash), &json!("hello")), "{costs}");
        }
    }

    fn argon2_of(text: &str) -> String {
        use argon2::PasswordHasher;
        let params = argon2::Params::new(16, 1, 1, None).expect("these parameters are within bounds");
        Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
            .hash_password_with_salt(text.as_bytes(), b"somesalt")
            .expect("hashing fits in memory")
            .to_string()
    }
}
