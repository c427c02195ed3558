//! Compares the shape of two responses: fields, types, enum values and lengths of lists. Strings, numbers and times may
//! differ.
//!
//! This module does not depend on the reasons of differences.

use scaleway_api::{Document, Kind, Schema};
use serde_json::Value;

/// The place and the kind of a difference: `settings[]`, `3 elements, not 6`.
pub(crate) type Difference = (String, String);

/// The fields that identify elements of two lists, whatever their order.
const NAMES: [&str; 6] = ["id", "revision", "preconfigured_rule_id", "access_key", "ip", "name"];

/// The differences of two successful responses; the recorded one contains the IDs of the fake.
pub(crate) fn compare(
    document: &Document,
    schema: Option<&Schema>,
    recorded: &Value,
    answered: &Value,
) -> Vec<Difference> {
    let mut comparison = Comparison { document, differences: Vec::new() };
    comparison.value("", schema, recorded, answered);
    comparison.differences
}

/// The declared fields that a response lacks, although they are neither nullable nor alternatives of other fields.
pub(crate) fn lacking(document: &Document, schema: &Schema, answered: &Value, path: &str, found: &mut Vec<String>) {
    match (&document.resolve(schema).kind, answered) {
        (Kind::Object { properties, one_of }, Value::Object(fields)) => {
            for (name, schema) in properties {
                let path = join(path, name);
                let is_optional = schema.nullable || document.resolve(schema).nullable;
                let is_optional = is_optional || one_of.iter().flatten().any(|other| other == name);
                match fields.get(name) {
                    Some(value) => lacking(document, schema, value, &path, found),
                    None if is_optional => {}
                    None => found.push(path),
                }
            }
        }
        (Kind::Array { items, .. }, Value::Array(elements)) => {
            for element in elements {
                lacking(document, items, element, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

struct Comparison<'a> {
    document: &'a Document,
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn value(&mut self, path: &str, schema: Option<&Schema>, recorded: &Value, answered: &Value) {
        let kind = schema.map(|schema| &self.document.resolve(schema).kind);
        match (recorded, answered) {
            (Value::Object(recorded), Value::Object(answered)) => {
                for (name, recorded) in recorded {
                    let path = join(path, name);
                    match answered.get(name) {
                        Some(answered) => self.value(&path, property(kind, name), recorded, answered),
                        None => self.add(&path, "is absent"),
                    }
                }
                for name in answered.keys().filter(|name| !recorded.contains_key(*name)) {
                    self.add(&join(path, name), "is there");
                }
            }
            (Value::Array(recorded), Value::Array(answered)) => {
                let path = format!("{path}[]");
                if recorded.len() != answered.len() {
                    self.add(&path, if recorded.len() > answered.len() { "has fewer" } else { "has more" });
                }
                let items = match kind {
                    Some(Kind::Array { items, .. }) => Some(&**items),
                    _ => None,
                };
                for (place, recorded) in recorded.iter().enumerate() {
                    if let Some(answered) = partner(recorded, place, answered) {
                        self.value(&path, items, recorded, answered);
                    }
                }
            }
            (Value::String(recorded), Value::String(answered)) => {
                if matches!(kind, Some(Kind::Enum { .. })) && recorded != answered {
                    self.add(path, &format!("is {answered}, not {recorded}"));
                }
            }
            (Value::Bool(recorded), Value::Bool(answered)) => {
                if recorded != answered {
                    self.add(path, &format!("is {answered}"));
                }
            }
            _ => {
                let (recorded, answered) = (name_of(recorded), name_of(answered));
                if recorded != answered {
                    self.add(path, &format!("is {answered}, not {recorded}"));
                }
            }
        }
    }

    fn add(&mut self, path: &str, what: &str) {
        self.differences.push((path.to_owned(), what.to_owned()));
    }
}

fn property<'a>(kind: Option<&'a Kind>, name: &str) -> Option<&'a Schema> {
    match kind? {
        Kind::Object { properties, .. } => properties.get(name),
        Kind::Map(values) => Some(values),
        _ => None,
    }
}

/// The element of the other list that is the same object, or otherwise the one at the same place. Several DNS records have the same name,
/// and another type.
fn partner<'a>(recorded: &Value, place: usize, answered: &'a [Value]) -> Option<&'a Value> {
    let named = NAMES.iter().find_map(|name| {
        let expected = find(recorded, name)?;
        let mut same = answered.iter().filter(|answered| find(answered, name) == Some(expected));
        let first = same.clone().next();
        same.find(|answered| answered.get("type") == recorded.get("type")).or(first)
    });
    named.or_else(|| answered.get(place))
}

fn find<'a>(element: &'a Value, name: &str) -> Option<&'a Value> {
    element.get(name).or_else(|| element.get("preconfigured_data")?.get(name))
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
