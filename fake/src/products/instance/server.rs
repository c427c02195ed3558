//! Servers: a create takes or creates volumes, an update exchanges them, and the power state is in `power`.

use serde_json::{Value, json};

use super::kinds::{PLACEMENT_GROUP, PRIVATE_NIC, SECURITY_GROUP};
use super::server_view::{SERVER, require_stopped};
use super::{address, attachment, power, server_image, server_type};
use crate::call::{Call, Handled, ReadCall};
use crate::clock;
use crate::response::ApiError;
use crate::store::Object;

/// As recorded: a new server is `stopped`, and its volumes exist.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let name = call.need("name")?;
    let (kind, offer) = server_type::find(call, &call.need("commercial_type")?)?;
    let project = call.project()?;
    let image = match call.text("image").as_str() {
        "" => Value::Null,
        id => server_image::find(call, id)?,
    };
    let id = call.world.uuid();
    let group = call.text("security_group");
    if !group.is_empty() {
        call.find(&SECURITY_GROUP, &group)?;
    }
    let placement = call.text("placement_group");
    if !placement.is_empty() {
        call.find(&PLACEMENT_GROUP, &placement)?;
    }
    let owner = attachment::Owner { id: &id, name: &name, project: &project };
    let volumes = attachment::attach(call, &owner, &image, &offer)?;
    let now = clock::with_offset(&call.timestamp());
    let [.., a, b, c] = call.world.rng.u32(..).to_be_bytes();
    let fields = json!({
        "id": id,
        "name": name,
        "arch": if image.is_null() { offer["arch"].clone() } else { image["arch"].clone() },
        "commercial_type": kind,
        "boot_type": call.value("boot_type", "local"),
        "organization": call.world.organization,
        "project": project,
        "hostname": name,
        "image": image,
        "tags": call.tags(),
        "protected": call.value("protected", false),
        "mac_address": format!("de:00:01:{a:02x}:{b:02x}:{c:02x}"),
        "routed_ip_enabled": true,
        "ipv6": null,
        "extra_networks": [],
        "dynamic_ip_required": call.value("dynamic_ip_required", false),
        "enable_ipv6": false,
        "private_ip": null,
        "creation_date": now,
        "modification_date": now,
        "bootscript": null,
        "maintenances": [],
        "zone": call.locality(),
        "filesystems": [],
        "end_of_service": false,
        "dns": format!("{id}.pub.instances.scw.cloud"),
    });
    let mut object = call.draft(&SERVER, fields);
    object.fields.extend(power::stopped());
    if let Some(key) = call.body.get("admin_password_encryption_ssh_key_id").cloned() {
        object.fields.insert("admin_password_encryption_ssh_key_id".to_owned(), key);
    }
    let hidden = json!({
        "volumes": volumes,
        "security_group": group,
        "placement_group": placement,
        "user_data": {},
        "dynamic_ip": null,
    });
    object.hidden.extend(crate::call::object(hidden));
    call.insert(&SERVER, object);
    let addresses = call.value("public_ips", json!([]));
    for address in addresses.as_array().into_iter().flatten().filter_map(Value::as_str) {
        address::attach(call, address, &id)?;
    }
    call.shown(&SERVER, &id)
}

/// The fields that are the same in the request and the response.
const PLAIN: [&str; 6] =
    ["name", "tags", "boot_type", "dynamic_ip_required", "protected", "admin_password_encryption_ssh_key_id"];

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let server = call.find(&SERVER, &id)?.clone();
    if let Some(kind) = call.body.get("commercial_type").and_then(Value::as_str).map(str::to_owned) {
        change_type(call, &server, &kind)?;
    }
    if call.nulls.iter().any(|field| field == "placement_group") {
        call.change(&SERVER, &id)?.hidden.insert("placement_group".to_owned(), json!(""));
    } else if let Some(group) = call.body.get("placement_group").and_then(Value::as_str).map(str::to_owned) {
        call.find(&PLACEMENT_GROUP, &group)?;
        require_stopped(&server, "to join a placement group")?;
        call.change(&SERVER, &id)?.hidden.insert("placement_group".to_owned(), json!(group));
    }
    if let Some(group) = call.body.get("security_group").and_then(|group| group["id"].as_str()).map(str::to_owned) {
        call.find(&SECURITY_GROUP, &group)?;
        call.change(&SERVER, &id)?.hidden.insert("security_group".to_owned(), json!(group));
    }
    if call.body.contains_key("volumes") {
        attachment::exchange(call, &server)?;
    }
    if let Some(name) = call.body.get("name").cloned() {
        call.change(&SERVER, &id)?.fields.insert("hostname".to_owned(), name);
    }
    call.patch(&SERVER, &PLAIN)
}

