//! Servers as the API shows them: with their volumes, addresses, interfaces and groups.
//!
//! Hidden fields of a server: `volumes` (number, ID, whether it is the boot volume), `security_group`, `placement_group`,
//! `user_data` and `dynamic_ip`.

use serde_json::{Map, Value, json};

use super::kinds::{IP, PLACEMENT_GROUP, PRIVATE_NIC, SECURITY_GROUP, VOLUME};
use crate::products::instance_addresses::{INTERFACE, address_in};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object, Store};

pub(super) static SERVER: Kind = Kind {
    view: Some(show),
    srn: Some("instance"),
    ..Kind::new("instance/server", "Server", "servers", Missing::Labelled("instance_server"))
};

fn show(store: &Store, server: &Object, shown: &mut Map<String, Value>) {
    let mut volumes = Map::new();
    for volume in server.hidden.get("volumes").and_then(Value::as_array).into_iter().flatten() {
        let number = volume["number"].as_u64().unwrap_or_default();
        volumes.insert(number.to_string(), show_volume(store, server, volume));
    }
    shown.insert("volumes".to_owned(), Value::Object(volumes));
    let mut addresses: Vec<Value> = store.of(&IP).filter(|ip| is_of(ip, server)).map(show_address).collect();
    let dynamic = server.hidden.get("dynamic_ip").filter(|dynamic| !dynamic.is_null() && addresses.is_empty());
    if let Some(dynamic) = dynamic.filter(|_| server.text("state") == "running") {
        addresses.push(dynamic.clone());
    }
    shown.insert("public_ip".to_owned(), addresses.first().cloned().unwrap_or_default());
    shown.insert("public_ips".to_owned(), Value::Array(addresses));
    let interfaces = store.of(&PRIVATE_NIC).filter(|nic| nic.text("server_id") == server.id);
    let interfaces: Vec<Value> = interfaces.map(|nic| Value::Object(store.show(&PRIVATE_NIC, nic))).collect();
    shown.insert("private_nics".to_owned(), Value::Array(interfaces));
    let group = store.get(&SECURITY_GROUP, &server.locality, server.hidden_text("security_group"));
    let group =
        group.map_or_else(|_| default_group(server), |group| json!({ "id": group.id, "name": group.fields["name"] }));
    shown.insert("security_group".to_owned(), group);
    let group = store.get(&PLACEMENT_GROUP, &server.locality, server.hidden_text("placement_group"));
    let group = group.map_or(Value::Null, |group| Value::Object(store.show(&PLACEMENT_GROUP, group)));
    shown.insert("placement_group".to_owned(), group);
}

/// The default security group of a project, which the fake does not list.
fn default_group(server: &Object) -> Value {
    let id = format!("5ec00000{}", server.text("project").get(8..).unwrap_or_default());
    json!({ "id": id, "name": "Default security group" })
}

/// Fails unless a server is stopped.
pub(super) fn require_stopped(server: &Object, reason: &str) -> Result<(), ApiError> {
    if server.text("state") == "stopped" {
        return Ok(());
    }
    Err(ApiError::precondition("resource_not_usable", &format!("the server must be stopped {reason}")))
}

/// Whether a server has an address.
pub(super) fn is_of(ip: &Object, server: &Object) -> bool {
    ip.locality == server.locality && ip.fields.get("server").is_some_and(|owner| owner["id"] == server.id.as_str())
}

/// An address of a server, as the server shows it.
pub(super) fn address(id: &str, address: &str, is_dynamic: bool) -> Value {
    json!({
        "id": id,
        "address": address,
        "dynamic": is_dynamic,
        "gateway": "62.210.0.1",
        "netmask": "32",
        "family": "inet",
        "provisioning_mode": "dhcp",
        "tags": [],
        "state": "attached",
        "ipam_id": id,
    })
}

fn show_address(ip: &Object) -> Value {
    let mut shown = address(&ip.id, ip.text("address"), false);
    shown["tags"] = ip.fields["tags"].clone();
    if let Some(address) = address_in(ip.text("prefix")) {
        shown["address"] = json!(address);
        shown["gateway"] = json!(format!("fe80::{INTERFACE}:16ca"));
        shown["netmask"] = json!("64");
        shown["family"] = json!("inet6");
        shown["provisioning_mode"] = json!("slaac");
    }
    shown
}

/// As recorded, a volume of Block Storage has only an ID here.
fn show_volume(store: &Store, server: &Object, volume: &Value) -> Value {
    let id = volume["id"].as_str().unwrap_or_default();
    match store.get(&VOLUME, &server.locality, id) {
        Ok(local) => {
            let mut shown = store.show(&VOLUME, local);
            shown.insert("boot".to_owned(), volume["boot"].clone());
            shown.remove("srn");
            Value::Object(shown)
        }
        Err(_) => json!({
            "boot": volume["boot"],
            "volume_type": "sbs_volume",
            "id": id,
            "state": "available",
            "zone": server.locality,
        }),
    }
}
