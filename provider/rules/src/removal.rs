//! Inputs that the program no longer sets: whether they keep their current value or are reset to the default. Pure.

use catalog::{Input, Kind, Property, Resource};
use serde_json::Value as Json;
use value::{Path, Value};

use crate::operation::{DiffRequest, Warning};
use crate::presence;
use crate::{encode, special, wire};

/// Whether an input keeps its current value when it is removed from the program.
///
/// An input that the API fills in keeps its value, unless the descriptor has a value to send (`clear`).
pub fn keeps_value(property: &Property) -> bool {
    (property.computed && property.clear.is_none()) || matches!(property.input, Input::Provider(_))
}

/// Whether the value is the one that is sent for a removal. Absent fields have their default, and an empty field equals an
/// absent one, because an import omits both.
pub fn is_cleared(property: &Property, value: &Value) -> bool {
    let Some(clear) = &property.clear else { return false };
    encode::encoded(property, &with_defaults(property, value), &Path::default())
        .is_ok_and(|encoded| encoded.is_some_and(|encoded| without_empty(&encoded) == without_empty(clear)))
}

fn with_defaults(property: &Property, value: &Value) -> Value {
    let (Kind::Object(properties), Some(object)) = (&property.kind, value.as_object()) else { return value.clone() };
    let mut object = object.clone();
    for (name, property) in properties {
        if let (None, Some(default)) = (object.given(name), &property.default) {
            object.insert(name.clone(), Value::from(default.clone()));
        }
    }
    Value::from(object)
}

/// The value without the fields of objects that are empty, at any depth.
fn without_empty(json: &Json) -> Json {
    let Json::Object(fields) = json else { return json.clone() };
    let fields = fields.iter().map(|(name, field)| (name.clone(), without_empty(field)));
    Json::Object(fields.filter(|(_, field)| !wire::is_empty(field)).collect())
}

/// Whether neither the old program nor the new one sets an input that the API does not have as a field. Another default,
/// such as that of `pulumiverse_scaleway`, is then not a change.
pub fn is_default_of_both(name: &str, property: &Property, request: &DiffRequest<'_>) -> bool {
    property.send.is_none()
        && property.read.is_none()
        && presence::is_filled_in(request.old_inputs, name)
        && presence::is_filled_in(request.news, name)
}

/// The boolean that applies where the old or the new program does not set it, if it would apply to both.
pub fn unset_flag(resource: &Resource, name: &str, property: &Property, request: &DiffRequest<'_>) -> Option<Value> {
    let unset = |inputs| encode::unset(resource, name, property, inputs).ok().flatten().filter(Json::is_boolean);
    let (old, new) = (unset(request.old_inputs)?, unset(request.news)?);
    (old == new).then(|| Value::from(new))
}

/// A warning for each input that was removed from the program and keeps its current value.
pub fn kept(resource: &Resource, request: &DiffRequest<'_>) -> Vec<Warning> {
    let kept = resource.properties.iter().filter(|(name, property)| is_kept(resource, name, property, request));
    let warning = |name: &String| Warning {
        path: Path::root(name.as_str()),
        text: "the program does not set it, so the current value is kept. Set it to change it".to_owned(),
    };
    kept.map(|(name, _)| warning(name)).collect()
}

fn is_kept(resource: &Resource, name: &str, property: &Property, request: &DiffRequest<'_>) -> bool {
    if !property.computed || property.clear.is_some() || request.old_inputs.given(name).is_none() {
        return false;
    }
    let is_sent =
        property.send.is_some() && !property.create_only && !presence::is_left_to_others(property, request.news);
    let was_set = !presence::is_filled_in(request.old_inputs, name);
    // An alias or a conflicting input replaces it.
    let stem = resource.stem(name);
    let spelled = request.news.iter().any(|(other, value)| !value.is_null() && resource.stem(other) == stem);
    let excluded = resource.exactly_one.iter().chain(&resource.at_most_one).any(|group| {
        group.iter().any(|member| member == name) && group.iter().any(|other| request.news.given(other).is_some())
    });
    // Another input sets the value, so the removal has no effect.
    let set_elsewhere = special::handler(resource).not_drift(request.news).contains(&name);
    is_sent && was_set && !spelled && !excluded && !set_elsewhere
}