/// Local volumes must fit, and a server in a placement group keeps its type.
fn change_type(call: &mut Call<'_>, server: &Object, kind: &str) -> Result<(), ApiError> {
    let (kind, offer) = server_type::find(call, kind)?;
    require_stopped(server, "to change its type")?;
    if !server.hidden_text("placement_group").is_empty() {
        return Err(ApiError::precondition("resource_still_in_use", "the server is in a placement group"));
    }
    attachment::check_local(call, server, &offer)?;
    call.change(&SERVER, &server.id)?.fields.insert("commercial_type".to_owned(), json!(kind));
    Ok(())
}

/// A stopped server is deleted at once; its volumes and addresses are kept.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let server = call.find(&SERVER, &call.id())?.clone();
    if server.fields["protected"] == json!(true) {
        return Err(ApiError::precondition("protected_resource", "the server is protected"));
    }
    require_stopped(&server, "to be deleted")?;
    attachment::release(call, &server, std::time::Duration::ZERO, false)?;
    call.world.store.remove(&SERVER, &server.locality, &server.id)?;
    Ok(Value::Null)
}

/// As recorded, `name` selects by a part of it.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let part = call.query.remove("name").unwrap_or_default();
    let part = part.as_str().unwrap_or_default().to_owned();
    let network = call.query.remove("private_network").unwrap_or_default();
    let nics: Vec<String> = call
        .world
        .store
        .of(&PRIVATE_NIC)
        .filter(|nic| nic.fields.get("private_network_id") == Some(&network))
        .map(|nic| nic.text("server_id").to_owned())
        .collect();
    call.list_where(&SERVER, |server| {
        server.text("name").contains(&part) && (network.is_null() || nics.contains(&server.id))
    })
}

pub(super) fn attach_filesystem(call: &mut Call<'_>) -> Handled {
    let (id, filesystem) = (call.parameter("server_id"), call.need("filesystem_id")?);
    let server = call.find(&SERVER, &id)?;
    if server.text("state") != "running" {
        return Err(ApiError::precondition("resource_not_usable", "a file system is attached to a running server"));
    }
    let mut list = server.fields["filesystems"].as_array().cloned().unwrap_or_default();
    list.push(json!({ "filesystem_id": filesystem, "state": "attaching" }));
    let now = list.clone();
    for element in &mut list {
        element["state"] = json!("available");
    }
    set_filesystems(call, &id, now, &list)
}

pub(super) fn detach_filesystem(call: &mut Call<'_>) -> Handled {
    let (id, filesystem) = (call.parameter("server_id"), call.need("filesystem_id")?);
    let mut now = call.find(&SERVER, &id)?.fields["filesystems"].as_array().cloned().unwrap_or_default();
    let mut left = now.clone();
    left.retain(|element| element["filesystem_id"] != filesystem.as_str());
    for element in now.iter_mut().filter(|element| element["filesystem_id"] == filesystem.as_str()) {
        element["state"] = json!("detaching");
    }
    set_filesystems(call, &id, now, &left)
}

fn set_filesystems(call: &mut Call<'_>, id: &str, now: Vec<Value>, later: &[Value]) -> Handled {
    let (time, over) = (call.now, call.world.settle);
    let server = call.change(&SERVER, id)?;
    server.fields.insert("filesystems".to_owned(), Value::Array(now));
    server.settle(time, over, vec![crate::call::object(json!({ "filesystems": later }))]);
    call.shown(&SERVER, id)
}
