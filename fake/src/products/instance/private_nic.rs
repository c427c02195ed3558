//! Private network interfaces of servers, with addresses of IPAM.

use serde_json::{Value, json};

use super::kinds::PRIVATE_NIC;
use super::server_view::SERVER;
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::clock;
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::vpcgw::network::in_region;
use crate::response::ApiError;
use crate::store::Object;

/// As recorded: the name of servers in IPAM.
const HOLDER: &str = "Scaleway Instance";

/// As recorded, an interface of a running server is `syncing` for half a minute, and that of a stopped one is available at once.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (server, network) = (call.parameter("server_id"), call.need("private_network_id")?);
    let is_running = call.find(&SERVER, &server)?.text("state") == "running";
    in_region(call, |call| call.find(&PRIVATE_NETWORK, &network).map(|_| ()))?;
    let is_same = |nic: &Object| nic.text("server_id") == server && nic.text("private_network_id") == network;
    if call.world.store.of(&PRIVATE_NIC).any(is_same) {
        return Err(ApiError::constraint(
            "private_network_id",
            "the server is attached to the private network already",
        ));
    }
    let id = call.world.uuid();
    let booked = call.value("ipam_ip_ids", json!([])).as_array().cloned().unwrap_or_default();
    let booked: Vec<String> = booked.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    let holder = Holder { kind: "instance_private_nic", id: &id, name: HOLDER, tags: &[] };
    let addresses = in_region(call, |call| {
        if booked.is_empty() {
            return ipam::assign_both(call, &network, &holder);
        }
        booked.iter().try_for_each(|id| ipam::assign_booked(call, id, &holder)).map(|()| booked.clone())
    })?;
    let mac = in_region(call, |call| ipam::mac_address(call, addresses.first().map_or("", String::as_str)));
    let now = clock::with_offset(&call.timestamp());
    let fields = json!({
        "id": id,
        "private_network_id": network,
        "server_id": server,
        "mac_address": mac.as_str().unwrap_or_default().to_lowercase(),
        "state": if is_running { "syncing" } else { "available" },
        "creation_date": now,
        "modification_date": now,
        "zone": call.locality(),
        "tags": call.tags(),
        "ipam_ip_ids": addresses,
    });
    let object = call.draft(&PRIVATE_NIC, fields);
    let answer = call.insert(&PRIVATE_NIC, object);
    if is_running {
        let (now, over) = (call.now, call.world.settle);
        let available = crate::call::object(json!({ "state": "available" }));
        call.change(&PRIVATE_NIC, &id)?.settle(now, over, vec![available]);
    }
    Ok(answer)
}

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let id = of_server(call)?;
    call.shown(&PRIVATE_NIC, &id)
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    call.find(&SERVER, &call.parameter("server_id"))?;
    // As recorded, the response has no number of elements, although the document declares it.
    let mut answer = call.list(&PRIVATE_NIC)?;
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("total_count");
    }
    Ok(answer)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    of_server(call)?;
    call.patch(&PRIVATE_NIC, &["tags"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = of_server(call)?;
    remove(call, &id)?;
    Ok(Value::Null)
}

/// Removes an interface and frees its addresses.
pub(super) fn remove(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let zone = call.locality();
    let nic = call.world.store.remove(&PRIVATE_NIC, &zone, id)?;
    let addresses = nic.fields["ipam_ip_ids"].as_array().cloned().unwrap_or_default();
    for address in addresses.iter().filter_map(Value::as_str) {
        in_region(call, |call| ipam::unassign(call, address));
    }
    Ok(())
}

/// The ID of the interface in the path, if the server has it.
fn of_server(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let (server, id) = (call.parameter("server_id"), call.id());
    call.find(&SERVER, &server)?;
    let nic = call.find(&PRIVATE_NIC, &id)?;
    if nic.text("server_id") == server { Ok(id) } else { Err(PRIVATE_NIC.not_found(&id)) }
}
