//! Private networks of load balancers, each with an address of IPAM.

use serde_json::{Map, Value, json};

use super::instances::{LB, show_load_balancer};
use crate::call::{Call, Handled, ReadCall};
use crate::products::ipam::{self, Holder};
use crate::products::vpc::PRIVATE_NETWORK as NETWORK;
use crate::products::vpcgw::network::in_region;
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object, Store};

pub(super) static PRIVATE_NETWORK: Kind = Kind {
    id: "",
    key: &["lb_id", "private_network_id"],
    view: Some(show_lb),
    ..Kind::new("lb/private_network", "PrivateNetwork", "private_network", Missing::Message("privateNetwork not Found"))
};

/// As recorded: the attachment is `pending` at first, and the load balancer stays `ready`.
pub(super) fn attach(call: &mut Call<'_>) -> Handled {
    let (lb, network) = (call.parameter("lb_id"), call.need("private_network_id")?);
    call.settled(&LB, &lb)?;
    in_region(call, |call| call.find(&NETWORK, &network).map(|_| ()))?;
    if call.world.store.of(&PRIVATE_NETWORK).any(|other| is_of(other, &lb, &network)) {
        return Err(ApiError::constraint("private_network_id", "the private network is attached already"));
    }
    let name = call.find(&LB, &lb)?.text("name").to_owned();
    let holder = Holder { kind: "lb_server", id: &lb, name: &name, tags: &[] };
    let booked = call.body.get("ipam_ids").and_then(|ids| ids.get(0)).and_then(Value::as_str).map(str::to_owned);
    let address = in_region(call, |call| match booked {
        None => ipam::assign(call, &network, None, &holder).map(|address| ipam::id_of(call, &lb, &address)),
        Some(booked) => ipam::assign_booked(call, &booked, &holder).map(|()| booked),
    })?;
    let now = call.timestamp();
    let fields = json!({
        "private_network_id": network,
        "ipam_ids": [address],
        "dhcp_config": { "ip_id": address },
        "status": "pending",
        "created_at": now,
        "updated_at": now,
    });
    let object = call.draft(&PRIVATE_NETWORK, fields);
    let id = object.id.clone();
    let mut answer = call.insert(&PRIVATE_NETWORK, object);
    show_load_balancer(call, &mut answer)?;
    call.transition(&PRIVATE_NETWORK, &id, "pending", json!({ "status": "ready" }))?;
    Ok(call.precise(answer, &["created_at", "updated_at"]))
}

/// As recorded: the attachment is `pending` until it is gone.
pub(super) fn detach(call: &mut Call<'_>) -> Handled {
    let (lb, network) = (call.parameter("lb_id"), call.need("private_network_id")?);
    call.settled(&LB, &lb)?;
    let id = format!("{lb}/{network}");
    let attached = call.find(&PRIVATE_NETWORK, &id)?.clone();
    release(call, &attached);
    let (now, over) = (call.now, call.world.settle);
    let attached = call.change(&PRIVATE_NETWORK, &id)?;
    attached.fields.insert("status".to_owned(), json!("pending"));
    attached.vanish(now, over);
    Ok(Value::Null)
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    call.find(&LB, &call.parameter("lb_id"))?;
    call.list(&PRIVATE_NETWORK)
}

/// Detaches every private network of a load balancer that is deleted.
pub(super) fn release_all(call: &mut Call<'_>, lb: &str) {
    let own = call.world.store.of(&PRIVATE_NETWORK).filter(|network| network.hidden_text("lb_id") == lb);
    for attached in own.cloned().collect::<Vec<_>>() {
        release(call, &attached);
    }
    call.world.store.remove_where(|network| network.kind == PRIVATE_NETWORK.name && network.hidden_text("lb_id") == lb);
}

fn release(call: &mut Call<'_>, attached: &Object) {
    let ids = attached.fields.get("ipam_ids").and_then(Value::as_array).cloned().unwrap_or_default();
    for id in ids.iter().filter_map(Value::as_str) {
        in_region(call, |call| ipam::unassign(call, id));
    }
}

fn is_of(object: &Object, lb: &str, network: &str) -> bool {
    object.hidden_text("lb_id") == lb && object.text("private_network_id") == network
}

/// As recorded: without its instances.
fn show_lb(store: &Store, attached: &Object, shown: &mut Map<String, Value>) {
    if let Ok(lb) = store.get(&LB, &attached.locality, attached.hidden_text("lb_id")) {
        let mut lb = store.show(&LB, lb);
        lb.insert("instances".to_owned(), json!([]));
        shown.insert("lb".to_owned(), Value::Object(lb));
    }
}
