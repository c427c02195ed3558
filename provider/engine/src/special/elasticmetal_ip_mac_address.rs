//! MAC addresses of flexible IPs: moves, and duplicates on other flexible IPs.
//!
//! A descriptor is not sufficient because a move is a request for the flexible IP that has the address now, and because the
//! duplicates are other flexible IPs with the same address. Assumes that the first read step finds the flexible IP by the ID of
//! its MAC address.

use catalog::Source;

use super::prelude::*;
use rules::wire::{self, strings, text_or_empty};

/// See the module.
pub(super) struct IpMacAddress;

/// The fields of requests.
const OWNER: &str = "fip_id";
const DUPLICATES: &str = "flexible_ip_ids_to_duplicate";

#[async_trait]
impl Handler for IpMacAddress {
    async fn created(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        let owner = wire::text(&scope.desired, OWNER).unwrap_or_default().to_owned();
        let found = flexible_ips(cx, scope)
            .await
            .map(|ips| ips.into_iter().find(|ip| text_or_empty(ip, "id") == owner && ip["mac_address"].is_object()));
        Some(found)
    }

    async fn after_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        if !transition.changes(&["flexibleIpId", "flexibleIpIdsToDuplicates"]) {
            return Ok(false);
        }
        let owner = wire::text(&scope.desired, OWNER).unwrap_or_default().to_owned();
        let desired = strings(scope.desired_field(DUPLICATES), None);
        if transition.is_creation() && desired.is_empty() {
            return Ok(false);
        }
        let Holders { current, others } = holders(cx, scope).await?;
        for other in others.iter().filter(|other| !desired.contains(other)) {
            request(cx, scope, "DeleteMACAddr", other, None).await?;
        }
        if let Some(current) = current.filter(|current| *current != owner) {
            request(cx, scope, "MoveMACAddr", &current, Some(json!({ "dst_fip_id": owner }))).await?;
        }
        for duplicate in desired.iter().filter(|desired| !others.contains(desired)) {
            request(cx, scope, "DuplicateMACAddr", duplicate, Some(json!({ "duplicate_from_fip_id": owner }))).await?;
        }
        Ok(true)
    }

    /// The duplicates: the other flexible IPs with the same address.
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let others = holders(cx, scope).await?.others;
        scope.answers.insert(DUPLICATES.to_owned(), json!(others));
        Ok(())
    }

    /// Without an address in the list, which can be late, the step of the descriptor decides.
    async fn delete(&self, cx: &Context<'_>, scope: &mut Scope<'_>, _olds: &Object) -> Result<Option<bool>> {
        let Holders { current, others } = match holders(cx, scope).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            holders => holders?,
        };
        for holder in others.iter().chain(&current) {
            call(cx, scope, "DeleteMACAddr", None, &[(OWNER, holder)]).await.map(drop).or_else(ignore_not_found)?;
        }
        Ok(current.map(|_| true))
    }
}

/// The IDs of the flexible IPs that have the address.
#[derive(Debug, PartialEq, Eq)]
struct Holders {
    /// The one that has this MAC address.
    current: Option<String>,
    /// Those that have a duplicate of it.
    others: Vec<String>,
}

async fn holders(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Holders> {
    let id = scope.source(&Source::Id).unwrap_or_default();
    Ok(holders_in(&flexible_ips(cx, scope).await?, &id))
}

fn holders_in(ips: &[Json], id: &Json) -> Holders {
    let current = ips.iter().find(|ip| ip["mac_address"]["id"] == *id);
    let id_of = |ip: &Json| text_or_empty(ip, "id").to_owned();
    let Some(current) = current else { return Holders { current: None, others: Vec::new() } };
    let address = &current["mac_address"]["mac_address"];
    let same = |ip: &&Json| ip["mac_address"]["mac_address"] == *address && ip["id"] != current["id"];
    Holders { current: Some(id_of(current)), others: ips.iter().filter(same).map(id_of).collect() }
}

async fn flexible_ips(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Vec<Json>> {
    list(cx, scope, "ListFlexibleIPs", &[("order_by", "created_at_asc")]).await
}

/// Makes a request for a flexible IP, and waits until the address is ready.
async fn request(cx: &Context<'_>, scope: &mut Scope<'_>, operation: &str, ip: &str, body: Option<Json>) -> Result<()> {
    call(cx, scope, operation, body, &[(OWNER, ip)]).await?;
    wait::settled(cx, scope, true).await
}

#[cfg(test)]
#[path = "elasticmetal_ip_mac_address_tests.rs"]
mod tests;
