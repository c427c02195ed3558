//! Endpoints of instances.

use serde_json::{Value, json};

use super::kinds::INSTANCE;
use super::path::settled_of_path;
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::products::ipam::{self, Holder};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

/// As recorded: the tags of addresses in private networks.
const TAGS: &[&str] = &["managed", "scwdbaas"];

/// Endpoints are fields of their instances; this kind is used for errors only.
static ENDPOINT: Kind = Kind::new("rdb/endpoint", "Endpoint", "endpoints", Missing::Labelled("endpoint"));

/// As recorded: an endpoint in a private network exists at once, a public one when the instance is ready again; until
/// then the response is nearly empty.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let spec = call.value("endpoint_spec", Value::Null);
    let instance = call.find(&INSTANCE, &id)?.clone();
    let mut endpoints = all(&instance);
    for kind in ["load_balancer", "private_network"] {
        if spec[kind].is_object() && endpoints.iter().any(|endpoint| endpoint[kind].is_object()) {
            return Err(ApiError::already_exists("endpoint", &id, "the instance has an endpoint of this kind"));
        }
    }
    let endpoint = of_spec(call, &instance, &spec)?;
    endpoints.push(endpoint.clone());
    let private = endpoint["private_network"].is_object();
    if private {
        call.change(&INSTANCE, &id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    }
    call.transition(&INSTANCE, &id, "initializing", json!({ "status": "ready", "endpoints": endpoints }))?;
    Ok(if private { endpoint } else { json!({ "id": "", "name": null, "port": 0 }) })
}

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    find(call).map(|(_, endpoint)| endpoint)
}

/// As recorded: the endpoint is deleted once the instance is ready again.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let (instance, endpoint) = find(call)?;
    call.settled(&INSTANCE, &instance.id)?;
    let mut endpoints = all(&instance);
    endpoints.retain(|other| other["id"] != endpoint["id"]);
    call.transition(&INSTANCE, &instance.id, "configuring", json!({ "status": "ready", "endpoints": endpoints }))?;
    unassign_all(call, &instance.id, &[endpoint]);
    Ok(Value::Null)
}

/// Detaches the addresses of endpoints in private networks.
pub(super) fn unassign_all(call: &mut Call<'_>, holder: &str, endpoints: &[Value]) {
    for address in endpoints.iter().filter_map(|endpoint| endpoint["private_network"]["service_ip"].as_str()) {
        ipam::unassign_address(call, holder, address);
    }
}

/// The endpoint of a specification.
pub(super) fn of_spec(call: &mut Call<'_>, instance: &Object, spec: &Value) -> Handled {
    let id = call.world.uuid();
    let Some(network) = spec["private_network"].as_object() else {
        // The addresses are random, in a range of Scaleway.
        let (a, b) = (call.world.rng.u8(..), call.world.rng.u8(1..255));
        let port = call.world.rng.u16(2000..30000);
        let ip = format!("51.159.{a}.{b}");
        if spec["direct_access"].is_object() {
            return Ok(json!({ "id": id, "name": null, "ip": ip, "port": own_port(instance), "direct_access": {} }));
        }
        return Ok(json!({ "id": id, "name": null, "ip": ip, "port": port, "load_balancer": {} }));
    };
    let network_id = network.get("private_network_id").and_then(Value::as_str).unwrap_or_default();
    let requested = network.get("service_ip").and_then(Value::as_str);
    let requested_address = requested.map(|address| address.split_once('/').map_or(address, |(address, _)| address));
    let holder = Holder { kind: "rdb_instance", id: &instance.id, name: instance.text("name"), tags: TAGS };
    // As recorded of read replicas: an address outside of all subnets is accepted.
    let address = match requested {
        Some(requested) if !ipam::has_block_for(call, network_id, requested) => requested.to_owned(),
        _ => match requested_address.and_then(|address| ipam::booked(call, network_id, address)) {
            Some((id, address)) => {
                ipam::assign_booked(call, &id, &holder)?;
                address
            }
            None => ipam::assign(call, network_id, requested_address, &holder)?,
        },
    };
    let ip = address.split_once('/').map_or(address.as_str(), |(ip, _)| ip);
    Ok(json!({
        "id": id,
        "name": null,
        "ip": ip,
        "port": own_port(instance),
        "private_network": {
            "private_network_id": network_id,
            "provisioning_mode": if requested.is_some() { "static" } else { "ipam" },
            "service_ip": address,
            "zone": format!("{}-1", call.locality()),
        },
    }))
}

/// Assigns the addresses of an instance's own endpoints in private networks to another instance.
pub(super) fn reassign_addresses(call: &mut Call<'_>, from: &Object, to: &str) {
    let own: Vec<Value> = all(from).iter().map(|endpoint| endpoint["private_network"]["service_ip"].clone()).collect();
    let held = |ip: &&Object| ip.hidden_text("resource_id") == from.id && own.contains(&ip.fields["address"]);
    let held: Vec<String> = call.world.store.of(&ipam::IP).filter(held).map(|ip| ip.id.clone()).collect();
    for id in held {
        if let Ok(ip) = call.change(&ipam::IP, &id) {
            ip.hidden.insert("resource_id".to_owned(), json!(to));
            ip.fields["resource"]["id"] = json!(to);
        }
    }
}

/// The port of the engine.
fn own_port(instance: &Object) -> u16 {
    if instance.text("engine").starts_with("MySQL") { 3306 } else { 5432 }
}

/// The endpoints of an instance or a read replica.
pub(super) fn all(instance: &Object) -> Vec<Value> {
    instance.fields.get("endpoints").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The endpoint in the path, and its instance.
fn find(call: &Call<'_, impl WorldRef>) -> Result<(Object, Value), ApiError> {
    let (id, region) = (json!(call.id()), call.locality());
    let mut of_region = call.world.store.of(&INSTANCE).filter(|instance| instance.locality == region);
    let found = of_region.find_map(|instance| {
        let endpoint = all(instance).into_iter().find(|endpoint| endpoint["id"] == id)?;
        Some((instance.clone(), endpoint))
    });
    found.ok_or_else(|| ENDPOINT.not_found(&call.id()))
}
