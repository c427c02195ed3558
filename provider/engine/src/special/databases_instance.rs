//! Database instances: restore from a snapshot, and separate calls for endpoints.
//!
//! A descriptor is not sufficient because the size of a snapshot is compared before the restore, and because an endpoint is
//! updated by deleting it by its API ID and creating another one. Assumes that each element of `endpoints` has a field with
//! the name of its kind, and that a change of one puts the instance into a transient status.

use super::databases_upgrade;
use super::prelude::*;

/// See the module.
pub(super) struct Instance;

/// Bytes in a gigabyte, as Scaleway counts storage.
const GIGABYTE: u64 = 1_000_000_000;

/// The kinds of endpoints, by the property that requests one.
const ENDPOINTS: [(&str, &str); 2] = [("privateNetwork", "private_network"), ("loadBalancer", "load_balancer")];

#[async_trait]
impl Handler for Instance {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        let Some(snapshot) = inputs.text("snapshotId").map(|id| rules::place::split(id).1) else { return Ok(None) };
        let parameters = [("snapshot_id", snapshot)];
        if let Some(size) = wire::get(&scope.desired, "volume_size").and_then(Json::as_u64) {
            // A volume cannot be decreased, and a snapshot is restored to a volume of its own size.
            let held = call(cx, scope, "GetSnapshot", None, &parameters).await?["size"].as_u64().unwrap_or_default();
            if size < held {
                let fact =
                    format!("the snapshot requires a volume of {} GB, more than `volumeSizeInGb`", held / GIGABYTE);
                let hint = "set `volumeSizeInGb` to at least that size, or remove it";
                return Err(Error::new(ErrorKind::Invalid, fact).hint(hint));
            }
        }
        let fields = [("name", "instance_name"), ("is_ha_cluster", "is_ha_cluster"), ("node_type", "node_type")];
        let sent =
            fields.iter().filter_map(|(name, sent)| Some(((*sent).to_owned(), scope.desired.get(*name)?.clone())));
        let body = Json::Object(sent.collect());
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

    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let mut called = false;
        if transition.changes(&["password", "passwordWo", "passwordWoVersion"]) {
            called = set_password(cx, scope, transition).await?;
        }
        for (_, kind) in ENDPOINTS.iter().filter(|(property, _)| transition.changed.contains(*property)) {
            remove(cx, scope, kind).await?;
            if let Some(specification) = desired(scope, "init_endpoints", kind) {
                change(cx, scope, "CreateEndpoint", json!({ "endpoint_spec": specification })).await?;
            }
            called = true;
        }
        Ok(called)
    }
}

/// Sets the password of the program, like that of any user; a removed one is kept, because a user cannot have no password.
/// Returns whether it made a call.
async fn set_password(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
    let password = wire::get(&scope.desired, "password").filter(|password| !wire::is_empty(password)).cloned();
    let Some(password) = password else { return Ok(false) };
    let known = transition.news.text("userName").or_else(|| transition.olds.text("userName")).map(str::to_owned);
    if known.is_none() {
        fetch::read_field(cx, scope, "admin_user").await?;
    }
    let Some(user) = known.or_else(|| wire::text(&scope.answers, "admin_user.name").map(str::to_owned)) else {
        let fact = "the instance has no initial user whose password could be set";
        let hint = "remove `password`, and manage users with `User` resources";
        return Err(Error::new(ErrorKind::Invalid, fact).hint(hint));
    };
    call(cx, scope, "UpdateUser", Some(json!({ "password": password })), &[("name", &user)]).await?;
    wait::settled(cx, scope, true).await?;
    Ok(true)
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
pub(super) fn desired(scope: &Scope<'_>, field: &str, kind: &str) -> Option<Json> {
    let endpoints = wire::get(&scope.desired, field)?.as_array()?;
    endpoints.iter().find(|endpoint| !endpoint[kind].is_null()).cloned()
}
