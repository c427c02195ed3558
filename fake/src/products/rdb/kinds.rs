//! The kinds of objects, and the fields of an instance that other objects give.

use serde_json::{Map, Value, json};

use crate::store::{Kind, Missing, Object, Store};

pub(crate) static INSTANCE: Kind = Kind {
    transient: &[
        "provisioning",
        "configuring",
        "deleting",
        "autohealing",
        "initializing",
        "backuping",
        "snapshotting",
        "restarting",
    ],
    view: Some(show_parts),
    ..Kind::new("rdb/instance", "Instance", "instances", Missing::Labelled("instance"))
};

pub(super) static DATABASE: Kind = Kind {
    id: "",
    key: &["instance_id", "name"],
    ..Kind::new("rdb/database", "Database", "databases", Missing::Labelled("database"))
};

pub(super) static USER: Kind =
    Kind { id: "", key: &["instance_id", "name"], ..Kind::new("rdb/user", "User", "users", Missing::Labelled("user")) };

pub(super) static PRIVILEGE: Kind = Kind {
    id: "",
    key: &["instance_id", "database_name", "user_name"],
    ..Kind::new("rdb/privilege", "Privilege", "privileges", Missing::Labelled("privilege"))
};

pub(super) static RULE: Kind = Kind {
    id: "",
    key: &["instance_id", "ip"],
    ..Kind::new("rdb/acl_rule", "ACLRule", "rules", Missing::Labelled("acl"))
};

pub(super) static BACKUP: Kind = Kind {
    transient: &["creating", "restoring", "deleting", "exporting"],
    ..Kind::new("rdb/database_backup", "DatabaseBackup", "database_backups", Missing::Labelled("database_backup"))
};

pub(super) static SNAPSHOT: Kind = Kind {
    transient: &["creating", "restoring", "deleting"],
    ..Kind::new("rdb/snapshot", "Snapshot", "snapshots", Missing::Labelled("instance_snapshot"))
};

pub(super) static REPLICA: Kind = Kind {
    transient: &["provisioning", "initializing", "deleting", "configuring", "promoting"],
    ..Kind::new("rdb/read_replica", "ReadReplica", "read_replicas", Missing::Labelled("read_replica"))
};

/// As recorded: `endpoint` is the public endpoint, and read replicas have all their fields. `high_availability_mode` has the
/// value of the older field `is_ha_cluster`.
fn show_parts(store: &Store, instance: &Object, shown: &mut Map<String, Value>) {
    let mode = if shown.get("is_ha_cluster") == Some(&json!(true)) { "single_zone" } else { "disabled" };
    shown.insert("high_availability_mode".to_owned(), json!(mode));
    let replicas = store.of(&REPLICA).filter(|replica| replica.text("instance_id") == instance.id);
    let replicas: Value = replicas.map(|replica| Value::Object(replica.fields.clone())).collect();
    shown.insert("read_replicas".to_owned(), replicas);
    let endpoints = instance.fields.get("endpoints").and_then(Value::as_array);
    let public = endpoints.into_iter().flatten().find(|endpoint| endpoint["load_balancer"].is_object());
    shown.insert("endpoint".to_owned(), json!(public));
}
