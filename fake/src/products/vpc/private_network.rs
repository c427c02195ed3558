//! Private networks with their subnets.

use serde_json::json;

use super::subnet;
use super::vpcs::{VPC, default_vpc};
use crate::call::{Call, Handled};
use crate::facts::Named;

pub(crate) static PRIVATE_NETWORK: Named = Named::new("vpc/private_network");

/// Without a VPC, the private network belongs to the default VPC of the project.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (name, project) = (call.need("name")?, call.project()?);
    let vpc = match call.text("vpc_id").as_str() {
        "" => default_vpc(call, &project)?,
        vpc => call.find(&VPC, vpc)?.id.clone(),
    };
    let requested = call.value("subnets", json!([]));
    let id = call.world.uuid();
    subnet::create(call, &vpc, &id, &project, &requested)?;
    let now = call.timestamp();
    let fields = json!({
        "id": id,
        "name": name,
        "organization_id": call.world.organization,
        "project_id": project,
        "region": call.locality(),
        "tags": call.tags(),
        "vpc_id": vpc,
        "subnets": [],
        "dhcp_enabled": true,
        "default_route_propagation_enabled": call.value("default_route_propagation_enabled", false),
        "has_object_storage_private_access": false,
        "created_at": now,
        "updated_at": now,
    });
    call.create(&PRIVATE_NETWORK, fields)
}
