//! Managed databases: instances with their content, and copies of them: backups, snapshots and read replicas.
//!
//! As recorded, a change of a part of an instance (rules, settings, endpoints) sets the status of the instance to
//! `configuring` or `initializing`; until it is `ready` again, further changes are rejected with 409.

mod acl;
mod backup;
mod certificate;
mod contents;
mod copies;
mod endpoint;
mod engines;
mod instance;
mod kinds;
mod login;
mod logs;
mod node;
mod path;
mod replica;
mod settings;
mod snapshot;
mod upgrade;

use crate::product::Product;
use kinds::{BACKUP, DATABASE, INSTANCE, PRIVILEGE, REPLICA, RULE, SNAPSHOT, USER};

pub(crate) use login::{Login, NO_DATABASE, NO_RIGHT, WRONG_PASSWORD, login};

pub(crate) static PRODUCT: Product = Product {
    document: "rdb.v1",
    kinds: &[&INSTANCE, &DATABASE, &USER, &PRIVILEGE, &RULE, &BACKUP, &SNAPSHOT, &REPLICA],
    reads: &[
        ("GetInstance", |call| call.get(&INSTANCE)),
        ("ListInstances", |call| call.list(&INSTANCE)),
        ("GetInstanceCertificate", certificate::get),
        ("GetEndpoint", endpoint::get),
        ("ListInstanceACLRules", acl::list),
        ("ListDatabases", contents::list_databases),
        ("ListUsers", contents::list_users),
        ("ListPrivileges", contents::list_privileges),
        ("GetDatabaseBackup", |call| call.get(&BACKUP)),
        ("ListDatabaseBackups", |call| call.list(&BACKUP)),
        ("ListDatabaseEngines", engines::list),
        ("ListNodeTypes", engines::list_node_types),
        ("ListInstanceLogs", logs::list),
        ("ListInstanceLogsDetails", logs::details),
        ("GetSnapshot", |call| call.get(&SNAPSHOT)),
        ("ListSnapshots", |call| call.list(&SNAPSHOT)),
        ("GetReadReplica", |call| call.get(&REPLICA)),
    ],
    writes: &[
        ("CreateInstance", instance::create),
        ("UpdateInstance", instance::update),
        ("DeleteInstance", instance::delete),
        ("RestartInstance", instance::restart),
        ("ApplyInstanceMaintenance", instance::apply_maintenance),
        ("UpgradeInstance", upgrade::upgrade),
        ("RenewInstanceCertificate", certificate::renew),
        ("CreateEndpoint", endpoint::create),
        ("DeleteEndpoint", replica::delete_any_endpoint),
        ("SetInstanceSettings", settings::set),
        ("AddInstanceSettings", settings::add),
        ("DeleteInstanceSettings", settings::delete),
        ("SetInstanceACLRules", acl::set),
        ("AddInstanceACLRules", acl::add),
        ("DeleteInstanceACLRules", acl::delete),
        ("CreateDatabase", contents::create_database),
        ("DeleteDatabase", contents::delete_database),
        ("CreateUser", contents::create_user),
        ("UpdateUser", contents::update_user),
        ("DeleteUser", contents::delete_user),
        ("SetPrivilege", contents::set_privilege),
        ("CreateDatabaseBackup", backup::create),
        ("UpdateDatabaseBackup", backup::update),
        ("DeleteDatabaseBackup", backup::delete),
        ("ExportDatabaseBackup", backup::export),
        ("RestoreDatabaseBackup", copies::restore_backup),
        ("CloneInstance", copies::clone),
        ("PromoteReadReplica", copies::promote),
        ("PrepareInstanceLogs", logs::prepare),
        ("PurgeInstanceLogs", logs::purge),
        ("CreateSnapshot", snapshot::create),
        ("UpdateSnapshot", snapshot::update),
        ("DeleteSnapshot", snapshot::delete),
        ("CreateInstanceFromSnapshot", snapshot::restore),
        ("CreateReadReplica", replica::create),
        ("DeleteReadReplica", replica::delete),
        ("ResetReadReplica", replica::reset),
        ("CreateReadReplicaEndpoint", replica::create_endpoint),
    ],
};
