//! Private networks attached to a gateway, each with an address of IPAM.

use serde_json::json;

use super::gateway;
use super::kinds::{GATEWAY, GATEWAY_NETWORK};
use crate::call::{Call, Handled};
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;

/// As recorded: the status is `created` at first, and the MAC address is set when it is ready; meanwhile the gateway is
/// configuring.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (gateway, network) = (call.need("gateway_id")?, call.need("private_network_id")?);
    gateway::settled(call, &gateway)?;
    in_region(call, |call| call.find(&PRIVATE_NETWORK, &network).map(|_| ()))?;
    if call
        .world
        .store
        .of(&GATEWAY_NETWORK)
        .any(|other| other.text("gateway_id") == gateway && other.text("private_network_id") == network)
    {
        return Err(ApiError::already_exists("gateway_network", "", "the private network is attached already"));
    }
    let id = call.world.uuid();
    let address = hold(call, &id, &gateway, &network, &call.text("ipam_ip_id"))?;
    let mac = in_region(call, |call| ipam::mac_address(call, &address));
    let now = call.timestamp();
    let fields = json!({
        "id": id,
        "gateway_id": gateway,
        "private_network_id": network,
        "ipam_ip_id": address,
        "masquerade_enabled": call.value("enable_masquerade", false),
        "push_default_route": call.value("push_default_route", false),
        "status": "created",
        "zone": call.locality(),
        "created_at": now,
        "updated_at": now,
    });
    let answer = call.create(&GATEWAY_NETWORK, fields)?;
    call.transition(&GATEWAY_NETWORK, &id, "created", json!({ "status": "ready", "mac_address": mac }))?;
    gateway::configure(call, &gateway)?;
    Ok(answer)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let network = call.find(&GATEWAY_NETWORK, &id)?.clone();
    call.settled(&GATEWAY_NETWORK, &id)?;
    gateway::settled(call, network.text("gateway_id"))?;
    if let Some(masquerade) = call.body.remove("enable_masquerade") {
        call.body.insert("masquerade_enabled".to_owned(), masquerade);
    }
    let requested = call.text("ipam_ip_id");
    if !requested.is_empty() && requested != network.text("ipam_ip_id") {
        in_region(call, |call| ipam::unassign(call, network.text("ipam_ip_id")));
        hold(call, &id, network.text("gateway_id"), network.text("private_network_id"), &requested)?;
    }
    call.patch(&GATEWAY_NETWORK, &["masquerade_enabled", "push_default_route", "ipam_ip_id"])?;
    call.transition(&GATEWAY_NETWORK, &id, "configuring", json!({ "status": "ready" }))?;
    gateway::configure(call, network.text("gateway_id"))?;
    call.get(&GATEWAY_NETWORK)
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let network = call.find(&GATEWAY_NETWORK, &id)?.clone();
    gateway::settled(call, network.text("gateway_id"))?;
    call.delete_in_time(&GATEWAY_NETWORK)?;
    in_region(call, |call| ipam::unassign(call, network.text("ipam_ip_id")));
    let deleted = call.change(&GATEWAY_NETWORK, &id)?;
    deleted.fields.insert("status".to_owned(), json!("detaching"));
    call.get(&GATEWAY_NETWORK)
}

/// The ID of the address of the gateway in IPAM: the given booked address, or a new one.
fn hold(call: &mut Call<'_>, id: &str, gateway: &str, network: &str, booked: &str) -> Result<String, ApiError> {
    // As recorded: IPAM shows the name of the gateway.
    let name = call.find(&GATEWAY, gateway)?.text("name").to_owned();
    let holder = Holder { kind: "vpc_gateway_network", id, name: &name, tags: &[] };
    in_region(call, |call| match booked {
        "" => ipam::assign(call, network, None, &holder).map(|address| ipam::id_of(call, id, &address)),
        booked => ipam::assign_booked(call, booked, &holder).map(|()| booked.to_owned()),
    })
}

/// Calls a function in the region of the call's zone: networks and their addresses are regional.
pub(crate) fn in_region<T>(call: &mut Call<'_>, work: impl FnOnce(&mut Call<'_>) -> T) -> T {
    let parameters = call.parameters.clone();
    call.parameters = [("region".to_owned(), call.region())].into_iter().collect();
    let done = work(call);
    call.parameters = parameters;
    done
}
