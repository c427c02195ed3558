//! The volumes of servers: local ones, and those of Block Storage.
//!
//! A server has the hidden field `volumes`: the number, the ID and `boot` of each.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::kinds::{BLOCK_VOLUME, IP, PRIVATE_NIC, VOLUME};
use super::server_view::{SERVER, is_of, require_stopped};
use super::{private_nic, server_type};
use crate::call::{Call, object};
use crate::clock;
use crate::response::ApiError;
use crate::store::Object;

/// The server that gets volumes.
pub(super) struct Owner<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) project: &'a str,
}

const GIGABYTE: u64 = 1_000_000_000;
const IMAGE_SIZE: u64 = 10 * GIGABYTE;

/// The volumes of a new server: new ones, and those that the request names.
pub(super) fn attach(call: &mut Call<'_>, owner: &Owner<'_>, image: &Value, offer: &Value) -> Result<Value, ApiError> {
    let mut given = numbered(&call.value("volumes", json!({})));
    let root = given.remove(&0).unwrap_or_else(|| json!({}));
    if image.is_null() && root["id"].is_null() {
        return Err(ApiError::required("image"));
    }
    let root_id = match root["id"].as_str() {
        Some(id) => take(call, owner, id)?,
        None => create_root(call, owner, image, &root)?,
    };
    let mut volumes = vec![json!({ "number": 0, "id": root_id, "boot": root["boot"] == true })];
    for (number, volume) in given {
        let id = take(call, owner, volume["id"].as_str().unwrap_or_default())?;
        volumes.push(json!({ "number": number, "id": id, "boot": false }));
    }
    let volumes = json!(volumes);
    fits(call, &volumes, offer)?;
    Ok(volumes)
}

/// Replaces the volumes of a server by those of the request. As documented, local volumes are exchanged while it is stopped.
pub(super) fn exchange(call: &mut Call<'_>, server: &Object) -> Result<(), ApiError> {
    let given = numbered(&call.value("volumes", json!({})));
    let before = server.hidden.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default();
    let ids: Vec<&str> = given.values().filter_map(|volume| volume["id"].as_str()).collect();
    let had: Vec<&str> = before.iter().filter_map(|volume| volume["id"].as_str()).collect();
    let changed = ids.iter().filter(|id| !had.contains(id)).chain(had.iter().filter(|id| !ids.contains(id)));
    let changes_local = changed.into_iter().any(|id| call.find(&VOLUME, id).is_ok());
    if changes_local {
        require_stopped(server, "to exchange local volumes")?;
    }
    for id in had.iter().filter(|id| !ids.contains(id)) {
        detach(call, id, Duration::ZERO);
    }
    let (id, name, project) = (server.id.clone(), server.text("name").to_owned(), server.text("project").to_owned());
    let owner = Owner { id: &id, name: &name, project: &project };
    let mut volumes = Vec::new();
    for (number, volume) in &given {
        let own = volume["id"].as_str().unwrap_or_default();
        if !had.contains(&own) {
            take(call, &owner, own)?;
        }
        volumes.push(json!({ "number": number, "id": own, "boot": volume["boot"] == true }));
    }
    call.change(&SERVER, &id)?.hidden.insert("volumes".to_owned(), json!(volumes));
    Ok(())
}

/// Whether the local volumes of a server fit another type.
pub(super) fn check_local(call: &Call<'_>, server: &Object, offer: &Value) -> Result<(), ApiError> {
    fits(call, server.hidden.get("volumes").unwrap_or(&Value::Null), offer)
}

/// What a server leaves behind: volumes and addresses without a server. With `deletes_local`, its local volumes are deleted
/// with it.
pub(super) fn release(
    call: &mut Call<'_>,
    server: &Object,
    over: Duration,
    deletes_local: bool,
) -> Result<(), ApiError> {
    let now = call.now;
    for volume in server.hidden.get("volumes").and_then(Value::as_array).into_iter().flatten() {
        let id = volume["id"].as_str().unwrap_or_default();
        if deletes_local && let Ok(local) = call.change(&VOLUME, id) {
            local.fields.insert("state".to_owned(), json!("deleting"));
            local.vanish(now, over);
        } else {
            detach(call, id, over);
        }
    }
    let own = call.world.store.of(&IP).filter(|ip| is_of(ip, server)).map(|ip| ip.id.clone());
    for id in own.collect::<Vec<_>>() {
        let free = object(json!({ "server": null, "state": "detached" }));
        call.change(&IP, &id)?.settle(now, over, vec![free]);
    }
    let own = call.world.store.of(&PRIVATE_NIC).filter(|nic| nic.text("server_id") == server.id);
    for nic in own.map(|nic| nic.id.clone()).collect::<Vec<_>>() {
        private_nic::remove(call, &nic)?;
    }
    Ok(())
}

/// Whether the root volume of a server is a local one.
pub(super) fn has_local_root(call: &Call<'_>, server: &Object) -> bool {
    let root = server.hidden.get("volumes").and_then(|volumes| volumes.get(0));
    root.and_then(|root| root["id"].as_str()).is_some_and(|id| call.find(&VOLUME, id).is_ok())
}

