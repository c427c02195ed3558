//! Checks whether a response describes the requested object.
//!
//! A proxy, a gateway or a wrong URL can return 200 with `{}`, `null` or another object, and 404 for an object that the call
//! did not name. Neither describes the resource: both are errors that keep its state. Pure.

use catalog::Operation;
use client::Call;
use serde_json::Value as Json;

use crate::client_error::api_error;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// Fails unless a successful response contains the identity that the API document declares.
pub(crate) fn check(operation: &Operation, scope: &Scope<'_>, answer: &Json) -> Result<(), Error> {
    let identity = &operation.identity;
    let is_json = operation.storage.is_none() && operation.messaging.is_none();
    let reads = operation.method == "GET" && is_json && operation.pages.is_none();
    // Plain text describes nothing.
    if identity.silent || operation.format.is_text || (identity.is_none() && !reads) {
        return Ok(());
    }
    let Some(object) = answer.as_object().filter(|object| !object.is_empty()) else {
        return Err(foreign(operation, scope, "an object", &shape(answer)));
    };
    let Some(field) = &identity.repeats else {
        let shows = |field: &String| object.contains_key(field);
        return match identity.fields.first() {
            Some(first) if !identity.fields.iter().any(shows) => {
                Err(foreign(operation, scope, &format!("the field `{first}`"), "an object of another kind"))
            }
            _ => Ok(()),
        };
    };
    let parameter = identity.parameter.as_ref().and_then(|parameter| operation.parameters.get(parameter));
    let desired = parameter.and_then(|source| scope.source(source));
    match (object.get(field), desired) {
        (None | Some(Json::Null), _) => Err(foreign(operation, scope, &format!("the field `{field}`"), "none")),
        // A revision may be requested by an alias: `latest`.
        (Some(Json::Number(_)), Some(Json::String(word))) if word.parse::<f64>().is_err() => Ok(()),
        (Some(has), Some(desired)) if !wire::reads_like(has, &desired) => {
            let plain = |json: &Json| wire::plain_text(json).unwrap_or_else(|| shape(json));
            Err(foreign(operation, scope, &format!("`{field}` {}", plain(&desired)), &plain(has)))
        }
        _ => Ok(()),
    }
}

/// Fails unless the response has the resource's name, for resources that are identified by name.
pub(crate) fn check_name(scope: &Scope<'_>, answer: &Json) -> Result<(), Error> {
    let Some(desired) = scope.parts.uuid.as_deref().filter(|_| !scope.resource.named_by.is_empty()) else {
        return Ok(());
    };
    let parts: Vec<&str> =
        scope.resource.named_by.iter().filter_map(|field| wire::find(answer.as_object()?, field)?.as_str()).collect();
    let name = parts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(".");
    if name == desired {
        return Ok(());
    }
    let fact = format!("the API returned \"{name}\" instead of the {} \"{desired}\"", scope.resource.label);
    Err(Error::new(ErrorKind::Unreachable, fact).hint(HINT))
}

/// The same error, unless it reports a missing object that the call did not name.
pub(crate) fn about(call: &Call, label: &str, error: Error) -> Error {
    let id = api_error(&error).and_then(client::ApiError::resource_id).map(str::to_owned);
    match id {
        Some(id) if error.kind() == ErrorKind::NotFound && !names(call, &id) => {
            let hint = format!("{id} is not part of the request, so the {label} is not treated as deleted");
            error.of_kind(ErrorKind::Precondition).hint(hint)
        }
        _ => error,
    }
}

/// Whether a call names an object: in its path, its query or its body.
fn names(call: &Call, id: &str) -> bool {
    let values: Vec<String> = strings(call).collect();
    // A rule of an instance is reported as `<instance>/<address>`.
    id.split('/').all(|part| values.iter().any(|text| text.contains(part)))
}

/// Every string in a call, with path segments unescaped.
pub(crate) fn strings(call: &Call) -> impl Iterator<Item = String> {
    let path = call.path.split('/').map(unescaped);
    let query = call.query.iter().map(|(_, value)| value.clone());
    let mut body = Vec::new();
    if let Some(json) = &call.body {
        collect(json, &mut body);
    }
    path.chain(query).chain(body).filter(|text| !text.is_empty()).collect::<Vec<_>>().into_iter()
}

/// Whether the response to a delete is not in the API document: another server may have sent it.
pub(crate) fn is_odd_delete(operation: &Operation, answer: &Json) -> bool {
    operation.identity.silent && !answer.is_null()
}

const HINT: &str = "check `apiUrl` (SCW_API_URL) and any proxy; the state is unchanged";

fn foreign(operation: &Operation, scope: &Scope<'_>, desired: &str, has: &str) -> Error {
    let label = &scope.resource.label;
    let fact = format!(
        "the response to {} does not describe the {label}: it contains {has} instead of {desired}",
        operation.id
    );
    Error::new(ErrorKind::Unreachable, fact).hint(HINT)
}

fn shape(json: &Json) -> String {
    match json {
        Json::Null => "no body",
        Json::Array(_) => "a list",
        Json::Object(_) => "an empty object",
        _ => "a bare value",
    }
    .to_owned()
}

fn collect(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::String(text) => found.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(map) => map.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn unescaped(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use client::Method;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_names_the_objects_in_its_path_query_and_body() {
        let call = Call::new(Method::POST, "/users/{name}/rights", &[("name", "a/b é")]).unwrap();
        let call = call.query("instance", "i1").body(json!({ "list": [{ "user_id": "u1" }] }));
        for id in ["a/b é", "i1", "u1", "i1/u1"] {
            assert!(names(&call, id), "{id}");
        }
        assert!(!names(&call, "p1"));
    }
}
