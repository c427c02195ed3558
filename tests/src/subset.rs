//! Comparison of JSON: whether one value is a part of another, and whether two are equal.

use serde_json::Value as Json;

/// Where `part` has something that `whole` does not have. In objects of `part`, null means that the field is absent.
pub fn missing(part: &Json, whole: &Json, at: &str) -> Vec<String> {
    match (part, whole) {
        (Json::Object(part), Json::Object(whole)) => part
            .iter()
            .flat_map(|(name, part)| {
                let here = format!("{at}.{name}");
                match whole.get(name) {
                    None if part.is_null() => Vec::new(),
                    None => vec![format!("{here} is absent, expected {part}")],
                    Some(whole) => missing(part, whole, &here),
                }
            })
            .collect(),
        (Json::Array(part), Json::Array(whole)) if part.len() == whole.len() => part
            .iter()
            .zip(whole)
            .enumerate()
            .flat_map(|(index, (part, whole))| missing(part, whole, &format!("{at}[{index}]")))
            .collect(),
        _ if same(part, whole) => Vec::new(),
        _ => vec![format!("{at} is {whole}, expected {part}")],
    }
}

/// Whether two values are equal; `1` equals `1.0`.
pub fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}
