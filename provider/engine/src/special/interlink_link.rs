//! Links of InterLink: changes of the VPC and of the routing policies.
//!
//! A descriptor is not sufficient because the call depends on what the link has: another policy replaces the current one without
//! blocking its routes meanwhile, and the current VPC is detached before another one is attached.

use super::{Context, Handler, Result, Scope, Transition, async_trait, change, fetch, json, wait, wire};

/// See the module.
pub(super) struct Link;

/// The properties of routing policies, and their fields.
const POLICIES: [(&str, &str); 2] =
    [("routingPolicyV4Id", "routing_policy_v4_id"), ("routingPolicyV6Id", "routing_policy_v6_id")];

const VPC: &str = "vpc_id";

#[async_trait]
impl Handler for Link {
    /// A create sends the policies with the first step and the VPC with a later one.
    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.changes(&["vpcId", POLICIES[0].0, POLICIES[1].0]) {
            return Ok(false);
        }
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        for (property, field) in POLICIES {
            let (live, wanted) = ids(scope, field);
            if let Some((operation, policy)) = next(live, wanted).filter(|_| transition.changes(&[property])) {
                scope.answers.remove(field);
                change(cx, scope, operation, json!({ "routing_policy_id": policy })).await?;
            }
        }
        let (live, wanted) = ids(scope, VPC);
        if !transition.changes(&["vpcId"]) || live == wanted {
            return Ok(true);
        }
        if live.is_some() {
            scope.answers.remove(VPC);
            change(cx, scope, "DetachVpc", json!({})).await?;
        }
        if let Some(wanted) = wanted {
            change(cx, scope, "AttachVpc", json!({ VPC: wanted })).await?;
        }
        Ok(true)
    }
}

/// The current and the desired ID in a field.
fn ids(scope: &Scope<'_>, field: &str) -> (Option<String>, Option<String>) {
    let text = |wire| wire::text(wire, field).filter(|id| !id.is_empty()).map(str::to_owned);
    (text(&scope.answers), text(&scope.wanted))
}

/// The call that leads from the current policy to the desired one, and the policy that it names.
fn next(live: Option<String>, wanted: Option<String>) -> Option<(&'static str, String)> {
    match (live, wanted) {
        (live, wanted) if live == wanted => None,
        (None, Some(wanted)) => Some(("AttachRoutingPolicy", wanted)),
        (Some(_), Some(wanted)) => Some(("SetRoutingPolicy", wanted)),
        (Some(live), None) => Some(("DetachRoutingPolicy", live)),
        (None, None) => None,
    }
}

#[cfg(test)]
#[path = "interlink_link_tests.rs"]
mod tests;
