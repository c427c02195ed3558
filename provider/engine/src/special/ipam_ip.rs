//! IPAM addresses: a call that moves an address names the custom resource that currently has it.
//!
//! A descriptor is not sufficient because after a failed move neither the inputs nor the outputs contain it. Assumes that
//! the first read step returns it as `resource`, and that `MoveIP` is the only step that sends `customResources`.

use super::prelude::*;
use rules::wire::text_or_empty;

/// See the module.
pub(super) struct Ip;

/// The field in requests and responses.
const HOLDER: &str = "resource";

#[async_trait]
impl Handler for Ip {
    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.pending.contains("customResources") {
            return Ok(false);
        }
        fetch::read(cx, scope, false).await?;
        let live = holder(scope.answers.get(HOLDER));
        if is_same(&live, scope.desired.get(HOLDER).unwrap_or(&Json::Null)) {
            scope.desired.remove(HOLDER);
        } else {
            scope.before.insert(HOLDER.to_owned(), live);
        }
        Ok(true)
    }
}

/// The custom resource that has an address, in the form of requests; null if there is none.
fn holder(live: Option<&Json>) -> Json {
    let Some(live) = live.filter(|live| live["type"] == "custom") else { return Json::Null };
    let named = ["mac_address", "name"].into_iter().filter(|field| !live[*field].is_null());
    Json::Object(named.map(|field| (field.to_owned(), live[field].clone())).collect())
}

fn is_same(one: &Json, other: &Json) -> bool {
    let address = |holder: &Json| text_or_empty(holder, "mac_address").to_lowercase();
    let key = |holder: &Json| (holder.is_null(), address(holder), text_or_empty(holder, "name").to_owned());
    key(one) == key(other)
}

#[cfg(test)]
#[path = "ipam_ip_tests.rs"]
mod tests;
