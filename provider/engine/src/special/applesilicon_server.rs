//! Apple silicon servers: another operating system, the VPC and private networks.
//!
//! A descriptor is not sufficient because the installation of the operating system that the server already has would delete its data,
//! and because private networks are detached before the VPC is disabled and attached after it is enabled.

use super::prelude::*;
use super::server_private_networks as private_networks;
use rules::place;

/// See the module.
pub(super) struct Server;

const SET_NETWORKS: &str = "SetServerPrivateNetworks";

#[async_trait]
impl Handler for Server {
    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if transition.changes(&["privateNetworks"]) && !private_networks::are_desired(scope) {
            private_networks::set(cx, scope, SET_NETWORKS).await?;
        }
        Ok(false)
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.is_creation() {
            if scope.answers.is_empty() {
                fetch::read(cx, scope, false).await?;
                wait::settled(cx, scope, false).await?;
            }
            install(cx, scope, transition).await?;
        }
        let has_networks = private_networks::are_desired(scope);
        if transition.changes(&["privateNetworks"]) && has_networks {
            private_networks::set(cx, scope, SET_NETWORKS).await?;
        }
        Ok(true)
    }

    /// The private networks are detached first, so that they can be deleted as soon as the server does not exist.
    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, _olds: &Object) -> Result<Option<bool>> {
        private_networks::detach(cx, scope, "DeleteServerPrivateNetwork").await.map(|()| None)
    }
}

/// Installs another operating system, which deletes all data.
async fn install(cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<()> {
    let desired = wire::text(&scope.desired, "os_id").map_or("", |id| place::split(id).1).to_owned();
    let live = wire::text(&scope.answers, "os.id").unwrap_or_default();
    if !transition.changes(&["osId"]) || desired.is_empty() || desired == live {
        return Ok(());
    }
    change(cx, scope, "ReinstallServer", json!({ "os_id": desired })).await
}
