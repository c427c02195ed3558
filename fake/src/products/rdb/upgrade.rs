//! Upgrades: other nodes, larger volumes, a second node, encryption. New engines are not served.

use serde_json::{Value, json};

use super::instance::settled_of_path;
use super::{INSTANCE, node};
use crate::answer::Refusal;
use crate::call::{Call, Handled};

/// One change at a time. As recorded, it shows at once, and the instance is `initializing` until it is done.
pub(super) fn upgrade(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    if call.body.contains_key("major_upgrade_workflow") || call.body.contains_key("upgradable_version_id") {
        return Err(Refusal::not_served("upgrades of the engine"));
    }
    let instance = call.find(&INSTANCE, &id)?;
    let (old, old_node) = (instance.fields["volume"].clone(), instance.text("node_type").to_owned());
    let node_type = call.text("node_type").to_lowercase();
    let node_type = if node_type.is_empty() { old_node } else { node_type };
    let volume_type = call.value("volume_type", old["type"].clone());
    let volume_type = volume_type.as_str().unwrap_or_default();
    let old_size = old["size"].as_u64().unwrap_or_default();
    let wanted_size = call.value("volume_size", old_size).as_u64().unwrap_or_default();
    if call.body.contains_key("volume_size") {
        if volume_type == "lssd" {
            return Err(Refusal::constraint("volume_size", "a local volume has the size that comes with the node"));
        }
        if wanted_size < old_size {
            return Err(Refusal::constraint("volume_size", "a volume cannot shrink"));
        }
    }
    let volume = node::volume(&node_type, volume_type, wanted_size);
    let is_ha = call.body.get("enable_ha").cloned();
    let encryption = call.body.get("enable_encryption").cloned();
    let fields = &mut call.change(&INSTANCE, &id)?.fields;
    fields.insert("node_type".to_owned(), Value::from(node_type));
    fields.insert("volume".to_owned(), volume);
    if let Some(is_ha) = is_ha {
        fields.insert("is_ha_cluster".to_owned(), is_ha);
    }
    if let Some(enabled) = encryption {
        fields.insert("encryption".to_owned(), json!({ "enabled": enabled }));
    }
    call.pass(&INSTANCE, &id, "initializing", json!({ "status": "ready" }))?;
    call.get(&INSTANCE)
}
