//! Endpoints in a list of their object, with calls of their own that add and delete one. What an endpoint shows is decided by
//! its product.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::response::ApiError;

/// A new endpoint of the object with this ID, from its part of a request.
pub(super) type Make = fn(&mut Call<'_>, &str, &Value) -> Handled;

/// Stores the endpoints of a new object; the object as it is shown then.
pub(super) fn insert(call: &mut Call<'_>, kind: &Named, id: &str, specs: &Value, make: Make) -> Handled {
    let mut endpoints = Vec::new();
    for spec in specs.as_array().into_iter().flatten() {
        endpoints.push(make(call, id, spec)?);
    }
    call.change(kind, id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    call.shown(kind, id)
}

/// Adds an endpoint to the object that the request names in the field `owner`.
pub(super) fn add(call: &mut Call<'_>, kind: &Named, [owner, spec]: [&str; 2], make: Make) -> Handled {
    let id = call.need(owner)?;
    call.settled(kind, &id)?;
    let spec = call.value(spec, json!({}));
    let endpoint = make(call, &id, &spec)?;
    if let Some(Value::Array(endpoints)) = call.change(kind, &id)?.fields.get_mut("endpoints") {
        endpoints.push(endpoint.clone());
    }
    Ok(endpoint)
}

/// Deletes the endpoint that the path names.
pub(super) fn delete(call: &mut Call<'_>, kind: &Named) -> Handled {
    let id = call.id();
    let owner = owner(call, kind, &id)?;
    call.settled(kind, &owner)?;
    if let Some(Value::Array(endpoints)) = call.change(kind, &owner)?.fields.get_mut("endpoints") {
        endpoints.retain(|endpoint| endpoint["id"] != id);
    }
    Ok(Value::Null)
}

/// The ID of the object that has an endpoint.
pub(super) fn owner(call: &Call<'_>, kind: &Named, endpoint: &str) -> Result<String, ApiError> {
    let has = |list: &Value| list.as_array().into_iter().flatten().any(|other| other["id"] == endpoint);
    let found = call.world.store.of(kind).find(|object| object.fields.get("endpoints").is_some_and(has));
    found.map(|object| object.id.clone()).ok_or_else(|| ApiError::not_found("endpoint", endpoint))
}
