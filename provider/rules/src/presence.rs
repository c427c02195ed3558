//! Whether a value counts as set: empty values, defaults, and inputs that the program leaves to another party. Pure.

use catalog::{Kind, Property};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::{equal, wire};

/// Whether a value is an empty string and the API fills in a default: equal to "not set".
pub fn is_left_to_api(property: &Property, given: &Value) -> bool {
    property.computed && property.kind == Kind::String && given.as_str() == Some("")
}

/// Whether a value is an empty string and the descriptor has a default that is not empty: equal to "not set".
pub fn stands_for_default(property: &Property, given: &Value) -> bool {
    let has_default = property.default.as_ref().and_then(Json::as_str).is_some_and(|default| !default.is_empty());
    has_default && given.as_str() == Some("")
}

/// Whether an input has a value. An empty list counts as not set.
pub fn is_set(inputs: &Object, name: &str) -> bool {
    inputs.given(name).is_some_and(|value| value.as_array() != Some(&[]))
}

/// Whether another input leaves the value of this property to another party.
pub fn is_left_to_others(property: &Property, inputs: &Object) -> bool {
    let switch = property.unless.as_ref().and_then(|switch| inputs.given(switch));
    switch.is_some_and(|switch| switch.as_bool() == Some(true) || switch.as_str().is_some_and(|text| !text.is_empty()))
}

/// Whether another input leaves the value of this property to another party after the creation.
pub fn is_left_after_creation(property: &Property, inputs: &Object) -> bool {
    property.create_only_if.as_ref().is_some_and(|switch| inputs.flag(switch) == Some(true))
}

/// Whether another input, which is not true, is needed for this property.
pub fn is_unneeded(property: &Property, inputs: &Object) -> bool {
    property.only_if.as_ref().is_some_and(|switch| inputs.flag(switch) != Some(true))
}

/// Whether a value is the descriptor's value for "not set".
pub fn is_default(property: &Property, json: &Json) -> bool {
    property.default.as_ref().is_some_and(|default| equal::same(property.equal, default, json))
}

/// Whether a value is empty, so that it is equal to "not set". `false` is not empty if the default is `true`, and zero is not if
/// the default is another number.
pub fn is_empty(property: &Property, json: &Json) -> bool {
    let has_number = || property.default.as_ref().and_then(Json::as_f64).is_some_and(|default| default != 0.0);
    let is_kept = match json {
        Json::Bool(_) => property.kind == Kind::Boolean && is_default(property, &Json::Bool(true)),
        Json::Number(_) => has_number(),
        _ => false,
    };
    wire::is_empty(json) && !is_kept
}

/// The key with the names of the inputs that the program did not set, as in bridged providers.
pub const DEFAULTS: &str = "__defaults";

/// Whether Check set this input: to its default, or to an automatic name.
pub fn is_filled_in(inputs: &Object, name: &str) -> bool {
    let filled_in = inputs.get(DEFAULTS).and_then(Value::as_array).unwrap_or_default();
    filled_in.iter().any(|filled_in| filled_in.as_str() == Some(name))
}
