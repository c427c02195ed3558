//! User data of servers: plain text by key.

use serde_json::{Map, Value, json};

use super::server_view::SERVER;
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::request::TEXT;
use crate::response::ApiError;

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let keys: Vec<String> = data(call)?.into_iter().map(|(key, _)| key).collect();
    Ok(json!({ "user_data": keys }))
}

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let key = call.parameter("key");
    data(call)?.remove(&key).ok_or_else(|| missing(&key))
}

pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let mut data = data(call)?;
    data.insert(call.parameter("key"), call.value(TEXT, ""));
    store(call, data)
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let key = call.parameter("key");
    let mut data = data(call)?;
    data.remove(&key).ok_or_else(|| missing(&key))?;
    store(call, data)
}

fn data(call: &Call<'_, impl WorldRef>) -> Result<Map<String, Value>, ApiError> {
    let server = call.find(&SERVER, &call.parameter("server_id"))?;
    Ok(server.hidden.get("user_data").and_then(Value::as_object).cloned().unwrap_or_default())
}

fn store(call: &mut Call<'_>, data: Map<String, Value>) -> Handled {
    let id = call.parameter("server_id");
    call.change(&SERVER, &id)?.hidden.insert("user_data".to_owned(), Value::Object(data));
    Ok(Value::Null)
}

/// No response for a missing key is recorded; this is the form of other objects.
fn missing(key: &str) -> ApiError {
    ApiError::not_found("instance_user_data", key)
}
