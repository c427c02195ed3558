//! Private networks, and who is attached to them.

use serde_json::{Map, Value, json};

use super::subnet::{self, SUBNET};
use super::{VPC, default_vpc};
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::products::{containers, ipam, rdb, vpcgw};
use crate::store::{Kind, Missing, Object, Store};

pub(crate) static PRIVATE_NETWORK: Kind = Kind {
    srn: Some("vpc"),
    view: Some(show_subnets),
    ..Kind::new("vpc/private_network", "PrivateNetwork", "private_networks", Missing::Labelled("private_network"))
};

/// Without a VPC it goes into the project's default one.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (name, project) = (call.need("name")?, call.project()?);
    let vpc = match call.text("vpc_id").as_str() {
        "" => default_vpc(call, &project)?,
        vpc => call.find(&VPC, vpc)?.id.clone(),
    };
    let wanted = call.value("subnets", json!([]));
    let id = call.world.uuid();
    subnet::create(call, &vpc, &id, &project, &wanted)?;
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
        "has_s3_integration": false,
        "created_at": now,
        "updated_at": now,
    });
    call.create(&PRIVATE_NETWORK, fields)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    call.patch(&PRIVATE_NETWORK, &["name", "tags", "default_route_propagation_enabled"])
}

pub(super) fn enable_dhcp(call: &mut Call<'_>) -> Handled {
    call.body.insert("dhcp_enabled".to_owned(), json!(true));
    call.patch(&PRIVATE_NETWORK, &["dhcp_enabled"])
}

/// Refused while anything is attached. Its subnets go with it.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.find(&PRIVATE_NETWORK, &id)?;
    if call.world.store.all().any(|object| attached(object, &id)) {
        return Err(Refusal::precondition("resource_still_in_use", "resources are attached to the private network"));
    }
    call.world.store.remove_where(|object| object.kind == SUBNET.name && object.text("private_network_id") == id);
    call.delete(&PRIVATE_NETWORK)
}

/// Containers, endpoints of databases, gateways, and booked addresses hold the network that they are in.
fn attached(object: &Object, network: &str) -> bool {
    if object.kind == containers::CONTAINER.name || object.kind == vpcgw::GATEWAY_NETWORK.name {
        return object.text("private_network_id") == network;
    }
    if object.kind == ipam::IP.name {
        return object.hidden_text("private_network_id") == network;
    }
    let endpoints = object.fields.get("endpoints").filter(|_| object.kind == rdb::INSTANCE.name);
    let mut endpoints = endpoints.and_then(Value::as_array).into_iter().flatten();
    endpoints.any(|endpoint| endpoint["private_network"]["private_network_id"] == json!(network))
}

fn show_subnets(store: &Store, network: &Object, shown: &mut Map<String, Value>) {
    let own = store.of(&SUBNET).filter(|subnet| subnet.text("private_network_id") == network.id);
    let subnets: Value = own.map(|subnet| Value::Object(store.show(&SUBNET, subnet))).collect();
    shown.insert("subnets".to_owned(), subnets);
}
