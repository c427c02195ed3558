//! Kubernetes clusters: the patch version of a minor version, and upgrades of the cluster and its pools.
//!
//! A descriptor is not sufficient because requests contain a patch version that the list of versions determines, because an
//! upgrade is a call with a version that the cluster may have already, and because the pools are upgraded after the cluster.

use super::prelude::*;
use rules::special::kubernetes_cluster::{is_minor, is_version};

/// See the module.
pub(super) struct Cluster;

/// The statuses of a pool that is being upgraded.
const PASSING: [&str; 3] = ["deleting", "scaling", "upgrading"];

#[async_trait]
impl Handler for Cluster {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        let Some(minor) = inputs.text("version").filter(|version| is_minor(version)) else { return Ok(None) };
        let mut scope = scope.clone();
        scope.desired.insert("version".to_owned(), json!(newest(cx, &scope, minor).await?));
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        cx.perform(step, &scope, step.fields(), false).await
    }

    /// The API rejects a type that the cluster has, so one that a failed update has set is not sent again.
    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.changes(&["type"]) || !transition.is_uncertain() {
            return Ok(false);
        }
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        if wire::get(&scope.answers, "type") == wire::get(&scope.desired, "type") {
            scope.desired.remove("type");
        }
        Ok(true)
    }

    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.changes(&["version"]) {
            return Ok(false);
        }
        let Some(desired) = transition.news.text("version") else { return Ok(false) };
        if wire::get(&scope.answers, "version").is_none() {
            fetch::read(cx, scope, false).await?;
            wait::settled(cx, scope, false).await?;
        }
        let pools = transition.news.flag("upgradePools") != Some(false);
        if !wire::text(&scope.answers, "version").is_some_and(|live| is_version(live, desired)) {
            let version = if is_minor(desired) { newest(cx, scope, desired).await? } else { desired.to_owned() };
            change(cx, scope, "UpgradeCluster", json!({ "version": version, "upgrade_pools": pools })).await?;
        }
        // The upgrade of an earlier, failed update may still be in progress.
        if pools {
            pools_upgraded(cx, scope).await?;
        }
        Ok(true)
    }
}

/// The newest patch version of a minor version: the API lists the newest one first.
async fn newest(cx: &Context<'_>, scope: &Scope<'_>, minor: &str) -> Result<String> {
    let versions = list(cx, scope, "ListVersions", &[]).await?;
    let mut names = versions.iter().filter_map(|version| version["name"].as_str());
    let found = names.find(|name| is_version(name, minor)).map(str::to_owned);
    found.ok_or_else(|| {
        let names: Vec<&str> = versions.iter().filter_map(|version| version["name"].as_str()).collect();
        Error::new(ErrorKind::Invalid, format!("the API lists no Kubernetes version {minor}"))
            .hint(format!("use one of the versions {}", names.join(", ")))
    })
}

/// Waits until no pool has a transient status.
async fn pools_upgraded(cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
    let began = cx.spent();
    loop {
        let pools = list(cx, scope, "ListPools", &[]).await?;
        let is_passing = |pool: &&Json| pool["status"].as_str().is_some_and(|status| PASSING.contains(&status));
        let Some(pool) = pools.iter().find(is_passing) else { return Ok(()) };
        let (name, status) = (pool["name"].as_str().unwrap_or_default(), pool["status"].as_str().unwrap_or_default());
        cx.pause_poll(began, &format!("waiting for the pool {name} of the {} ({status})", cx.resource.label)).await?;
    }
}
