//! Database instances: restore from a snapshot, and separate calls for endpoints.
//!
//! A descriptor is not sufficient because the restore is another operation with other fields, and because an endpoint is
//! updated by deleting it by its API id and creating another one. Assumes that each element of `endpoints` has a field with
//! the name of its kind, and that a change of one puts the instance into a transient status.

use client::BoxFuture;
use serde_json::{Map, Value as Json, json};
use value::Object;

use super::{Handler, Transition, call, databases_upgrade};
use crate::context::Context;
use crate::{fetch, wait};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// See the module.
pub(super) struct Instance;

/// Bytes in a gigabyte, as Scaleway counts storage.
const GIGABYTE: u64 = 1_000_000_000;

/// The kinds of endpoints, by the property that requests one.
const ENDPOINTS: [(&str, &str); 2] = [("privateNetwork", "private_network"), ("loadBalancer", "load_balancer")];

impl Handler for Instance {
    fn begin<'a>(
        &'a self,
        cx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        inputs: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        let (_, snapshot) = rules::place::split(inputs.text("snapshotId")?);
        let snapshot = snapshot.to_owned();
        let mut body = Map::new();
        for (field, source) in
            [("instance_name", "name"), ("is_ha_cluster", "is_ha_cluster"), ("node_type", "node_type")]
        {
            if let Some(json) = wire::get(&scope.wanted, source) {
                body.insert(field.to_owned(), json.clone());
            }
        }
        let size = wire::get(&scope.wanted, "volume_size").and_then(Json::as_u64);
        Some(Box::pin(async move {
            let parameters = [("snapshot_id", snapshot.as_str())];
            if let Some(size) = size {
                let held = call(cx, scope, "GetSnapshot", None, &parameters).await?;
                holds(size, held["size"].as_u64())?;
            }
            call(cx, scope, "CreateInstanceFromSnapshot", Some(Json::Object(body)), &parameters).await
        }))
    }

    fn relocate<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        state: &'a Object,
        exists: bool,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        databases_upgrade::relocate(cx, scope, state, exists)
    }

    fn before_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(databases_upgrade::upgrade(cx, scope, transition))
    }

    fn before_delete<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a Scope<'_>,
        _olds: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(databases_upgrade::delete_remaining(cx, scope))
    }

    fn after_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            if transition.is_creation() {
                return if transition.news.given("snapshotId").is_some() {
                    restored(cx, scope).await
                } else {
                    Ok(false)
                };
            }
            let mut called = reset_password(cx, scope, transition).await?;
            for (property, kind) in ENDPOINTS {
                if transition.changed.contains(property) {
                    exchange(cx, scope, kind).await?;
                    called = true;
                }
            }
            Ok(called)
        })
    }
}

