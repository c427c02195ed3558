//! Tasks, which the API returns beside or instead of an object.

use serde_json::{Value, json};

use crate::call::Call;

/// As recorded: tasks have no content.
pub(super) fn task(call: &Call<'_>, from: &str, result: &str) -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000000",
        "description": "fake task",
        "status": "pending",
        "href_from": from,
        "href_result": result,
        "started_at": crate::clock::with_offset(&call.timestamp()),
        "terminated_at": null,
        "progress": 0,
        "zone": call.locality(),
    })
}
