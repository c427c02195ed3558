//! The outputs of an operation in a preview: known if they are certain, unknown if the API decides. Pure.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Convert, Equal, Input, Kind, Property, Resource};
use jiff::Timestamp;
use value::{Data, Object, Value};

use crate::aliases;
use crate::convert;
use crate::decode;
use crate::diff;
use crate::inputs::secret_like;
use crate::local;
use crate::operation::DiffRequest;
use crate::place::{self, Defaults};
use crate::presence::is_left_to_others;

/// The outputs of a create with these inputs.
pub fn preview_create(resource: &Resource, inputs: &Object, defaults: &Defaults) -> Object {
    let nothing = Object::new();
    let now = Timestamp::UNIX_EPOCH;
    let first = DiffRequest { olds: &nothing, old_inputs: &nothing, news: inputs, ignore_changes: &[], now };
    fresh(resource, &first, defaults)
}

/// The outputs that follow from the inputs, and the known outputs of a local resource.
fn fresh(resource: &Resource, request: &DiffRequest<'_>, defaults: &Defaults) -> Object {
    let inputs = request.news;
    let mut state = Object::new();
    for (name, property) in &resource.properties {
        let left = is_left_to_others(property, inputs);
        if let Some(value) = outlook(property, inputs.given(name)).filter(|_| !left) {
            state.insert(name.clone(), value.secret_if(property.secret));
        }
    }
    inherit(resource, inputs, defaults, &mut state);
    decode::make(resource, &mut state);
    if resource.local.is_some() {
        state.extend(local::outlook(resource, request));
    }
    aliases::hide(resource, inputs, &mut state);
    state
}

/// The outputs after an update: outputs that do not depend on the changes stay known.
pub fn preview_update(
    resource: &Resource,
    olds: &Object,
    old_inputs: &Object,
    news: &Object,
    defaults: &Defaults,
    now: Timestamp,
) -> Object {
    let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now };
    let diff = diff::diff(resource, &request);
    let changed: BTreeSet<&str> = diff.properties().collect();
    let fresh = fresh(resource, &request, defaults);
    let mut state = Object::new();
    for (name, property) in &resource.properties {
        let touched = changed.contains(name.as_str()) || follows(resource, name, property, &changed);
        let value = if touched { fresh.get(name) } else { olds.get(name).or_else(|| quiet(property, &fresh, name)) };
        if let Some(value) = value {
            state.insert(name.clone(), value.clone());
        }
    }
    for (name, value) in state.iter_mut() {
        *value = secret_like(news.get(name), std::mem::take(value));
    }
    aliases::hide(resource, news, &mut state);
    state
}

/// An unchanged property may still get a new input that is equal to the value that the API filled in.
fn quiet<'a>(property: &Property, fresh: &'a Object, name: &str) -> Option<&'a Value> {
    (property.input != Input::No && !property.computed).then(|| fresh.get(name)).flatten()
}

/// Outputs that an update changes although the program does not set them.
fn follows(resource: &Resource, name: &str, property: &Property, changed: &BTreeSet<&str>) -> bool {
    if changed.is_empty() {
        return false;
    }
    // Another property with the same response field.
    let shows_changed = |other: &&str| {
        let other = resource.properties.get(*other).and_then(|other| other.read.as_ref());
        property.input == Input::No && other.is_some() && other == property.read.as_ref()
    };
    name == "updatedAt"
        || property.drift_of.as_deref().is_some_and(|target| changed.contains(target))
        || changed.iter().any(shows_changed)
        || property.follows.iter().any(|other| changed.contains(other.as_str()))
        || changed.iter().any(|other| resource.stem(other) == resource.stem(name))
}

fn outlook(property: &Property, given: Option<&Value>) -> Option<Value> {
    if property.write_only {
        return None;
    }
    match given {
        Some(value) => Some(known(property, value)),
        None if property.input == Input::No || property.computed => Some(Value::UNKNOWN),
        None if property.input == Input::Auto => Some(Value::UNKNOWN),
        None => None,
    }
}

/// An input as it will be in the state, as far as that is certain.
fn known(property: &Property, value: &Value) -> Value {
    let secret = value.is_secret();
    match (&property.kind, value.data()) {
        (_, Data::Unknown) => value.clone(),
        // The API may return another order.
        (Kind::List(_), Data::Array(items)) if property.equal == Some(Equal::Unordered) && items.len() > 1 => {
            Value::UNKNOWN.secret_if(value.contains_secret())
        }
        (Kind::Object(properties), Data::Object(object)) => known_object(properties, object).secret_if(secret),
        (Kind::List(element), Data::Array(items)) => match element.as_ref() {
            Kind::Object(properties) => {
                let items = items.iter().map(|item| match item.as_object() {
                    Some(object) => known_object(properties, object).secret_if(item.is_secret()),
                    None => item.clone(),
                });
                Value::from(items.collect::<Vec<_>>()).secret_if(secret)
            }
            _ if is_respelled(property) => respelled(property, value),
            _ => value.clone(),
        },
        _ if is_respelled(property) => respelled(property, value),
        _ => value.clone(),
    }
}

fn known_object(properties: &BTreeMap<String, Property>, object: &Object) -> Value {
    let fields =
        properties.iter().filter_map(|(name, property)| Some((name.clone(), outlook(property, object.given(name))?)));
    Value::from(fields.collect::<Object>())
}

/// Whether the API may return another spelling of the value.
fn is_respelled(property: &Property) -> bool {
    matches!(
        property.convert,
        Some(
            Convert::LocalizedId
                | Convert::BareId
                | Convert::Zoned
                | Convert::RegionalId
                | Convert::LastPart
                | Convert::Timestamp
                | Convert::Duration
                | Convert::Milliseconds
                | Convert::Cidr
                | Convert::HostCidr
                | Convert::Base64
                | Convert::Trimmed
                | Convert::LowerCase
        )
    ) || matches!(property.equal, Some(Equal::IgnoreCase | Equal::CleanPath | Equal::SshKey))
}

fn respelled(property: &Property, value: &Value) -> Value {
    let Ok(json) = value.to_json() else { return value.clone() };
    let certain = match (property.convert, json) {
        (Some(convert @ (Convert::LastPart | Convert::LowerCase)), json) => {
            convert::to_wire(convert, json).ok().flatten().unwrap_or_default()
        }
        (Some(Convert::Base64), json) => convert::to_state(property.convert, json),
        (Some(Convert::BareId), serde_json::Value::String(id)) => place::split(&id).1.into(),
        (Some(Convert::LocalizedId), serde_json::Value::String(id)) if place::split(&id).0.is_some() => id.into(),
        _ => return Value::UNKNOWN.secret_if(value.contains_secret()),
    };
    Value::from(certain).secret_if(value.contains_secret())
}

/// The region, zone and project are known if the provider sets them.
fn inherit(resource: &Resource, inputs: &Object, defaults: &Defaults, state: &mut Object) {
    for (name, property) in &resource.properties {
        let Input::Provider(what) = property.input else { continue };
        if inputs.given(name).is_some() {
            continue;
        }
        let own = place::property(resource.locality) == Some(name);
        let inherited = if own { place::of_inputs(resource, inputs, defaults) } else { None };
        let value = inherited.or_else(|| defaults.of(what).map(str::to_owned));
        let unknown_parent = own && inputs.values().any(Value::is_unknown);
        let value = value.filter(|_| !unknown_parent).map_or(Value::UNKNOWN, Value::from);
        state.insert(name.clone(), value);
    }
}
