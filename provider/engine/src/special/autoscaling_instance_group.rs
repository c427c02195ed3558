//! Instance groups of Autoscaling: the deletion of their servers.
//!
//! A descriptor is not sufficient because the servers are objects of another API, which are found by the ID of the group in their names,
//! and because the call that deletes a server depends on its power state.

use super::{Context, Handler, Json, Object, Result, Scope, async_trait, call, json, list, unless_gone};
use rules::wire::text_or_empty;

/// See the module.
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

/// Deletes a server; nothing while another action is in progress.
async fn remove(cx: &Context<'_>, scope: &Scope<'_>, server: &Json) -> Result<()> {
    let id = &[("server_id", text_or_empty(server, "id"))];
    let removed = match text_or_empty(server, "state") {
        "running" | "stopped in place" => {
            call(cx, scope, "instance.v1:ServerAction", Some(json!({ "action": "terminate" })), id).await
        }
        "stopped" => call(cx, scope, "instance.v1:DeleteServer", None, id).await,
        _ => return Ok(()),
    };
    removed.map(drop).or_else(unless_gone)
}

#[cfg(test)]
#[path = "autoscaling_instance_group_tests.rs"]
mod tests;
