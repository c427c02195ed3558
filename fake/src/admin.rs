//! The addresses below `/_fake/`, for tests that only use HTTP. They need no API key.
//!
//! | request | effect |
//! |---|---|
//! | `GET /_fake/requests` | all requests so far, with secrets, except for those below `/_fake/`: `[{"t", "method", "path", "status", "operation", "query", "body"}]` |
//! | `DELETE /_fake/requests` | clears the list |
//! | `GET /_fake/faults` | the pending faults |
//! | `POST /_fake/faults` | adds a fault; see [`crate::Fault`] |
//! | `DELETE /_fake/faults` | removes the pending faults |
//! | `GET /_fake/unstored` | the request fields that no object contains: `[{"operation", "field", "requests"}]`; see [`crate::unstored`] |
//! | `DELETE /_fake/unstored` | clears this list |
//! | `POST /_fake/clock` | `{"advance": 60}` advances the clock, in seconds |
//! | `POST /_fake/settle` | `{"seconds": 5}`: sets the duration of transient statuses |
//! | `GET /_fake/objects` | all objects: `[{"kind", "locality", "id", "fields"}]` |
//! | `PATCH /_fake/objects` | `{"kind", "locality", "id", "fields": {...}}` sets fields without a request of the API |
//! | `DELETE /_fake/objects` | `{"kind", "locality", "id"}` removes an object without a request of the API |
//! | `GET /_fake/seed` | all objects as a seed, with secrets |
//! | `PUT /_fake/seed` | replaces all objects by those of a seed |
//! | `GET /_fake/health` | `{"status": "ready"}`; see [`crate::remote`] |
//! | `POST /_fake/login` | `{"instance", "user", "password", "database"}`: whether a database accepts a login, as `{"accepted", "reason"}`; `instance` and `database` are optional. PostgreSQL clients can log in at the address of the fake too |
//!
//! The response to a successful change is 204, to an invalid request 400 with the reason.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::faults::Fault;
use crate::journal::Entry;
use crate::products::rdb;
use crate::request::Received;
use crate::response::{ApiError, ApiResponse};
use crate::seed::Seed;
use crate::state::Server;
use crate::store::Object;

/// The object of a request, and the fields to set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    kind: String,
    #[serde(default)]
    locality: String,
    id: String,
    #[serde(default)]
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    seconds: f64,
}

/// The response, if the path is one of these addresses.
pub(crate) fn answer(server: &Server, received: &Received) -> Option<ApiResponse> {
    let what = received.path.strip_prefix("/_fake/")?;
    let answer = match handle(server, received, what) {
        Ok(Value::Null) => ApiResponse::json(204, None),
        Ok(body) => ApiResponse::json(200, Some(body)),
        Err(ApiError(answer)) => answer,
    };
    Some(answer)
}

fn handle(server: &Server, received: &Received, what: &str) -> Result<Value, ApiError> {
    match (received.method.as_str(), what) {
        ("GET", "requests") => return Ok(server.journal().entries.iter().map(Entry::in_full).collect()),
        ("DELETE", "requests") => server.journal().entries.clear(),
        ("GET", "faults") => return Ok(json!(server.faults().list())),
        ("POST", "faults") => server.faults().add(read::<Fault>(received)?),
        ("DELETE", "faults") => server.faults().clear(),
        ("GET", "unstored") => return Ok(server.unstored().list()),
        ("DELETE", "unstored") => server.unstored().clear(),
        ("POST", "clock") => server.clock.advance(duration(read::<Advance>(received)?.advance)?),
        ("POST", "settle") => server.write().settle = duration(read::<Settle>(received)?.seconds)?,
        ("GET", "objects") => return Ok(server.read().store.all().map(shown).collect()),
        ("GET", "seed") => return Ok(json!(Seed::of(&server.read()))),
        ("PUT", "seed") => server.restore(&read(received)?).map_err(|error| invalid(&error))?,
        ("POST", "login") => return Ok(rdb::login(&server.read().store, &read(received)?)),
        ("PATCH", "objects") => {
            let Target { kind, locality, id, fields } = read(received)?;
            server.change(&kind, &locality, &id, fields)?;
        }
        ("DELETE", "objects") => {
            let Target { kind, locality, id, .. } = read(received)?;
            server.remove(&kind, &locality, &id)?;
        }
        _ => return Err(ApiError::message(404, "the fake has nothing at this address")),
    }
    Ok(Value::Null)
}

impl Server {
    /// Sets fields of an object without a request of the API.
    pub(crate) fn change(
        &self,
        kind: &str,
        locality: &str,
        id: &str,
        fields: Map<String, Value>,
    ) -> Result<(), ApiError> {
        let (kind, _) = crate::products::kind(kind).ok_or_else(|| no_kind(kind))?;
        self.write().store.get_mut(kind, locality, id)?.fields.extend(fields);
        Ok(())
    }

    /// Removes an object without a request of the API.
    pub(crate) fn remove(&self, kind: &str, locality: &str, id: &str) -> Result<(), ApiError> {
        let (kind, _) = crate::products::kind(kind).ok_or_else(|| no_kind(kind))?;
        let mut world = self.write();
        world.store.remove(kind, locality, id)?;
        // What Scaleway created with the object does not exist without it, such as the default database of an instance.
        world.store.remove_where(|part| part.provided && part.hidden.values().any(|parent| parent == id));
        Ok(())
    }
}

fn no_kind(name: &str) -> ApiError {
    ApiError::message(400, &format!("there is no kind `{name}`"))
}

fn shown(object: &Object) -> Value {
    json!({ "kind": object.kind, "locality": object.locality, "id": object.id, "fields": object.fields })
}

fn read<T: DeserializeOwned>(received: &Received) -> Result<T, ApiError> {
    serde_json::from_value(received.json()?).map_err(|error| invalid(&error))
}

fn duration(seconds: f64) -> Result<Duration, ApiError> {
    Duration::try_from_secs_f64(seconds).map_err(|error| invalid(&error))
}

fn invalid(error: &dyn std::error::Error) -> ApiError {
    ApiError::message(400, &error.to_string())
}
