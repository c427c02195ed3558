//! Instances: the image of a label, power states, volumes, addresses, private networks and user data.
//!
//! A descriptor is not sufficient because the marketplace determines the image of a label, because a power state is reached by
//! actions whose responses do not contain the server, because some changes need a stopped server, because volumes belong to
//! one of two APIs, and because the delete depends on the power state. The calls are in the modules `instance_server_power`,
//! `instance_server_volumes`, `instance_server_networks` and `instance_user_data`.

use super::instance_server_power::{RUNNING, STOPPED, act, change_offer, desired_state, reach, restart, state};
use super::prelude::*;
use super::{
    instance_marketplace_image, instance_server_networks as networks, instance_server_volumes as volumes,
    instance_user_data as user_data,
};
use rules::id::is_uuid;

/// See the module.
pub(super) struct Server;

/// The properties that the steps of an update do not send.
const BY_CALLS: [&str; 11] = [
    "additionalVolumeIds",
    "cloudInit",
    "filesystems",
    "ipId",
    "ipIds",
    "placementGroupId",
    "privateNetworks",
    "rootVolume",
    "state",
    "type",
    "userData",
];

#[async_trait]
impl Handler for Server {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let mut scope = scope.clone();
        if let Some(label) = wire::text(&scope.desired, "image").filter(|image| !is_uuid(image)) {
            let (label, kind) = (label.to_owned(), wire::text(&scope.desired, "commercial_type").unwrap_or_default());
            let is_local = wire::text(&scope.desired, "root_volume.volume_type") == Some("l_ssd");
            let image = instance_marketplace_image::find(cx, &scope, &label, kind, is_local).await?;
            scope.desired.insert("image".to_owned(), image["id"].clone());
        }
        volumes::request(cx, &mut scope).await?;
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        cx.perform(step, &scope, step.fields(), false).await
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if transition.is_creation() {
            set_up(cx, scope, transition).await?;
            return Ok(true);
        }
        if !transition.changes(&BY_CALLS) {
            return Ok(false);
        }
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        if transition.changes(&["rootVolume"]) {
            volumes::change_root(cx, scope).await?;
        }
        if transition.changes(&["additionalVolumeIds"]) {
            volumes::change_additional(cx, scope).await?;
        }
        if transition.changes(&["ipId", "ipIds"]) {
            networks::change_addresses(cx, scope).await?;
        }
        if transition.changes(&["userData", "cloudInit"]) {
            user_data::change(cx, scope, transition).await?;
        }
        if transition.changes(&["privateNetworks"]) {
            networks::change_networks(cx, scope).await?;
        }
        let desired = desired_state(transition, state(scope));
        let changed = change_offer(cx, scope, &desired).await;
        // A server that was stopped for a change is started again, even if the change failed.
        let started = restart(cx, scope, &desired, changed.is_err()).await;
        changed.and(started)?;
        if transition.changes(&["filesystems"]) {
            networks::change_filesystems(cx, scope).await?;
        }
        wait::settled(cx, scope, true).await?;
        Ok(true)
    }

    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        volumes::read_root(cx, scope).await?;
        user_data::read(cx, scope).await?;
        if scope.is_import {
            instance_marketplace_image::read_label(cx, scope).await?;
        }
        Ok(())
    }

    /// A stopped server is deleted as it is. `terminate` also deletes all local volumes, so a server whose local volumes are
    /// kept is stopped first. The API rejects the delete of a protected server, so nothing is changed before that.
    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, olds: &Object) -> Result<Option<bool>> {
        let read = async |scope: &mut Scope<'_>| {
            fetch::read(cx, scope, false).await?;
            wait::settled(cx, scope, false).await
        };
        match read(scope).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(false)),
            read => read?,
        }
        let is_protected = scope.answers.get("protected") == Some(&Json::Bool(true));
        if !is_protected {
            networks::detach_all(cx, scope).await?;
        }
        let deleted = if state(scope) != STOPPED && !volumes::keeps_local(scope, olds) {
            act(cx, scope, "terminate").await
        } else {
            if !is_protected {
                reach(cx, scope, STOPPED).await?;
            }
            call(cx, scope, "DeleteServer", None, &[]).await.map(drop)
        };
        match deleted {
            // An earlier call, whose response was lost, deleted it.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(false)),
            deleted => deleted.map(|()| Some(true)),
        }
    }

    async fn after_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        volumes::delete_root(cx, scope, olds).await
    }
}

/// Everything after the create request: the new server is stopped. Private networks are attached before the first start, so
/// that cloud-init finds them.
async fn set_up(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<()> {
    volumes::change_root(cx, scope).await?;
    user_data::change(cx, scope, transition).await?;
    networks::change_networks(cx, scope).await?;
    volumes::settled(cx, scope).await?;
    reach(cx, scope, &desired_state(transition, RUNNING)).await?;
    networks::change_filesystems(cx, scope).await?;
    wait::settled(cx, scope, true).await
}
