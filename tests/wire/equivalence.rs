//! Whether two request bodies mean the same. Knows no resource.

use serde_json::{Map, Value as Json};

/// Where our body means something else than the recorded one; `after` is the object as it was afterwards.
///
/// Nulls, empty values and words for "unknown" say nothing. What we say and the recording does not is the same if the
/// object came to be so anyway.
pub(crate) fn created(ours: &Json, recorded: &Json, after: &Json) -> Vec<String> {
    compared(ours, recorded, &Json::Null, after, "")
}

/// The same for a change; `before` is the object as it was, so that repeating it says nothing either.
pub(crate) fn changed(ours: &Json, recorded: &Json, before: &Json, after: &Json) -> Vec<String> {
    compared(ours, recorded, before, after, "")
}

fn compared(ours: &Json, recorded: &Json, before: &Json, after: &Json, at: &str) -> Vec<String> {
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
                compared(ours.unwrap_or(null), recorded.unwrap_or(null), &before[name], &after[name], &here)
            })
            .collect();
    }
    let (said, meant) = (plain(ours), plain(recorded));
    if said == meant {
        return Vec::new();
    }
    if is_nothing(&said) {
        // An empty value says something only where something was before.
        let emptied = is_nothing(&meant) && (is_nothing(&plain(before)) || !ours.is_null());
        let repeated = meant == plain(before);
        return if emptied || repeated { Vec::new() } else { vec![format!("{at} is not sent, recorded {recorded}")] };
    }
    if is_nothing(&meant) && (said == plain(after) || said == plain(before)) {
        return Vec::new();
    }
    vec![format!("{at} is sent as {ours}, recorded {recorded}")]
}

/// Without what says nothing; numbers and durations are written in one way.
fn plain(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, json)| (name.clone(), plain(json)));
            Json::Object(fields.filter(|(_, json)| !is_nothing(json)).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(plain).collect()),
        Json::Number(number) => number.as_f64().map_or(json.clone(), Json::from),
        Json::String(text) if text.starts_with("unknown_") => Json::Null,
        Json::String(text) => match text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok()) {
            Some(seconds) => Json::from(format!("{seconds}s")),
            None => json.clone(),
        },
        other => other.clone(),
    }
}

fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(is_nothing),
    }
}
