//! Requests of other machines: which of them are processed, and the health check.
//!
//! | request | needs |
//! |---|---|
//! | `GET /_fake/health` | nothing |
//! | other addresses below `/_fake/`, and requests to containers | the token in `X-Auth-Token` |
//! | the API | the token, or a secret key that was created through IAM |
//! | Object Storage, queues and topics | a signature, which their modules verify |
//! | the code of a function | its URL, which contains a random ID and is returned to requests with the token |
//!
//! Without a token all requests are processed, because the fake then listens on the loopback interface only.

use serde_json::json;

use crate::call::World;
use crate::products::{functions, iam, object};
use crate::request::Received;
use crate::response::{ApiError, ApiResponse};

const HEALTH: &str = "/_fake/health";

/// The response of the health check, or of a request without the token; `host` is the host name of a container.
pub(crate) fn answer(world: &World, received: &Received, host: Option<&str>) -> Option<ApiResponse> {
    if received.path == HEALTH {
        return Some(ApiResponse::json(200, Some(json!({ "status": "ready" }))));
    }
    let token = world.remote_token.as_deref()?;
    if is_allowed(world, received, host, token) {
        return None;
    }
    let message = "the request has no valid token. Hint: set SCW_SECRET_KEY, or the header X-Auth-Token, to the token of the fake.";
    Some(ApiError::message(401, message).0)
}

fn is_allowed(world: &World, received: &Received, host: Option<&str>, token: &str) -> bool {
    if received.token() == Some(token) {
        return true;
    }
    if host.is_some() || received.path.starts_with("/_fake/") {
        return false;
    }
    match received.token() {
        // Whether the API key has expired is checked with the request.
        Some(given) => iam::key_with_secret(&world.store, given).is_some(),
        None => object::is_signed(received) || received.path.starts_with(functions::UPLOADS),
    }
}
