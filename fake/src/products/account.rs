//! Account: projects. Contracts are not served.

use serde_json::{Value, json};

use crate::call::{Call, Handled, PROJECT};
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::Object;

pub(crate) static PRODUCT: Product =
    Product { document: "account.v3", kinds: &[], reads: &[], writes: &[("DeleteProject", delete_project)] };

/// The fields of a project of the seed.
pub(crate) fn project(name: &str, organization: &str, now: &str) -> Value {
    json!({
        "name": name,
        "description": "",
        "organization_id": organization,
        "status": "active",
        "qualification": { "architecture_type": "unknown_architecture_type" },
        "created_at": now,
        "updated_at": now,
    })
}

/// A project that contains resources is not deleted; what Scaleway created in it is deleted with it.
fn delete_project(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.find(&PROJECT, &id)?;
    if id == call.world.project {
        return Err(ApiError::precondition("resource_not_usable", "the default project cannot be deleted"));
    }
    // Instances have the project in `project`.
    let owned = |object: &Object| object.text("project_id") == id || object.text("project") == id;
    if call.world.store.all().any(|object| owned(object) && !object.provided) {
        return Err(ApiError::precondition("resource_not_usable", "the project still holds resources"));
    }
    call.world.store.remove_where(owned);
    plain::delete(call, PROJECT.plain())
}
