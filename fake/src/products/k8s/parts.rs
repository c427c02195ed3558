//! The kinds, and requests that change parts of an object.

use serde_json::Value;

use crate::facts::Named;

pub(super) static CLUSTER: Named = Named::new("k8s/cluster");
pub(super) static POOL: Named = Named::new("k8s/pool");
pub(super) static NODE: Named = Named::new("k8s/node");

/// An object with the given fields of another one.
pub(super) fn merged(mut whole: Value, given: Option<&Value>) -> Value {
    for (field, value) in given.and_then(Value::as_object).into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        whole[field.as_str()] = value.clone();
    }
    whole
}
