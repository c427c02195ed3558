//! Secret strings in the inputs of a resource, and whether a message contains one of them.

use std::collections::BTreeMap;

use catalog::{Kind, Property, Resource};
use serde_json::{Map, Value as Json};

/// Shorter strings would be found by accident.
const SHORTEST: usize = 6;

/// The strings in secret properties of these inputs.
pub fn strings(resource: &Resource, inputs: &Map<String, Json>) -> Vec<String> {
    let mut found = Vec::new();
    object(&resource.properties, inputs, &mut found);
    // References to secrets are not confidential.
    found.retain(|text| text.len() >= SHORTEST && rules::secret_reference::parse(text).is_none());
    found.sort();
    found.dedup();
    found
}

/// The secrets that a message contains.
pub fn shown<'s>(secrets: &'s [String], text: &str) -> Vec<&'s str> {
    secrets.iter().map(String::as_str).filter(|secret| text.contains(secret)).collect()
}

fn object(properties: &BTreeMap<String, Property>, inputs: &Map<String, Json>, found: &mut Vec<String>) {
    for (name, json) in inputs {
        let Some(property) = properties.get(name) else { continue };
        if property.secret {
            every_text(json, found);
        } else {
            inside(&property.kind, json, found);
        }
    }
}

fn inside(kind: &Kind, json: &Json, found: &mut Vec<String>) {
    match (kind, json) {
        (Kind::Object(properties), Json::Object(inputs)) => object(properties, inputs, found),
        (Kind::List(element), Json::Array(items)) => items.iter().for_each(|item| inside(element, item, found)),
        (Kind::Map(element), Json::Object(map)) => map.values().for_each(|value| inside(element, value, found)),
        _ => {}
    }
}

fn every_text(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) => found.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| every_text(item, found)),
        Json::Object(map) => map.values().for_each(|value| every_text(value, found)),
        _ => {}
    }
}
