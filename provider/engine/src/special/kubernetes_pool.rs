//! Node pools of Kubernetes: upgrades to another version.
//!
//! A descriptor is not sufficient because the upgrade is a call with a version that the pool may have already: an upgrade of
//! the cluster includes its pools.

use super::{Context, Handler, Result, Scope, Transition, async_trait, change, fetch, json, wait, wire};

/// See the module.
pub(super) struct Pool;

#[async_trait]
impl Handler for Pool {
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let Some(wanted) = transition.news.text("version").filter(|_| transition.changes(&["version"])) else {
            return Ok(false);
        };
        if wire::get(&scope.answers, "version").is_none() {
            fetch::read(cx, scope, false).await?;
            wait::settled(cx, scope, false).await?;
        }
        if wire::text(&scope.answers, "version") != Some(wanted) {
            change(cx, scope, "UpgradePool", json!({ "version": wanted })).await?;
        }
        Ok(true)
    }
}
