//! Paths into JSON objects of the API: get, set, pluck.

use serde_json::{Map, Value as Json};

/// A JSON object of a request or response.
pub type Wire = Map<String, Json>;

/// The value at a path of field names (`encryption.enabled`); null counts as absent.
pub fn get<'w>(wire: &'w Wire, path: &str) -> Option<&'w Json> {
    find(wire, path).filter(|json| !json.is_null())
}

/// The value at a path of field names, including null, which clears a field in a request.
pub fn find<'w>(wire: &'w Wire, path: &str) -> Option<&'w Json> {
    let mut names = path.split('.');
    let first = wire.get(names.next()?)?;
    names.try_fold(first, |here, name| here.as_object()?.get(name))
}

/// Sets a value at a path and creates the objects on the path. Other values on the path are replaced.
pub fn set(wire: &mut Wire, path: &str, json: Json) {
    let Some((first, rest)) = path.split_once('.') else {
        wire.insert(path.to_owned(), json);
        return;
    };
    let inner = wire.entry(first).or_insert(Json::Null);
    if !inner.is_object() {
        *inner = Json::Object(Map::new());
    }
    if let Json::Object(inner) = inner {
        set(inner, rest, json);
    }
}

/// The value at a path with `[]`: `rules[].ip` is the list of the `ip` of every element of `rules`.
pub fn pluck(wire: &Wire, path: &str) -> Option<Json> {
    let Some((list, field)) = path.split_once("[].") else {
        return get(wire, path).cloned();
    };
    let items = get(wire, list)?.as_array()?;
    Some(Json::Array(items.iter().filter_map(|item| get(item.as_object()?, field).cloned()).collect()))
}

/// Whether a value is what the API returns for an unset field: null, `""`, 0, false, `[]` or `{}`.
pub fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
    }
}

/// A string, number or boolean in the form of a path segment or query parameter.
pub fn plain_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    }
}

/// Whether two values are equal, or equal in a path: `5` and `"5"`.
pub fn reads_like(one: &Json, other: &Json) -> bool {
    one == other || plain_text(one).is_some_and(|text| plain_text(other) == Some(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn wire(json: &Json) -> Wire {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn a_value_set_at_a_path_keeps_its_siblings() {
        let mut object = wire(&json!({"encryption": {"key": 1}}));
        set(&mut object, "encryption.enabled", json!(true));
        set(&mut object, "name", json!("a"));
        assert_eq!(Json::Object(object.clone()), json!({"encryption": {"key": 1, "enabled": true}, "name": "a"}));
        assert_eq!(get(&object, "encryption.enabled"), Some(&json!(true)));
        assert_eq!(get(&object, "encryption.enabled.more"), None);
    }

    #[test]
    fn a_number_is_equal_to_its_string_in_a_path() {
        assert!(reads_like(&json!(5), &json!("5")) && reads_like(&json!(["a"]), &json!(["a"])));
        assert!(!reads_like(&json!(null), &json!(["a"])) && !reads_like(&json!({}), &json!([])));
    }

    #[test]
    fn a_field_is_plucked_from_every_element() {
        let object = wire(&json!({"rules": [{"ip": "a"}, {"port": 1}, {"ip": "b"}]}));
        assert_eq!(pluck(&object, "rules[].ip"), Some(json!(["a", "b"])));
        assert_eq!(pluck(&object, "none[].ip"), None);
    }
}
