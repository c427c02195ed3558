//! The report of request fields that were accepted, but whose values are in no object that the request changed.
//!
//! A test that sets such an input does not show that it has an effect. Some of these fields have one nevertheless: a
//! secret is stored as a hash, and a size in another unit. Values that are empty, zero or `false` are not reported.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::store::Object;

/// Strings of this length may be a part of a stored string, such as a name in an address.
const LONG: usize = 4;

/// The number of requests by operation and path of the field.
#[derive(Debug, Default)]
pub(crate) struct Unstored(BTreeMap<(String, String), usize>);

impl Unstored {
    /// Adds the fields of a request; `changed` are the objects that it created or changed.
    pub(crate) fn note<'a>(
        &mut self,
        operation: &str,
        given: &Map<String, Value>,
        changed: impl Iterator<Item = &'a Object>,
    ) {
        let mut stored = Vec::new();
        for object in changed {
            for (name, value) in object.fields.iter().chain(&object.hidden) {
                leaves(value, name, &mut stored);
            }
            leaves(&Value::from(object.id.as_str()), "", &mut stored);
        }
        let mut fields = Vec::new();
        for (name, value) in given {
            leaves(value, name, &mut fields);
        }
        let missing = fields.into_iter().filter(|field| !stored.iter().any(|stored| is_stored(field, stored)));
        for (path, _) in missing {
            *self.0.entry((operation.to_owned(), path)).or_default() += 1;
        }
    }

    pub(crate) fn list(&self) -> Value {
        let entry = |((operation, field), requests): (&(String, String), &usize)| json!({ "operation": operation, "field": field, "requests": requests });
        self.0.iter().map(entry).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The values that are not objects or lists, strings in lower case, with their paths. Indexes of lists are not part of a path.
fn leaves(value: &Value, path: &str, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, &format!("{path}.{name}"), into);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                leaves(element, path, into);
            }
        }
        Value::Null | Value::Bool(false) => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => into.push((path.to_owned(), Value::from(text.to_lowercase()))),
        Value::Number(number) if number.as_f64() == Some(0.0) => {}
        _ => into.push((path.to_owned(), value.clone())),
    }
}

fn is_stored((path, value): &(String, Value), (other_path, other): &(String, Value)) -> bool {
    match (value, other) {
        // Any object has values that are true, so the name counts.
        (Value::Bool(_), Value::Bool(_)) => path.rsplit('.').next() == other_path.rsplit('.').next(),
        (Value::Number(value), Value::Number(other)) => value.as_f64() == other.as_f64(),
        (Value::String(value), Value::String(other)) => {
            value == other || (value.len() >= LONG && other.contains(value))
        }
        _ => false,
    }
}
