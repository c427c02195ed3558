//! Converts a state to the inputs that a program would set for it (Read and import). Pure.

use std::collections::BTreeMap;

use catalog::{Convert, Equal, Input, Kind, Property, Resource};
use value::{Data, Object, Value};

use crate::presence;
use crate::{encode, equal, secret_hash, special, wire};

/// The inputs that describe the state of a resource.
///
/// An input that the program sets keeps its spelling if it is equal to the live value. An input that it does not set is
/// included only if it is not filled in by the API, not empty and not the default. An import includes everything that is
/// not empty and not the default.
pub fn of_state(resource: &Resource, state: &Object, former: &Object, import: bool) -> Object {
    let mut inputs = Object::new();
    let not_drift = special::handler(resource).not_drift(former);
    for (name, property) in &resource.properties {
        if property.input == Input::No || (former.given(name).is_none() && not_drift.contains(&name.as_str())) {
            continue;
        }
        let live = state.given(name);
        let value = match former.given(name) {
            Some(given) if property.read.is_none() || property.write_only => Some(given.clone()),
            given if presence::is_left_to_others(property, former) => given.cloned(),
            Some(given)
                if property.equal == Some(Equal::Sent) && encode::sends_alike(resource, name, former, state) =>
            {
                Some(given.clone())
            }
            Some(given) => {
                live.map_or_else(|| vanished(property, given), |live| Some(reconciled(property, given, live)))
            }
            None => live.filter(|live| shows_up(property, live, import)).map(|live| as_input(property, live)),
        };
        if let Some(value) = value {
            inputs.insert(name.clone(), hidden(property, value));
        }
    }
    if import {
        one_of_each_group(resource, &mut inputs);
        secret_hash::hide(resource, &mut inputs);
        special::handler(resource).imported(&mut inputs);
    }
    for (name, value) in former.iter().filter(|(name, _)| name.starts_with("__")) {
        inputs.insert(name.clone(), value.clone());
    }
    inputs
}

/// Of several conflicting inputs, an import contains the first.
fn one_of_each_group(resource: &Resource, inputs: &mut Object) {
    for group in resource.exactly_one.iter().chain(&resource.at_most_one) {
        let mut given = group.iter().filter(|name| inputs.contains_key(*name)).cloned();
        given.next();
        let others: Vec<String> = given.collect();
        inputs.retain(|name, _| !others.contains(name));
    }
}

/// The value with all secret properties marked as secret, at any depth.
pub fn hidden(property: &Property, mut value: Value) -> Value {
    let inside = |properties: &BTreeMap<String, Property>, object: &mut Object| {
        for (name, value) in object.iter_mut() {
            if let Some(property) = properties.get(name) {
                *value = hidden(property, std::mem::take(value));
            }
        }
    };
    match (&property.kind, value.data_mut()) {
        (Kind::Object(properties), Data::Object(object)) => inside(properties, object),
        (Kind::List(element), Data::Array(items)) => {
            if let Kind::Object(properties) = element.as_ref() {
                let objects = items.iter_mut().filter_map(|item| match item.data_mut() {
                    Data::Object(object) => Some(object),
                    _ => None,
                });
                objects.for_each(|object| inside(properties, object));
            }
        }
        _ => {}
    }
    value.secret_if(property.secret)
}

/// An input that the response does not contain: removed, unless the API omits empty values.
fn vanished(property: &Property, given: &Value) -> Option<Value> {
    // An empty object counts as set.
    if matches!(property.kind, Kind::Object(_)) {
        return None;
    }
    let empty = given.to_json().is_ok_and(|json| wire::is_empty(&json));
    (empty || property.convert == Some(Convert::Presence)).then(|| given.clone())
}

/// The program's spelling if it is equal to the live value, otherwise the live value.
fn reconciled(property: &Property, given: &Value, live: &Value) -> Value {
    if (property.one_way && given.as_bool() == Some(false)) || presence::is_left_to_api(property, given) {
        return given.clone();
    }
    if equal::values(property, given, live) {
        return given.clone();
    }
    let secret = given.is_secret();
    match (&property.kind, given.data(), live.data()) {
        (Kind::Object(properties), Data::Object(given), Data::Object(live)) => {
            Value::from(reconciled_object(properties, given, live)).secret_if(secret)
        }
        (Kind::List(element), Data::Array(given_items), Data::Array(live_items)) => {
            let Kind::Object(properties) = element.as_ref() else {
                return secret_like(Some(given), live.clone());
            };
            Value::from(reconciled_items(property, properties, given_items, live_items)).secret_if(secret)
        }
        (Kind::Map(_), Data::Object(given), Data::Object(live)) => {
            // In a map that the API fills in, only the keys that the program sets are inputs.
            let keys =
                live.iter().filter(|(key, _)| !property.computed || given.contains_key(*key)).map(|(key, live)| {
                    let value = given.given(key).filter(|given| equal::values(property, given, live)).unwrap_or(live);
                    (key.clone(), value.clone())
                });
            secret_like(Some(&Value::from(given.clone())), Value::from(keys.collect::<Object>())).secret_if(secret)
        }
        _ => as_input(property, live).secret_if(given.contains_secret()),
    }
}