/// The administrator's password is changed like that of any user; the instance has the user name in another field.
async fn reset_password(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool, Error> {
    let asked = ["password", "passwordWoVersion"].iter().any(|name| transition.changed.contains(*name));
    let user = transition.news.text("userName").or_else(|| transition.olds.text("userName"));
    // A removed password is kept: a user cannot have no password.
    let password = wire::get(&scope.wanted, "password").filter(|password| !wire::is_empty(password)).cloned();
    let (true, Some(user), Some(password)) = (asked, user, password) else { return Ok(false) };
    call(cx, scope, "UpdateUser", Some(json!({ "password": password })), &[("name", user)]).await?;
    wait::settled(cx, scope, true).await?;
    Ok(true)
}

/// A volume cannot be decreased, and a snapshot is restored to a volume of its own size.
fn holds(wanted: u64, held: Option<u64>) -> Result<(), Error> {
    match held {
        Some(held) if wanted < held => {
            let fact = format!("the snapshot requires a volume of {} GB, more than `volumeSizeInGb`", held / GIGABYTE);
            Err(Error::new(ErrorKind::Invalid, fact).hint("set `volumeSizeInGb` to at least that size, or remove it"))
        }
        _ => Ok(()),
    }
}

/// Upgrades a restored instance to the volume of the program, one upgrade for each property.
async fn to_wanted_volume(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<(), Error> {
    let pairs = [
        ("volume_type", "volume_type", "volume.type"),
        ("volume_size", "volume_size", "volume.size"),
        ("encryption.enabled", "enable_encryption", "encryption.enabled"),
    ];
    for (wanted, field, live) in pairs {
        let Some(json) = wire::get(&scope.wanted, wanted).filter(|json| **json != Json::Bool(false)).cloned() else {
            continue;
        };
        if wire::get(&scope.answers, live) == Some(&json) {
            continue;
        }
        if field == "volume_size" {
            holds(json.as_u64().unwrap_or_default(), wire::get(&scope.answers, live).and_then(Json::as_u64))?;
        }
        call(cx, scope, "UpgradeInstance", Some(json!({ field: json })), &[]).await?;
        wait::settled(cx, scope, true).await?;
    }
    Ok(())
}

/// The snapshot contains the initial user with its password: a password of the program is set like a changed one.
async fn set_password(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<(), Error> {
    let password = wire::get(&scope.wanted, "password").filter(|password| !wire::is_empty(password)).cloned();
    let users = cx.resource.read.iter().find(|step| step.into.as_deref() == Some("admin_user"));
    let (Some(password), Some(users)) = (password, users) else { return Ok(()) };
    let user = cx.perform(users, scope, &[], false).await?.unwrap_or_default();
    let Some(name) = user["name"].as_str() else {
        let fact = "the snapshot contains no initial user whose password could be set";
        return Err(
            Error::new(ErrorKind::Invalid, fact).hint("remove `password`, and manage users with `User` resources")
        );
    };
    call(cx, scope, "UpdateUser", Some(json!({ "password": password })), &[("name", name)]).await?;
    wait::settled(cx, scope, true).await
}

/// An instance restored from a snapshot has no tags and no backups, and only a load balancer endpoint.
async fn restored(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<bool, Error> {
    let mut body = Map::new();
    let disabled = wire::get(&scope.wanted, "disable_backup").cloned().unwrap_or(Json::Bool(false));
    body.insert("is_backup_schedule_disabled".to_owned(), disabled);
    for field in ["tags", "backup_same_region"] {
        if let Some(json) = wire::get(&scope.wanted, field) {
            body.insert(field.to_owned(), json.clone());
        }
    }
    call(cx, scope, "UpdateInstance", Some(Json::Object(body)), &[]).await?;
    wait::settled(cx, scope, true).await?;
    to_wanted_volume(cx, scope).await?;
    set_password(cx, scope).await?;
    if wanted(scope, "private_network").is_some() {
        exchange(cx, scope, "private_network").await?;
    }
    let given = ENDPOINTS.iter().any(|(_, kind)| wanted(scope, kind).is_some());
    if given && wanted(scope, "load_balancer").is_none() {
        remove(cx, scope, "load_balancer").await?;
    }
    Ok(true)
}

/// Deletes the endpoints of a kind and creates the desired one, if any.
async fn exchange(cx: &Context<'_>, scope: &mut Scope<'_>, kind: &str) -> Result<(), Error> {
    remove(cx, scope, kind).await?;
    let Some(specification) = wanted(scope, kind) else { return Ok(()) };
    call(cx, scope, "CreateEndpoint", Some(json!({ "endpoint_spec": specification })), &[]).await?;
    wait::settled(cx, scope, true).await
}

pub(super) async fn remove(cx: &Context<'_>, scope: &mut Scope<'_>, kind: &str) -> Result<(), Error> {
    if wire::get(&scope.answers, "endpoints").is_none() {
        fetch::read(cx, scope, false).await?;
    }
    let endpoints = wire::get(&scope.answers, "endpoints").and_then(Json::as_array).cloned().unwrap_or_default();
    let ids = endpoints
        .iter()
        .filter(|endpoint| endpoint.get(kind).is_some_and(|details| !details.is_null()))
        .filter_map(|endpoint| endpoint.get("id")?.as_str());
    for id in ids {
        call(cx, scope, "DeleteEndpoint", None, &[("endpoint_id", id)]).await?;
        wait::settled(cx, scope, true).await?;
    }
    Ok(())
}

/// The desired endpoint of a kind, in the API's form.
fn wanted(scope: &Scope<'_>, kind: &str) -> Option<Json> {
    let specifications = wire::get(&scope.wanted, "init_endpoints")?.as_array()?;
    specifications.iter().find(|specification| specification.get(kind).is_some()).cloned()
}
