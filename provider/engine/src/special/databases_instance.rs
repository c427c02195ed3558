//! Database instances: restore from a snapshot, and separate calls for endpoints.
//!
//! A descriptor is not sufficient because the restore is another operation with other fields, and because an endpoint is
//! updated by deleting it by its API ID and creating another one. Assumes that each element of `endpoints` has a field with
//! the name of its kind, and that a change of one puts the instance into a transient status.

use super::{
    Context, Error, ErrorKind, Handler, Json, Map, Object, Result, Scope, Transition, async_trait, call, change,
    databases_upgrade, fetch, json, wait, wire,
};

/// See the module.
pub(super) struct Instance;

/// Bytes in a gigabyte, as Scaleway counts storage.
const GIGABYTE: u64 = 1_000_000_000;

/// The kinds of endpoints, by the property that requests one.
const ENDPOINTS: [(&str, &str); 2] = [("privateNetwork", "private_network"), ("loadBalancer", "load_balancer")];

#[async_trait]
impl Handler for Instance {
    async fn begin(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        let Some(snapshot) = inputs.text("snapshotId").map(|id| rules::place::split(id).1) else { return Ok(None) };
        let parameters = [("snapshot_id", snapshot)];
        if let Some(size) = wire::get(&scope.wanted, "volume_size").and_then(Json::as_u64) {
            let held = call(cx, scope, "GetSnapshot", None, &parameters).await?;
            holds(size, held["size"].as_u64())?;
        }
        let fields = [("name", "instance_name"), ("is_ha_cluster", "is_ha_cluster"), ("node_type", "node_type")];
        let body = Json::Object(fields_of(&scope.wanted, &fields));
        call(cx, scope, "CreateInstanceFromSnapshot", Some(body), &parameters).await.map(Some)
    }

    async fn relocate(&self, cx: &Context<'_>, scope: &mut Scope<'_>, state: &Object, exists: bool) -> Result<bool> {
        databases_upgrade::relocate(cx, scope, state, exists).await
    }

    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        databases_upgrade::upgrade(cx, scope, transition).await
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        databases_upgrade::delete_remaining(cx, scope).await
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if transition.is_creation() {
            let is_restored = transition.news.given("snapshotId").is_some();
            if is_restored {
                restored(cx, scope).await?;
            }
            return Ok(is_restored);
        }
        let mut called = false;
        // The administrator's password is changed like that of any user; the instance has the user name in another field.
        let user = transition.news.text("userName").or_else(|| transition.olds.text("userName"));
        if let (true, Some(user)) = (transition.changes(&["password", "passwordWoVersion"]), user) {
            called = set_password(cx, scope, user).await?;
        }
        for (_, kind) in ENDPOINTS.iter().filter(|(property, _)| transition.changed.contains(*property)) {
            exchange(cx, scope, kind).await?;
            called = true;
        }
        Ok(called)
    }
}

/// Sets the password of the program; a removed one is kept, because a user cannot have no password. Returns whether it made a
/// call.
async fn set_password(cx: &Context<'_>, scope: &mut Scope<'_>, user: &str) -> Result<bool> {
    let password = wire::get(&scope.wanted, "password").filter(|password| !wire::is_empty(password)).cloned();
    let Some(password) = password else { return Ok(false) };
    call(cx, scope, "UpdateUser", Some(json!({ "password": password })), &[("name", user)]).await?;
    wait::settled(cx, scope, true).await?;
    Ok(true)
}

/// A volume cannot be decreased, and a snapshot is restored to a volume of its own size.
fn holds(wanted: u64, held: Option<u64>) -> Result<()> {
    let Some(held) = held.filter(|held| wanted < *held) else { return Ok(()) };
    let fact = format!("the snapshot requires a volume of {} GB, more than `volumeSizeInGb`", held / GIGABYTE);
    Err(Error::new(ErrorKind::Invalid, fact).hint("set `volumeSizeInGb` to at least that size, or remove it"))
}

