//! Fields of a response that the decoded state does not contain.

use std::collections::BTreeMap;

use catalog::{Kind, Property, Resource};
use serde_json::{Map, Value as Json};

/// The fields that a property reads and that the state does not contain, or contains with another value.
pub(crate) fn lost(resource: &Resource, wire: &Map<String, Json>, state: &Map<String, Json>) -> Vec<String> {
    let mut found = Vec::new();
    object(&resource.properties, wire, state, "", &mut found);
    found
}

fn object(
    properties: &BTreeMap<String, Property>,
    wire: &Map<String, Json>,
    state: &Map<String, Json>,
    at: &str,
    found: &mut Vec<String>,
) {
    for (name, property) in
        properties.iter().filter(|(_, property)| !property.write_only && property.drift_of.is_none())
    {
        let Some(read) = property.read.as_deref().and_then(|path| get(wire, path)) else { continue };
        // The API returns the value at creation only, and an empty string later.
        if property.returned_once && read.as_str() == Some("") {
            continue;
        }
        let here = format!("{at}{name}");
        match state.get(name).filter(|value| !value.is_null()) {
            None => found.push(format!("{here} is lost")),
            Some(value) => inside(property, read, value, &here, found),
        }
    }
}

fn inside(property: &Property, wire: &Json, state: &Json, at: &str, found: &mut Vec<String>) {
    match (&property.kind, wire, state) {
        (Kind::Object(properties), Json::Object(wire), Json::Object(state)) => {
            object(properties, wire, state, &format!("{at}."), found);
        }
        (Kind::List(element), Json::Array(wire), Json::Array(state)) => {
            if wire.len() != state.len() {
                found.push(format!("{at} has {} elements, the response {}", state.len(), wire.len()));
                return;
            }
            let Kind::Object(properties) = element.as_ref() else { return };
            for (index, (wire, state)) in wire.iter().zip(state).enumerate() {
                if let (Some(wire), Some(state)) = (wire.as_object(), state.as_object()) {
                    object(properties, wire, state, &format!("{at}[{index}]."), found);
                }
            }
        }
        _ if property.convert.is_some() || !property.values.is_empty() => {}
        // A Kubernetes cluster with automatic upgrades has a minor version only.
        (Kind::String, Json::String(full), Json::String(minor))
            if at == "version" && full.strip_prefix(minor.as_str()).is_some_and(|patch| patch.starts_with('.')) => {}
        (Kind::String, Json::Number(number), Json::String(text)) if number.to_string() == *text => {}
        (Kind::String | Kind::Integer | Kind::Number | Kind::Boolean, wire, state) => {
            let same = wire == state || (wire.is_number() && wire.as_f64() == state.as_f64());
            if !same {
                found.push(format!("{at} is {state}, the response {wire}"));
            }
        }
        _ => {}
    }
}

/// The value at a path of field names; null is absent.
fn get<'w>(wire: &'w Map<String, Json>, path: &str) -> Option<&'w Json> {
    let mut names = path.split('.');
    let first = wire.get(names.next()?)?;
    names.try_fold(first, |here, name| here.as_object()?.get(name)).filter(|json| !json.is_null())
}