fn numbered(volumes: &Value) -> BTreeMap<u32, Value> {
    let volumes = volumes.as_object().into_iter().flatten();
    volumes.filter_map(|(number, volume)| Some((number.parse().ok()?, volume.clone()))).collect()
}

/// The sum of the local volumes is at most what the type allows.
fn fits(call: &Call<'_>, volumes: &Value, offer: &Value) -> Result<(), ApiError> {
    let ids = volumes.as_array().into_iter().flatten().filter_map(|volume| volume["id"].as_str());
    let sizes = ids.filter_map(|id| call.find(&VOLUME, id).ok()?.fields["size"].as_u64());
    let (sum, largest) = (sizes.sum::<u64>(), server_type::largest(offer));
    if sum > largest {
        let help = format!("the local volumes have {sum} bytes, and the type allows {largest}");
        return Err(ApiError::constraint("volumes", &help));
    }
    Ok(())
}

/// Attaches a volume that exists.
fn take(call: &mut Call<'_>, owner: &Owner<'_>, id: &str) -> Result<String, ApiError> {
    let now = call.timestamp();
    let used = || ApiError::precondition("resource_still_in_use", "a server uses the volume");
    if call.find(&VOLUME, id).is_ok() {
        let volume = call.change(&VOLUME, id)?;
        if !volume.fields["server"].is_null() {
            return Err(used());
        }
        volume.fields.insert("server".to_owned(), json!({ "id": owner.id, "name": owner.name }));
        crate::call::touch(volume, &now);
        return Ok(id.to_owned());
    }
    let reference = reference(call, owner);
    let volume = call.change(&BLOCK_VOLUME, id).map_err(|_| VOLUME.not_found(id))?;
    if volume.text("status") != "available" {
        return Err(used());
    }
    volume.fields.extend(object(json!({ "references": [reference], "status": "in_use" })));
    Ok(id.to_owned())
}

fn detach(call: &mut Call<'_>, id: &str, over: Duration) {
    let (now, time) = (call.now, call.timestamp());
    if let Ok(volume) = call.change(&VOLUME, id) {
        volume.settle(now, over, vec![object(json!({ "server": null }))]);
    }
    if let Ok(volume) = call.change(&BLOCK_VOLUME, id) {
        let free = json!({ "references": [], "status": "available", "last_detached_at": time, "updated_at": time });
        volume.settle(now, over, vec![object(free)]);
    }
}

fn reference(call: &mut Call<'_>, owner: &Owner<'_>) -> Value {
    json!({
        "id": call.world.uuid(),
        "product_resource_type": "instance_server",
        "product_resource_id": owner.id,
        "created_at": call.timestamp(),
        "type": "exclusive",
        "status": "attached",
    })
}

/// As recorded: the image determines the type and the name of a root volume.
fn create_root(call: &mut Call<'_>, owner: &Owner<'_>, image: &Value, root: &Value) -> Result<String, ApiError> {
    let of_image = match image["root_volume"]["volume_type"].as_str() {
        Some("sbs_snapshot") => "sbs_volume",
        kind => kind.unwrap_or("sbs_volume"),
    };
    let kind = root["volume_type"].as_str().unwrap_or(of_image).to_owned();
    let size = root["size"].as_u64().or_else(|| image["root_volume"]["size"].as_u64().filter(|size| *size > 0));
    let (size, name) = (size.unwrap_or(IMAGE_SIZE), image["name"].as_str().unwrap_or_default().to_owned());
    let now = call.timestamp();
    if kind != "sbs_volume" {
        return Ok(create_local(call, owner, &name, &kind, size, &clock::with_offset(&now)));
    }
    let reference = reference(call, owner);
    let fields = json!({
        "name": format!("{name}_sbs_volume_0"),
        "type": "sbs_5k",
        "size": size,
        "project_id": owner.project,
        "created_at": now,
        "updated_at": now,
        "references": [reference],
        "parent_snapshot_id": image["root_volume"]["id"],
        "status": "in_use",
        "tags": [],
        "specs": { "perf_iops": 5000, "class": "sbs" },
        "last_detached_at": null,
        "kms_key_id": null,
        "zone": call.locality(),
    });
    let volume = call.draft(&BLOCK_VOLUME, fields);
    let id = volume.id.clone();
    call.insert(&BLOCK_VOLUME, volume);
    Ok(id)
}

fn create_local(call: &mut Call<'_>, owner: &Owner<'_>, name: &str, kind: &str, size: u64, now: &str) -> String {
    let fields: Map<String, Value> = object(json!({
        "name": name,
        "volume_type": kind,
        "export_uri": null,
        "organization": call.world.organization,
        "project": owner.project,
        "server": { "id": owner.id, "name": owner.name },
        "size": size,
        "state": "available",
        "creation_date": now,
        "modification_date": now,
        "tags": [],
        "zone": call.locality(),
    }));
    let volume = call.draft(&VOLUME, Value::Object(fields));
    let id = volume.id.clone();
    call.insert(&VOLUME, volume);
    id
}
