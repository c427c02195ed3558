//! Upgrades: node types, volumes, high availability, encryption, and engines.

use serde_json::{Value, json};

use super::kinds::INSTANCE;
use super::path::settled_of_path;
use super::{contents, endpoint, instance, node};
use crate::call::{Call, Handled};
use crate::response::ApiError;

/// One change per request. As recorded, responses show it at once, and the instance is `initializing` until it is
/// complete.
pub(super) fn upgrade(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    if call.body.contains_key("upgradable_version_id") {
        return Err(ApiError::not_served("upgrades to a minor version"));
    }
    if let Some(workflow) = call.body.get("major_upgrade_workflow").cloned() {
        return new_engine(call, &id, &workflow);
    }
    let instance = call.find(&INSTANCE, &id)?;
    let (old, old_node) = (instance.fields["volume"].clone(), instance.text("node_type").to_owned());
    let node_type = call.text("node_type").to_lowercase();
    let node_type = if node_type.is_empty() { old_node } else { node_type };
    let volume_type = call.value("volume_type", old["type"].clone());
    let volume_type = volume_type.as_str().unwrap_or_default();
    let old_size = old["size"].as_u64().unwrap_or_default();
    let requested_size = call.value("volume_size", old_size).as_u64().unwrap_or_default();
    if call.body.contains_key("volume_size") {
        if volume_type == "lssd" {
            return Err(ApiError::constraint("volume_size", "the size of a local volume depends on the node type"));
        }
        if requested_size < old_size {
            return Err(ApiError::constraint("volume_size", "a volume cannot shrink"));
        }
    }
    let volume = node::volume(&node_type, volume_type, requested_size);
    let is_ha = instance::is_highly_available(call, "enable_ha")?;
    let encryption = call.body.get("enable_encryption").cloned();
    let fields = &mut call.change(&INSTANCE, &id)?.fields;
    fields.insert("node_type".to_owned(), Value::from(node_type));
    fields.insert("volume".to_owned(), volume);
    if let Some(is_ha) = is_ha {
        fields.insert("is_ha_cluster".to_owned(), json!(is_ha));
    }
    if let Some(enabled) = encryption {
        fields.insert("encryption".to_owned(), json!({ "enabled": enabled }));
    }
    call.transition(&INSTANCE, &id, "initializing", json!({ "status": "ready" }))?;
    call.get(&INSTANCE)
}

/// The fields that the instance with the new engine has, as recorded: all but high availability and the access control
/// list.
const TAKEN: &[&str] = &[
    "project_id",
    "node_type",
    "volume",
    "settings",
    "init_settings",
    "tags",
    "backup_schedule",
    "backup_same_region",
    "logs_policy",
];

/// As recorded: the response is another instance, which has the endpoints, with their IDs, once it is ready; the old
/// instance keeps none. Not recorded: read replicas remain with the old instance.
fn new_engine(call: &mut Call<'_>, id: &str, workflow: &Value) -> Handled {
    let old = call.find(&INSTANCE, id)?.clone();
    let versions = old.fields["upgradable_version"].as_array().cloned().unwrap_or_default();
    let version = versions.iter().find(|version| version["id"] == workflow["upgradable_version_id"]);
    let version = version.ok_or_else(|| ApiError::not_found("upgradable_version", "the version"))?;
    let engine = version["name"].as_str().unwrap_or_default().to_owned();
    let name = old.text("name").to_owned();
    let mut fields = instance::blank(call, &name, TAKEN, &Value::Object(old.fields.clone()));
    fields["engine"] = json!(engine);
    fields["is_ha_cluster"] = json!(false);
    fields["upgradable_version"] = node::upgradable_versions(call, &engine);
    let instance = call.draft(&INSTANCE, fields);
    let new = instance.id.clone();
    call.insert(&INSTANCE, instance);
    contents::copy(call, id, &new);
    let (then, kept) = if workflow["with_endpoints"] == json!(true) {
        endpoint::reassign_addresses(call, &old, &new);
        (json!({ "status": "ready", "endpoints": endpoint::all(&old) }), json!([]))
    } else {
        (json!({ "status": "ready" }), old.fields["endpoints"].clone())
    };
    call.transition(&INSTANCE, &new, "provisioning", then)?;
    call.transition(&INSTANCE, id, "initializing", json!({ "status": "ready", "endpoints": kept }))?;
    let instance = call.find(&INSTANCE, &new)?;
    Ok(call.show(&INSTANCE, instance))
}
