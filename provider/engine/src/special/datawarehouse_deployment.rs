//! Deployments of Data Warehouse: starts, stops, and changes of a stopped deployment.
//!
//! A descriptor is not sufficient because a stopped deployment must be started before most changes and stopped again after them,
//! although its input `started` does not change.

use super::prelude::*;

/// See the module.
pub(super) struct Deployment;

/// The inputs that can be changed while the deployment is stopped.
const OF_STOPPED: [&str; 2] = ["name", "tags"];

#[async_trait]
impl Handler for Deployment {
    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !concerns_power(&transition) {
            return Ok(false);
        }
        let stops = transition.changed.len() == 1 && transition.changes(&["started"]) && !is_started(&transition);
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        if status(scope) == "stopped" && !stops {
            change(cx, scope, "StartDeployment", json!({})).await?;
        }
        Ok(true)
    }

    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !concerns_power(&transition) || is_started(&transition) || status(scope) == "stopped" {
            return Ok(false);
        }
        change(cx, scope, "StopDeployment", json!({})).await?;
        Ok(true)
    }
}

/// Whether the deployment must be started, or stopped, for one of the changes.
fn concerns_power(transition: &Transition<'_>) -> bool {
    transition.changed.iter().any(|name| !OF_STOPPED.contains(&name.as_str()))
}

fn is_started(transition: &Transition<'_>) -> bool {
    transition.news.flag("started") != Some(false)
}

fn status<'s>(scope: &'s Scope<'_>) -> &'s str {
    wire::text(&scope.answers, "status").unwrap_or_default()
}
