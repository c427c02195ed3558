//! Private network interfaces: an interface is usable when it has a MAC address, which may be later than its state says.
//!
//! A descriptor is not sufficient because it waits for a status only.

use super::{Context, Handler, Result, Scope, Transition, async_trait, fetch, wire};

/// See the module.
pub(super) struct PrivateNic;

#[async_trait]
impl Handler for PrivateNic {
    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.is_creation() {
            return Ok(false);
        }
        let began = cx.spent();
        while !is_connected(&scope.answers) {
            cx.pause_poll(began, &format!("waiting for the MAC address of the {}", cx.resource.label)).await?;
            fetch::read(cx, scope, true).await?;
        }
        Ok(false)
    }
}

/// Whether an interface has its MAC address.
fn is_connected(answers: &wire::Wire) -> bool {
    wire::text(answers, "mac_address").is_some_and(|address| !address.is_empty())
}

#[cfg(test)]
#[path = "instance_private_nic_tests.rs"]
mod tests;
