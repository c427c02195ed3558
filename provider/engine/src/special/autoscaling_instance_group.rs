//! Instance groups of Autoscaling: the deletion of their servers.
//!
//! A descriptor is not sufficient because the servers are objects of another API, which are found by the ID of the group in their names,
//! and because the call that deletes a server depends on its power state.

use super::prelude::*;
use rules::special::instance_server::LOCAL;
use rules::wire::text_or_empty;

/// Deletes the servers of a deleted group if `deleteServersOnDestroy` is true.
pub(super) struct InstanceGroup;

#[async_trait]
impl Handler for InstanceGroup {
    async fn after_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, olds: &Object) -> Result<()> {
        let Some(group) = scope.parts.uuid.as_deref().filter(|_| olds.flag("deleteServersOnDestroy") == Some(true))
        else {
            return Ok(());
        };
        let began = cx.spent();
        loop {
            let servers = list(cx, scope, "instance.v1:ListServers", &[("name", group)]).await?;
            let left: Vec<&Json> = servers.iter().filter(|server| is_member(server, group)).collect();
            let Some(first) = left.first() else { return Ok(()) };
            for server in &left {
                remove(cx, scope, server).await?;
            }
            let name = text_or_empty(first, "name");
            cx.pause_poll(began, &format!("waiting for the deletion of the server {name}")).await?;
        }
    }
}

/// Whether the group has created a server: its name contains the ID of the group.
fn is_member(server: &Json, group: &str) -> bool {
    text_or_empty(server, "name").contains(group)
}

/// Deletes a running or stopped server with its local volumes. Does nothing while another action is in progress; the next poll
/// tries again.
async fn remove(cx: &Context<'_>, scope: &Scope<'_>, server: &Json) -> Result<()> {
    let id = &[("server_id", text_or_empty(server, "id"))];
    match text_or_empty(server, "state") {
        "running" | "stopped in place" => {
            let terminate = json!({ "action": "terminate" });
            let removed = call(cx, scope, "instance.v1:ServerAction", Some(terminate), id).await;
            removed.map(drop).or_else(ignore_not_found)
        }
        "stopped" => {
            let removed = call(cx, scope, "instance.v1:DeleteServer", None, id).await;
            removed.map(drop).or_else(ignore_not_found)?;
            // Only `terminate` deletes local volumes.
            for volume in local_volumes(server) {
                let removed = call(cx, scope, "instance.v1:DeleteVolume", None, &[("volume_id", volume)]).await;
                removed.map(drop).or_else(ignore_not_found)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The IDs of the local volumes of a server.
fn local_volumes(server: &Json) -> impl Iterator<Item = &str> {
    let volumes = server["volumes"].as_object().into_iter().flat_map(|volumes| volumes.values());
    volumes
        .filter(|volume| LOCAL.contains(&text_or_empty(volume, "volume_type")))
        .map(|volume| text_or_empty(volume, "id"))
}

#[cfg(test)]
#[path = "autoscaling_instance_group_tests.rs"]
mod tests;
