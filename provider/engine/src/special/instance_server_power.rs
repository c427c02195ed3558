//! The power states of an Instance, and the actions that lead from one to another.

use super::{Context, Error, ErrorKind, Result, Scope, call, json, wait, wire};

/// The states that an action can lead to.
pub(super) const RUNNING: &str = "running";
pub(super) const STOPPED: &str = "stopped";
const STANDBY: &str = "stopped in place";

/// At most two actions lead from one state to another.
const ACTIONS: usize = 2;

/// The current state, as last read.
pub(super) fn state<'s>(scope: &'s Scope<'_>) -> &'s str {
    wire::text(&scope.answers, "state").unwrap_or_default()
}

/// Performs the actions that lead to a state, and waits after each.
pub(super) async fn reach(cx: &Context<'_>, scope: &mut Scope<'_>, desired: &str) -> Result<()> {
    for _ in 0..ACTIONS {
        let Some(action) = next(state(scope), desired) else { break };
        act(cx, scope, action).await?;
        wait::settled(cx, scope, true).await?;
    }
    if state(scope) == desired {
        return Ok(());
    }
    let fact = format!("the {} has the state `{}` instead of `{desired}`", cx.resource.label, state(scope));
    Err(Error::new(ErrorKind::Precondition, fact)
        .hint("check the server in the Scaleway console, then run `pulumi up`"))
}

/// Performs one action. The response is a task, so the state has to be read afterwards.
pub(super) async fn act(cx: &Context<'_>, scope: &Scope<'_>, action: &str) -> Result<()> {
    call(cx, scope, "ServerAction", Some(json!({ "action": action })), &[]).await.map(drop)
}

/// The next action; `None` if no action leads from one state to the other.
fn next(from: &str, to: &str) -> Option<&'static str> {
    match (from, to) {
        _ if from == to => None,
        (STOPPED, _) | (STANDBY, RUNNING) => Some("poweron"),
        (RUNNING, STANDBY) => Some("stop_in_place"),
        (RUNNING | STANDBY, STOPPED) => Some("poweroff"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "instance_server_power_tests.rs"]
mod tests;
