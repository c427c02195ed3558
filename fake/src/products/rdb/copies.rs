//! Instances that are created from others (clones and promoted read replicas), and databases restored from backups.

use serde_json::{Value, json};

use super::kinds::{BACKUP, DATABASE, INSTANCE, REPLICA};
use super::path::settled_of_path;
use super::{contents, endpoint, instance};
use crate::call::{Call, Handled};
use crate::store::Object;

/// The fields that a clone copies.
const CLONED: &[&str] = &[
    "volume",
    "settings",
    "init_settings",
    "tags",
    "engine",
    "project_id",
    "upgradable_version",
    "node_type",
    "is_ha_cluster",
];

/// Not recorded: like an instance from a snapshot.
pub(super) fn clone(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let name = call.need("name")?;
    let from = Value::Object(call.find(&INSTANCE, &id)?.fields.clone());
    let mut fields = instance::blank(call, &name, CLONED, &from);
    let node_type = call.text("node_type").to_lowercase();
    if !node_type.is_empty() {
        fields["node_type"] = json!(node_type);
    }
    let new = call.draft(&INSTANCE, fields);
    let public = endpoint::of_spec(call, &new, &json!({ "load_balancer": {} }))?;
    insert(call, new, &id, &json!([public]))
}

/// Not recorded. As documented, the replica becomes an instance with the same endpoints. The replica is `promoting` until the
/// instance is ready, and does not exist afterwards.
pub(super) fn promote(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("read_replica_id");
    call.settled(&REPLICA, &id)?;
    let replica = call.find(&REPLICA, &id)?.clone();
    let source = replica.text("instance_id").to_owned();
    let from = Value::Object(call.find(&INSTANCE, &source)?.fields.clone());
    let name = format!("{}-promoted", from["name"].as_str().unwrap_or_default());
    let mut fields = instance::blank(call, &name, CLONED, &from);
    fields["is_ha_cluster"] = json!(false);
    let new = call.draft(&INSTANCE, fields);
    let endpoints = json!(endpoint::all(&replica));
    // The instance has the addresses of a replica.
    let mut held = replica;
    held.id.clone_from(&source);
    endpoint::reassign_addresses(call, &held, &new.id);
    let (now, over) = (call.now, call.world.settle);
    let ending = call.change(&REPLICA, &id)?;
    ending.fields.insert("status".to_owned(), json!("promoting"));
    ending.vanish(now, over);
    insert(call, new, &source, &endpoints)
}

/// Creates the database if the instance does not have it.
pub(super) fn restore_backup(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("database_backup_id");
    call.settled(&BACKUP, &id)?;
    let instance = call.need("instance_id")?;
    call.settled(&INSTANCE, &instance)?;
    let backup = call.find(&BACKUP, &id)?.clone();
    let given = call.text("database_name");
    let name = if given.is_empty() { backup.text("database_name").to_owned() } else { given };
    let database = format!("{instance}/{name}");
    if call.find(&DATABASE, &database).is_err() {
        let fields =
            json!({ "name": name, "owner": "_rdb_superadmin", "managed": true, "size": backup.fields["size"] });
        let region = call.locality();
        call.world.store.insert(Object::new(&DATABASE, &region, &database, crate::call::object(fields)));
    }
    call.transition(&BACKUP, &id, "restoring", json!({ "status": "ready" }))?;
    call.shown(&BACKUP, &id)
}

fn insert(call: &mut Call<'_>, new: Object, from: &str, endpoints: &Value) -> Handled {
    let id = new.id.clone();
    call.insert(&INSTANCE, new);
    contents::copy(call, from, &id);
    call.transition(&INSTANCE, &id, "provisioning", json!({ "status": "ready", "endpoints": endpoints }))?;
    call.shown(&INSTANCE, &id)
}
