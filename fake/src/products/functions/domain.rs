//! Domains of functions.

use serde_json::json;

use super::kinds::DOMAIN;
use crate::call::{Call, Handled};
use crate::plain;
use crate::products::containers::UNSEEN;
use crate::response::ApiError;

/// The DNS is not queried; see [`UNSEEN`].
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let hostname = call.text("hostname");
    if hostname.contains(UNSEEN) {
        let message = format!("could not validate domain: {hostname} does not lead to the function");
        return Err(ApiError::message(400, &message));
    }
    plain::create(call, DOMAIN.plain(), json!({}))
}
