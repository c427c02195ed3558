//! VPCs. Each project has a default VPC, which is created when a request needs it first.

use serde_json::{Value, json};

use crate::call::{Call, Handled, object};
use crate::facts::Named;
use crate::plain;
use crate::response::ApiError;

pub(super) static VPC: Named = Named::new("vpc/vpc");

/// A list of default VPCs creates the default VPC of the project, as the API does.
pub(super) fn list(call: &mut Call<'_>) -> Handled {
    if call.query.get("is_default") == Some(&json!(true)) {
        let project = call.query.get("project_id").and_then(Value::as_str).unwrap_or(&call.world.project).to_owned();
        // A project that does not exist has no default VPC.
        drop(default_vpc(call, &project));
    }
    plain::list(call, VPC.plain())
}

/// The ID of the project's default VPC in the region of the call, which is created if it does not exist.
pub(super) fn default_vpc(call: &mut Call<'_>, project: &str) -> Result<String, ApiError> {
    let region = call.locality();
    let found = call.world.store.of(&VPC).find(|vpc| {
        vpc.locality == region && vpc.text("project_id") == project && vpc.fields["is_default"] == json!(true)
    });
    if let Some(vpc) = found {
        return Ok(vpc.id.clone());
    }
    let request = json!({ "name": "default", "project_id": project, "tags": ["default"] });
    let body = std::mem::replace(&mut call.body, object(request));
    let created = plain::create(call, VPC.plain(), json!({ "is_default": true }));
    call.body = body;
    let id = created?["id"].as_str().unwrap_or_default().to_owned();
    call.change(&VPC, &id)?.provided = true;
    Ok(id)
}
