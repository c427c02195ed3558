//! The project that a request reads.

use serde_json::Value;

use crate::call::{Call, PROJECT, WorldRef};
use crate::response::ApiError;

/// The project of the query, or the default one. Without the project, for example after its deletion, reads of its Cockpit
/// are rejected.
pub(super) fn of_query(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project);
    call.world.store.get(&PROJECT, "", project).map_err(|_| ApiError::denied("project", "read"))?;
    Ok(project.to_owned())
}