/// An instance restored from a snapshot has no tags and no backups, and only a load balancer endpoint.
async fn restored(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let fields = [
        ("disable_backup", "is_backup_schedule_disabled"),
        ("tags", "tags"),
        ("backup_same_region", "backup_same_region"),
    ];
    let mut body = fields_of(&scope.wanted, &fields);
    body.entry("is_backup_schedule_disabled").or_insert(json!(false));
    change(cx, scope, "UpdateInstance", Json::Object(body)).await?;
    upgrade_volume(cx, scope).await?;
    set_password_of_snapshot(cx, scope).await?;
    let [private, public] = ["private_network", "load_balancer"].map(|kind| wanted(scope, "init_endpoints", kind));
    if private.is_some() {
        exchange(cx, scope, "private_network").await?;
        if public.is_none() {
            remove(cx, scope, "load_balancer").await?;
        }
    }
    Ok(())
}

/// Upgrades a restored instance to the volume of the program, one upgrade for each property.
async fn upgrade_volume(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    for (wanted, field, live) in [
        ("volume_type", "volume_type", "volume.type"),
        ("volume_size", "volume_size", "volume.size"),
        ("encryption.enabled", "enable_encryption", "encryption.enabled"),
    ] {
        let json = wire::get(&scope.wanted, wanted).filter(|json| **json != Json::Bool(false)).cloned();
        let Some(json) = json.filter(|json| wire::get(&scope.answers, live) != Some(json)) else { continue };
        if field == "volume_size" {
            holds(json.as_u64().unwrap_or_default(), wire::get(&scope.answers, live).and_then(Json::as_u64))?;
        }
        change(cx, scope, "UpgradeInstance", json!({ field: json })).await?;
    }
    Ok(())
}

/// The snapshot contains the initial user with its password: a password of the program is set like a changed one.
async fn set_password_of_snapshot(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
    let is_set = wire::get(&scope.wanted, "password").is_some_and(|password| !wire::is_empty(password));
    let users = cx.resource.read.iter().find(|step| step.into.as_deref() == Some("admin_user"));
    let (true, Some(users)) = (is_set, users) else { return Ok(()) };
    let user = cx.perform(users, scope, &[], false).await?.unwrap_or_default();
    let Some(name) = user["name"].as_str() else {
        let fact = "the snapshot contains no initial user whose password could be set";
        let hint = "remove `password`, and manage users with `User` resources";
        return Err(Error::new(ErrorKind::Invalid, fact).hint(hint));
    };
    set_password(cx, scope, name).await.map(drop)
}

/// Deletes the endpoints of a kind and creates the desired one, if any.
async fn exchange(cx: &Context<'_>, scope: &mut Scope<'_>, kind: &str) -> Result<()> {
    remove(cx, scope, kind).await?;
    let Some(specification) = wanted(scope, "init_endpoints", kind) else { return Ok(()) };
    change(cx, scope, "CreateEndpoint", json!({ "endpoint_spec": specification })).await
}

/// Deletes the endpoints of a kind.
pub(super) async fn remove(cx: &Context<'_>, scope: &mut Scope<'_>, kind: &str) -> Result<()> {
    if wire::get(&scope.answers, "endpoints").is_none() {
        fetch::read(cx, scope, false).await?;
    }
    let endpoints = wire::get(&scope.answers, "endpoints").and_then(Json::as_array).cloned().unwrap_or_default();
    for id in
        endpoints.iter().filter(|endpoint| !endpoint[kind].is_null()).filter_map(|endpoint| endpoint["id"].as_str())
    {
        call(cx, scope, "DeleteEndpoint", None, &[("endpoint_id", id)]).await?;
        wait::settled(cx, scope, true).await?;
    }
    Ok(())
}

/// The desired endpoint of a kind, in the API's form, from the field that requests all of them.
pub(super) fn wanted(scope: &Scope<'_>, field: &str, kind: &str) -> Option<Json> {
    let endpoints = wire::get(&scope.wanted, field)?.as_array()?;
    endpoints.iter().find(|endpoint| !endpoint[kind].is_null()).cloned()
}

/// The set fields of a wire object, each with its name in another request.
fn fields_of(wire: &wire::Wire, names: &[(&str, &str)]) -> Map<String, Json> {
    names.iter().filter_map(|(name, sent)| Some(((*sent).to_owned(), wire::get(wire, name)?.clone()))).collect()
}
