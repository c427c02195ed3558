//! Private networks of Elastic Metal servers, with addresses of IPAM.

use serde_json::{Value, json};

use super::kinds::{ATTACHED, PRIVATE_NETWORK_OPTION, SERVER};
use crate::call::{Call, Handled};
use crate::product::Product;
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::vpcgw::network::in_region;
use crate::response::ApiError;
use crate::store::Object;

pub(crate) static PRODUCT: Product = Product {
    document: "baremetal.v3",
    kinds: &[],
    routes: &[
        ("AddServerPrivateNetwork", add),
        ("SetServerPrivateNetworks", set),
        ("DeleteServerPrivateNetwork", delete),
        ("ListServerPrivateNetworks", list),
    ],
};

fn list(call: &mut Call<'_>) -> Handled {
    call.list(&ATTACHED)
}

fn add(call: &mut Call<'_>) -> Handled {
    let (server, network) = (call.parameter("server_id"), call.need("private_network_id")?);
    call.settled(&SERVER, &server)?;
    has_option(call, &server)?;
    in_region(call, |call| call.find(&PRIVATE_NETWORK, &network).map(|_| ()))?;
    let booked = call.value("ipam_ip_ids", json!([])).as_array().cloned().unwrap_or_default();
    attach(call, &server, &network, &booked)?;
    let own = of_server(call, &server);
    let attached = own.iter().find(|attached| attached.text("private_network_id") == network);
    Ok(attached.map(|attached| call.show(&ATTACHED, attached)).unwrap_or_default())
}

/// A server needs the option to be attached.
fn has_option(call: &Call<'_>, server: &str) -> Result<(), ApiError> {
    let options = call.find(&SERVER, server)?.fields["options"].as_array().cloned().unwrap_or_default();
    if options.iter().any(|option| option["id"] == PRIVATE_NETWORK_OPTION) {
        return Ok(());
    }
    Err(ApiError::precondition("private_network_option", "the server needs the option Private Network"))
}

/// As recorded: a new attachment is `attaching` for some seconds.
fn set(call: &mut Call<'_>) -> Handled {
    let server = call.parameter("server_id");
    call.settled(&SERVER, &server)?;
    let wanted = call.value("per_private_network_ipam_ip_ids", json!({}));
    let wanted = wanted.as_object().cloned().unwrap_or_default();
    if !wanted.is_empty() {
        has_option(call, &server)?;
    }
    for network in wanted.keys() {
        in_region(call, |call| call.find(&PRIVATE_NETWORK, network).map(|_| ()))?;
    }
    let addresses = |ids: &Value| ids.as_array().cloned().unwrap_or_default();
    let keeps = |attached: &Object| {
        wanted
            .get(attached.text("private_network_id"))
            .is_some_and(|ids| addresses(ids).iter().all(|id| addresses(&attached.fields["ipam_ip_ids"]).contains(id)))
    };
    for attached in of_server(call, &server).iter().filter(|attached| !keeps(attached)) {
        detach(call, attached)?;
    }
    let kept: Vec<String> = of_server(call, &server)
        .iter()
        .filter(|attached| attached.text("status") != "detaching")
        .map(|attached| attached.text("private_network_id").to_owned())
        .collect();
    for (network, ids) in wanted.iter().filter(|(network, _)| !kept.contains(network)) {
        attach(call, &server, network, &addresses(ids))?;
    }
    let shown: Vec<Value> = of_server(call, &server)
        .iter()
        .filter(|attached| attached.text("status") != "detaching")
        .map(|attached| call.show(&ATTACHED, attached))
        .collect();
    Ok(json!({ "server_private_networks": shown }))
}

fn attach(call: &mut Call<'_>, server: &str, network: &str, booked: &[Value]) -> Result<(), ApiError> {
    let (id, now) = (call.world.uuid(), call.timestamp());
    let (name, project) = {
        let server = call.find(&SERVER, server)?;
        (server.text("name").to_owned(), server.text("project_id").to_owned())
    };
    let booked: Vec<String> = booked.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let holder = Holder { kind: "baremetal_private_nic", id: &id, name: &name, tags: &[] };
    let addresses = in_region(call, |call| {
        if booked.is_empty() {
            return ipam::assign_both(call, network, &holder);
        }
        booked.iter().try_for_each(|id| ipam::assign_booked(call, id, &holder)).map(|()| booked.clone())
    })?;
    let fields = json!({
        "id": id,
        "server_id": server,
        "private_network_id": network,
        "project_id": project,
        "ipam_ip_ids": addresses,
        "vlan": 1745,
        "status": "attaching",
        "created_at": now,
        "updated_at": now,
    });
    let object = call.draft(&ATTACHED, fields);
    call.insert(&ATTACHED, object);
    call.transition(&ATTACHED, &id, "attaching", json!({ "status": "attached" }))
}

/// As recorded, the response is empty.
fn delete(call: &mut Call<'_>) -> Handled {
    let (server, network) = (call.parameter("server_id"), call.parameter("private_network_id"));
    let own = of_server(call, &server);
    let attached = own.iter().find(|attached| attached.text("private_network_id") == network);
    detach(call, attached.ok_or_else(|| ApiError::message(404, "Not Found"))?)?;
    Ok(Value::Null)
}

fn detach(call: &mut Call<'_>, attached: &Object) -> Result<(), ApiError> {
    free(call, attached);
    let (now, over) = (call.now, call.world.settle);
    let attached = call.change(&ATTACHED, &attached.id)?;
    attached.fields.extend(crate::call::object(json!({ "status": "detaching", "ipam_ip_ids": [] })));
    attached.vanish(now, over);
    Ok(())
}

fn free(call: &mut Call<'_>, attached: &Object) {
    let ids = attached.fields["ipam_ip_ids"].as_array().cloned().unwrap_or_default();
    for id in ids.iter().filter_map(Value::as_str) {
        in_region(call, |call| ipam::unassign(call, id));
    }
}

/// Whether a server is attached to a private network.
pub(super) fn has_any(call: &Call<'_>, server: &str) -> bool {
    of_server(call, server).iter().any(|attached| attached.text("status") != "detaching")
}

/// Detaches all private networks of a server that is deleted.
pub(super) fn release_all(call: &mut Call<'_>, server: &str) {
    for attached in of_server(call, server) {
        free(call, &attached);
        call.world.store.remove_where(|object| object.kind == ATTACHED.name && object.id == attached.id);
    }
}

fn of_server(call: &Call<'_>, server: &str) -> Vec<Object> {
    call.world.store.of(&ATTACHED).filter(|attached| attached.text("server_id") == server).cloned().collect()
}
