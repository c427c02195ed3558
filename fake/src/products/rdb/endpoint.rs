//! Endpoints: under which addresses an instance is reached.

use serde_json::{Value, json};

use super::INSTANCE;
use super::instance::settled_of_path;
use crate::answer::Refusal;
use crate::call::{Call, Handled};
use crate::products::ipam::{self, Holder};
use crate::store::{Kind, Missing, Object};

/// As recorded: how the addresses in private networks are tagged.
const TAGS: &[&str] = &["managed", "scwdbaas"];

/// Endpoints stand in the fields of their instances; this names them in refusals only.
static ENDPOINT: Kind = Kind::new("rdb/endpoint", "Endpoint", "endpoints", Missing::Labelled("endpoint"));

/// As recorded: one in a private network is there at once, a public one when the instance is ready again; until then
/// the answer is as good as empty.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let spec = call.value("endpoint_spec", Value::Null);
    let instance = call.find(&INSTANCE, &id)?.clone();
    let mut endpoints = all(&instance);
    for kind in ["load_balancer", "private_network"] {
        if spec[kind].is_object() && endpoints.iter().any(|endpoint| endpoint[kind].is_object()) {
            return Err(Refusal::already_exists("endpoint", &id, "the instance has an endpoint of this kind"));
        }
    }
    let endpoint = of_spec(call, &instance, &spec)?;
    endpoints.push(endpoint.clone());
    let private = endpoint["private_network"].is_object();
    if private {
        call.change(&INSTANCE, &id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    }
    call.pass(&INSTANCE, &id, "initializing", json!({ "status": "ready", "endpoints": endpoints }))?;
    Ok(if private { endpoint } else { json!({ "id": "", "name": null, "port": 0 }) })
}

pub(super) fn get(call: &mut Call<'_>) -> Handled {
    find(call).map(|(_, endpoint)| endpoint)
}

/// As recorded: it is gone when the instance is ready again.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let (instance, endpoint) = find(call)?;
    call.settled(&INSTANCE, &instance.id)?;
    let mut endpoints = all(&instance);
    endpoints.retain(|other| other["id"] != endpoint["id"]);
    call.pass(&INSTANCE, &instance.id, "configuring", json!({ "status": "ready", "endpoints": endpoints }))?;
    if let Some(address) = endpoint["private_network"]["service_ip"].as_str() {
        ipam::withdraw(call, &instance.id, address);
    }
    Ok(Value::Null)
}

/// The endpoint that `spec` asks for.
pub(super) fn of_spec(call: &mut Call<'_>, instance: &Object, spec: &Value) -> Handled {
    let id = call.world.uuid();
    let Some(network) = spec["private_network"].as_object() else {
        // Made up: addresses as Scaleway has them.
        let (a, b) = (call.world.chance.u8(..), call.world.chance.u8(1..255));
        let port = call.world.chance.u16(2000..30000);
        return Ok(json!({
            "id": id, "name": null, "ip": format!("51.159.{a}.{b}"), "port": port, "load_balancer": {},
        }));
    };
    let network_id = network.get("private_network_id").and_then(Value::as_str).unwrap_or_default();
    let wanted = network.get("service_ip").and_then(Value::as_str);
    let wanted_address = wanted.map(|address| address.split_once('/').map_or(address, |(address, _)| address));
    let holder = Holder { kind: "rdb_instance", id: &instance.id, name: instance.text("name"), tags: TAGS };
    let address = ipam::assign(call, network_id, wanted_address, &holder)?;
    let ip = address.split_once('/').map_or(address.as_str(), |(ip, _)| ip);
    let port = if instance.text("engine").starts_with("MySQL") { 3306 } else { 5432 };
    Ok(json!({
        "id": id,
        "name": null,
        "ip": ip,
        "port": port,
        "private_network": {
            "private_network_id": network_id,
            "provisioning_mode": if wanted.is_some() { "static" } else { "ipam" },
            "service_ip": address,
            "zone": format!("{}-1", call.locality()),
        },
    }))
}

/// The endpoints of an instance.
pub(super) fn all(instance: &Object) -> Vec<Value> {
    instance.fields.get("endpoints").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The endpoint that the path names, and its instance.
fn find(call: &Call<'_>) -> Result<(Object, Value), Refusal> {
    let (id, region) = (json!(call.id()), call.locality());
    let mut of_region = call.world.store.of(&INSTANCE).filter(|instance| instance.locality == region);
    let found = of_region.find_map(|instance| {
        let endpoint = all(instance).into_iter().find(|endpoint| endpoint["id"] == id)?;
        Some((instance.clone(), endpoint))
    });
    found.ok_or_else(|| ENDPOINT.refusal(&call.id()))
}
