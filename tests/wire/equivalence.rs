//! Compares two request bodies by their effect. Does not depend on resources.

use serde_json::{Map, Value as Json};

/// The differences between the body of a create and the recorded one; `after` is the created object.
///
/// Null, empty and `unknown_*` values are ignored. A field that only our body contains is not a difference if the created
/// object has its value.
pub(crate) fn create_differences(ours: &Json, recorded: &Json, after: &Json) -> Vec<String> {
    differences(ours, recorded, &Json::Null, after, "")
}

/// The same for an update; a value of `before`, the object before the update, is not a difference either.
pub(crate) fn update_differences(ours: &Json, recorded: &Json, before: &Json, after: &Json) -> Vec<String> {
    differences(ours, recorded, before, after, "")
}

fn differences(ours: &Json, recorded: &Json, before: &Json, after: &Json, at: &str) -> Vec<String> {
    if let (Json::Object(_) | Json::Null, Json::Object(_) | Json::Null) = (ours, recorded)
        && (ours.is_object() || recorded.is_object())
    {
        let empty = Map::new();
        let (ours, recorded) = (ours.as_object().unwrap_or(&empty), recorded.as_object().unwrap_or(&empty));
        let mut names: Vec<&String> = ours.keys().chain(recorded.keys()).collect();
        names.sort();
        names.dedup();
        return names
            .into_iter()
            .flat_map(|name| {
                let here = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                let (ours, recorded) = (ours.get(name), recorded.get(name));
                let null = &Json::Null;
                differences(ours.unwrap_or(null), recorded.unwrap_or(null), &before[name], &after[name], &here)
            })
            .collect();
    }
    let (sent, expected) = (normalized(ours), normalized(recorded));
    if sent == expected {
        return Vec::new();
    }
    if is_empty(&sent) {
        // An empty value is a change only if the object had a value.
        let is_unset = is_empty(&expected) && (is_empty(&normalized(before)) || !ours.is_null());
        let is_unchanged = expected == normalized(before);
        return if is_unset || is_unchanged {
            Vec::new()
        } else {
            vec![format!("{at} is not sent, recorded {recorded}")]
        };
    }
    if is_empty(&expected) && (sent == normalized(after) || sent == normalized(before)) {
        return Vec::new();
    }
    vec![format!("{at} is sent as {ours}, recorded {recorded}")]
}

/// The body without ignored values; numbers and durations have one spelling.
fn normalized(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, json)| (name.clone(), normalized(json)));
            Json::Object(fields.filter(|(_, json)| !is_empty(json)).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(normalized).collect()),
        Json::Number(number) => number.as_f64().map_or(json.clone(), Json::from),
        Json::String(text) if text.starts_with("unknown_") => Json::Null,
        Json::String(text) => match text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok()) {
            Some(seconds) => Json::from(format!("{seconds}s")),
            None => json.clone(),
        },
        other => other.clone(),
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(is_empty),
    }
}
