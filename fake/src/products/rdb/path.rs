//! The instance that the path of a request names.

use super::kinds::INSTANCE;
use crate::call::{Call, WorldRef};
use crate::response::ApiError;

/// The ID of the instance in the path. It must exist.
pub(super) fn of_path(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let id = call.parameter("instance_id");
    call.find(&INSTANCE, &id).map(|instance| instance.id.clone())
}

/// The ID of the instance in the path. It must exist and have no transient status.
pub(super) fn settled_of_path(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let id = of_path(call)?;
    call.settled(&INSTANCE, &id)?;
    Ok(id)
}
