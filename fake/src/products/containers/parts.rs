//! What domains and triggers have in common: both are parts of a container.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::response::ApiError;
use crate::store::Kind;

/// Sets a transient status. As recorded, `error_message` is absent meanwhile, and the time of its end has no fraction
/// of a second.
pub(super) fn settle(call: &mut Call<'_>, kind: &'static Kind, id: &str, status: &str) -> Handled {
    let done = call.now.saturating_add(jiff::SignedDuration::try_from(call.world.settle).unwrap_or_default());
    let done = format!("{:.0}", done.unwrap_or(Timestamp::MAX));
    call.change(kind, id)?.fields.remove("error_message");
    call.transition(kind, id, status, json!({ "status": "ready", "error_message": "", "updated_at": done }))?;
    Ok(call.show(kind, call.find(kind, id)?))
}

/// As recorded: `error_message` is absent while the object is deleted.
pub(super) fn delete(call: &mut Call<'_>, kind: &'static Kind) -> Result<Value, ApiError> {
    let id = call.id();
    call.change(kind, &id)?.fields.remove("error_message");
    call.delete_in_time(kind)
}
