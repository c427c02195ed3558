//! Values of fields: the zero values of a schema, and the templates of the facts.
//!
//! This module does not depend on the store.

use scaleway_api::{Document, Kind, Schema, StringFormat};
use serde_json::{Map, Value, json};

/// The value of an omitted field: `null` if the document allows it, otherwise the zero value of its type.
pub(super) fn zero(document: &Document, schema: &Schema) -> Value {
    let resolved = document.resolve(schema);
    if schema.nullable || resolved.nullable {
        return Value::Null;
    }
    match &resolved.kind {
        Kind::String { format: Some(StringFormat::DateTime) } => json!("1970-01-01T00:00:00Z"),
        Kind::String { format: Some(StringFormat::Ip) } => json!("0.0.0.0"),
        Kind::String { format: Some(StringFormat::Cidr) } => json!("0.0.0.0/0"),
        Kind::String { format: Some(StringFormat::Duration) } => json!("0s"),
        Kind::String { .. } | Kind::Reference(_) => json!(""),
        Kind::Enum { default, .. } => json!(default),
        Kind::Integer { .. } | Kind::Number => json!(0),
        Kind::Boolean => json!(false),
        Kind::Array { .. } => json!([]),
        Kind::Object { .. } => complete(document, schema, &Value::Object(Map::new())),
        Kind::Map(_) | Kind::Free => json!({}),
        Kind::OneOf(choices) => choices.first().map_or(Value::Null, |choice| zero(document, choice)),
    }
}

/// A value of a request as the response shows it: without fields that the response does not declare, and with zero values
/// for omitted fields.
pub(super) fn complete(document: &Document, schema: &Schema, given: &Value) -> Value {
    match (&document.resolve(schema).kind, given) {
        (Kind::Object { properties, one_of }, Value::Object(given)) => {
            let optional = |name: &String| one_of.iter().flatten().any(|other| other == name);
            let shown = properties.iter().filter_map(|(name, schema)| match given.get(name) {
                Some(given) => Some((name.clone(), complete(document, schema, given))),
                None if optional(name) => None,
                None => Some((name.clone(), zero(document, schema))),
            });
            Value::Object(shown.collect())
        }
        (Kind::Array { items, .. }, Value::Array(given)) => {
            given.iter().map(|given| complete(document, items, given)).collect()
        }
        // As recorded: `2026-07-04T18:49:39+02:00` is returned as `2026-07-04T16:49:39Z`.
        (Kind::String { format: Some(StringFormat::DateTime) }, Value::String(text)) => {
            text.parse::<jiff::Timestamp>().map_or_else(|_| given.clone(), |time| json!(time.to_string()))
        }
        _ => given.clone(),
    }
}

/// Sorts a list of enum values in the order of the enum.
pub(super) fn sort(document: &Document, schema: &Schema, list: &mut Value) {
    let Kind::Array { items, .. } = &document.resolve(schema).kind else { return };
    let Kind::Enum { values, .. } = &document.resolve(items).kind else { return };
    if let Value::Array(elements) = list {
        elements.sort_by_key(|element| values.iter().position(|value| value == element));
    }
}

/// A value of the facts with its placeholders replaced. `{a.b|c|0}` is the first of `a.b`, `c` and the JSON value `0`
/// that exists and is not null; a string that is one placeholder becomes that value, whatever its type.
pub(super) fn filled(template: &Value, find: &mut impl FnMut(&str) -> Option<Value>) -> Value {
    match template {
        Value::String(text) => text_filled(text, find),
        Value::Array(parts) => parts.iter().map(|part| filled(part, find)).collect(),
        Value::Object(parts) => {
            Value::Object(parts.iter().map(|(name, part)| (name.clone(), filled(part, find))).collect())
        }
        other => other.clone(),
    }
}

fn text_filled(text: &str, find: &mut impl FnMut(&str) -> Option<Value>) -> Value {
    let mut first = |names: &str| {
        let mut one = |name: &str| find(name).or_else(|| serde_json::from_str(name).ok());
        let found = names.split('|').find_map(|name| one(name).filter(|value: &Value| !value.is_null()));
        found.unwrap_or_default()
    };
    if let Some(names) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'))
        && !names.contains('{')
    {
        return first(names);
    }
    let (mut whole, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let (names, after) = after.split_once('}').unwrap_or((after, ""));
        whole.push_str(before);
        match first(names) {
            Value::String(part) => whole.push_str(&part),
            part => whole.push_str(&part.to_string()),
        }
        rest = after;
    }
    whole.push_str(rest);
    Value::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_take_the_first_value_that_exists() {
        let mut find = |name: &str| match name {
            "name" => Some(json!("main")),
            "size" => Some(json!(5)),
            "none" => Some(Value::Null),
            _ => None,
        };
        for (template, expected) in [
            (json!("{size}"), json!(5)),
            (json!("{nothing|size}"), json!(5)),
            (json!("{nothing|7}"), json!(7)),
            (json!("{none|size}"), json!(5)),
            (json!("{nothing}"), Value::Null),
            (json!({ "a": ["rg.{name}/{size}"] }), json!({ "a": ["rg.main/5"] })),
            (json!("plain"), json!("plain")),
        ] {
            assert_eq!(filled(&template, &mut find), expected, "{template}");
        }
    }

    #[test]
    fn completed_objects_have_exactly_the_fields_of_the_answer() {
        let document = scaleway_api::document("account.v3").unwrap();
        let schema = document.schema("Project").unwrap();
        let shown = complete(document, schema, &json!({ "name": "main", "colour": "red" }));
        let expected = json!({
            "id": "", "name": "main", "description": "", "organization_id": "", "qualification": null,
            "status": "unknown_status", "srn": "", "created_at": null, "updated_at": null,
        });
        assert_eq!(shown, expected);
    }
}