fn reconciled_object(properties: &BTreeMap<String, Property>, given: &Object, live: &Object) -> Object {
    let mut object = Object::new();
    for (name, property) in properties.iter().filter(|(_, property)| property.input != Input::No) {
        let value = match (given.given(name), live.given(name)) {
            (Some(given), _) if property.read.is_none() => Some(given.clone()),
            (Some(given), Some(live)) => Some(reconciled(property, given, live)),
            (Some(given), None) => vanished(property, given),
            (None, Some(live)) if !property.computed && !is_absence(property, live) => Some(as_input(property, live)),
            (None, _) => None,
        };
        if let Some(value) = value {
            object.insert(name.clone(), value);
        }
    }
    object
}

/// Lists of objects: unordered lists in the program's order, other lists by index.
fn reconciled_items(
    property: &Property,
    properties: &BTreeMap<String, Property>,
    given: &[Value],
    live: &[Value],
) -> Vec<Value> {
    let pair = |given: &Value, live: &Value| match (given.as_object(), live.as_object()) {
        (Some(given), Some(live)) => Value::from(reconciled_object(properties, given, live)),
        _ => live.clone(),
    };
    let alone = |live: &Value| as_input_object(properties, live);
    if property.equal != Some(Equal::Unordered) {
        return live
            .iter()
            .enumerate()
            .map(|(index, live)| given.get(index).map_or_else(|| alone(live), |given| pair(given, live)))
            .collect();
    }
    let mut left: Vec<&Value> = live.iter().collect();
    let mut items = Vec::new();
    for given in given {
        let position = left.iter().position(|live| pair(given, live) == *given);
        if let Some(position) = position {
            left.remove(position);
            items.push(given.clone());
        }
    }
    items.extend(left.into_iter().map(alone));
    items
}

fn shows_up(property: &Property, live: &Value, import: bool) -> bool {
    // A program without a required input is invalid.
    if import && property.input == Input::Required {
        return true;
    }
    if is_absence(property, live) || property.write_only {
        return false;
    }
    if let Input::Provider(_) = property.input {
        return import;
    }
    // Of several aliases, the one without `same` is included.
    let usual = property.same.is_none() && property.deprecated.is_none();
    usual && (import || !property.computed)
}

/// Whether a live value is equal to an unset input.
fn is_absence(property: &Property, live: &Value) -> bool {
    let Ok(json) = live.to_json() else { return true };
    presence::is_empty(property, &json) || presence::is_default(property, &json)
}

/// A live value as an input: without output-only fields.
fn as_input(property: &Property, live: &Value) -> Value {
    match (&property.kind, live.data()) {
        (Kind::Object(properties), Data::Object(_)) => as_input_object(properties, live),
        (Kind::List(element), Data::Array(items)) => match element.as_ref() {
            Kind::Object(properties) => {
                Value::from(items.iter().map(|item| as_input_object(properties, item)).collect::<Vec<_>>())
            }
            _ => live.clone(),
        },
        _ => live.clone(),
    }
}

fn as_input_object(properties: &BTreeMap<String, Property>, live: &Value) -> Value {
    let Some(live_object) = live.as_object() else { return live.clone() };
    let given = properties.iter().filter(|(_, property)| property.input != Input::No).filter_map(|(name, property)| {
        let value = live_object.given(name)?;
        if property.input != Input::Required && is_absence(property, value) {
            return None;
        }
        Some((name.clone(), as_input(property, value)))
    });
    Value::from(given.collect::<Object>()).secret_if(live.is_secret())
}

/// Marks as secret in `value` what is secret in `given`, at any depth.
pub fn secret_like(given: Option<&Value>, mut value: Value) -> Value {
    let Some(given) = given else { return value };
    if given.is_secret() {
        return value.into_secret();
    }
    match (given.data(), value.data_mut()) {
        (Data::Object(given), Data::Object(object)) => {
            for (name, inner) in object.iter_mut() {
                *inner = secret_like(given.get(name), std::mem::take(inner));
            }
        }
        (Data::Array(given), Data::Array(items)) => {
            for (index, inner) in items.iter_mut().enumerate() {
                *inner = secret_like(given.get(index), std::mem::take(inner));
            }
        }
        _ => {}
    }
    value
}
