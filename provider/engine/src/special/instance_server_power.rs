//! The power states of an Instance, the actions that lead from one to another, and the changes that need a stopped server.

use value::Value;

use super::prelude::*;
use rules::special::instance_server::{own_state, power_state};

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

/// The state that the program sets; otherwise the former one, also if a failed update stopped the server. A server whose create
/// failed before its first start is started.
pub(super) fn desired_state(transition: Transition<'_>, before: &str) -> String {
    let given = transition.news.text("state").and_then(power_state);
    let former = transition.pending.before("state").and_then(Value::as_str).and_then(power_state);
    let unstarted = transition.pending.contains("state").then(|| former.unwrap_or(RUNNING));
    given.or(unstarted).unwrap_or(before).to_owned()
}

/// Starts or stops a server after its changes, as the program sets its state. After a failed stop, the state is read first.
pub(super) async fn restart(cx: &Context<'_>, scope: &mut Scope<'_>, desired: &str, failed: bool) -> Result<()> {
    if failed && !scope.changed_for_step.is_empty() {
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
    }
    reach(cx, scope, desired).await?;
    scope.changed_for_step.clear();
    Ok(())
}

/// Changes the type and the placement group. The server must be stopped for a change of the type and to join a group, and must
/// not be in a group for a change of the type. `later` is the state that it gets afterwards.
pub(super) async fn change_offer(cx: &Context<'_>, scope: &mut Scope<'_>, later: &str) -> Result<()> {
    let text = |path: &str| wire::text(&scope.answers, path).unwrap_or_default().to_owned();
    let desired = |field: &str| scope.desired_field(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (group, desired_group) = (text("placement_group.id"), desired("placement_group"));
    let (kind, desired_kind) = (text("commercial_type"), desired("commercial_type"));
    if !group.is_empty() && group != desired_group {
        call(cx, scope, "UpdateServer", Some(json!({ "placement_group": null })), &[]).await?;
    }
    let changes_type = !desired_kind.is_empty() && !kind.eq_ignore_ascii_case(&desired_kind);
    let joins = !desired_group.is_empty() && group != desired_group;
    if !changes_type && !joins {
        return Ok(());
    }
    if let Some(later) = own_state(later).filter(|_| later != STOPPED) {
        cx.note_changed_for_step(scope, "state", later);
    }
    reach(cx, scope, STOPPED).await?;
    if changes_type {
        call(cx, scope, "UpdateServer", Some(json!({ "commercial_type": desired_kind })), &[]).await?;
    }
    if joins {
        call(cx, scope, "UpdateServer", Some(json!({ "placement_group": desired_group })), &[]).await?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "instance_server_power_tests.rs"]
mod tests;
