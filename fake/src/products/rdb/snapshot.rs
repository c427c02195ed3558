//! Snapshots of instances, and instances created from them. A snapshot remains after its instance is deleted.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::kinds::{INSTANCE, SNAPSHOT};
use super::path::settled_of_path;
use super::{contents, endpoint, instance};
use crate::call::{Call, Handled};
use crate::clock;

/// As recorded: the default retention in days.
const DAYS: i64 = 365;

/// The fields that a copy of an instance has, as recorded.
const COPIED: &[&str] = &["volume", "settings", "init_settings", "tags", "engine", "project_id", "upgradable_version"];

/// As recorded: the size is that of the volume, set when the snapshot is ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let name = call.need("name")?;
    let expires_at = clock::micros(call.now + SignedDuration::from_hours(24 * DAYS));
    let expires_at = call.value("expires_at", expires_at);
    let instance = call.find(&INSTANCE, &id)?.clone();
    let volume = &instance.fields["volume"];
    let fields = json!({
        "instance_id": id,
        "instance_name": instance.text("name"),
        "name": name,
        "region": call.locality(),
        "node_type": instance.text("node_type"),
        "volume_type": { "class": volume["class"], "type": volume["type"] },
        "status": "creating",
        "size": null,
        "expires_at": expires_at,
        "created_at": call.timestamp(),
        "updated_at": null,
    });
    let mut snapshot = call.draft(&SNAPSHOT, fields);
    snapshot.hidden.insert("project_id".to_owned(), instance.fields["project_id"].clone());
    snapshot.hidden.insert("copy".to_owned(), Value::Object(instance.fields.clone()));
    let (snapshot_id, updated_at) = (snapshot.id.clone(), call.timestamp());
    call.insert(&SNAPSHOT, snapshot);
    contents::copy(call, &id, &snapshot_id);
    let then = json!({ "status": "ready", "size": volume["size"], "updated_at": updated_at });
    call.transition(&SNAPSHOT, &snapshot_id, "creating", then)?;
    let snapshot = call.find(&SNAPSHOT, &snapshot_id)?;
    Ok(call.show(&SNAPSHOT, snapshot))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    call.settled(&SNAPSHOT, &call.id())?;
    call.patch(&SNAPSHOT, &["name", "expires_at"])
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&SNAPSHOT, &id)?;
    contents::remove_all(call, &id);
    call.delete_in_time(&SNAPSHOT)
}

/// As recorded: tags and settings are copied, backups are disabled, and the instance has a public endpoint once it is
/// ready.
pub(super) fn restore(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("snapshot_id");
    call.settled(&SNAPSHOT, &id)?;
    let copy = call.find(&SNAPSHOT, &id)?.hidden["copy"].clone();
    let name = call.need("instance_name")?;
    let node_type = call.text("node_type").to_lowercase();
    let mut fields = instance::blank(call, &name, COPIED, &copy);
    fields["node_type"] = if node_type.is_empty() { copy["node_type"].clone() } else { json!(node_type) };
    fields["is_ha_cluster"] = json!(instance::is_highly_available(call, "is_ha_cluster")?.unwrap_or_default());
    fields["backup_schedule"]["disabled"] = json!(true);
    fields["backup_schedule"]["next_run_at"] = Value::Null;
    let instance = call.draft(&INSTANCE, fields);
    let public = endpoint::of_spec(call, &instance, &json!({ "load_balancer": {} }))?;
    let new = instance.id.clone();
    call.insert(&INSTANCE, instance);
    contents::copy(call, &id, &new);
    call.transition(&INSTANCE, &new, "provisioning", json!({ "status": "ready", "endpoints": [public] }))?;
    let instance = call.find(&INSTANCE, &new)?;
    Ok(call.show(&INSTANCE, instance))
}
