//! DNS zones: the root zone of a domain always exists, so a create adopts it.
//!
//! A descriptor is not sufficient because a create step cannot be skipped for an existing object, and because the deletion
//! of a zone deletes records that are not in the stack, which needs a warning. Assumes that `subdomain` and `domain`
//! identify a zone, and that a new zone contains only the records of its own name servers.

use client::BoxFuture;
use serde_json::Value as Json;
use value::Object;

use super::{Handler, list};
use crate::client_error::api_error;
use crate::context::Context;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// See the module.
pub(super) struct Zone;

/// The maximum number of records in the warning.
const NAMED: usize = 5;

impl Handler for Zone {
    fn begin<'a>(
        &'a self,
        cx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        inputs: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        let is_root = inputs.text("subdomain").is_none_or(str::is_empty);
        is_root.then(|| -> BoxFuture<'a, Result<Json, Error>> { Box::pin(root(cx, scope, inputs)) })
    }

    fn before_delete<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a Scope<'_>,
        _: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let Some(zone) = scope.parts.uuid.clone() else { return Ok(()) };
            let records = match list(cx, scope, "ListDNSZoneRecords", &[("dns_zone", &zone)], &[]).await {
                Ok(records) => records,
                // A key with permission to delete the zone may have no permission to read it.
                Err(error) if error.kind() == ErrorKind::Denied => return Ok(()),
                Err(error) => return Err(error),
            };
            let others: Vec<String> =
                records.iter().filter(|record| !is_made_with_the_zone(record)).map(called).collect();
            if !others.is_empty() {
                let named = others.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = others.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                cx.progress.warning(&format!(
                    "the zone {zone} still contains records that are not in this stack, and they are deleted with it: \
                     {named}{more}"
                ));
            }
            Ok(())
        })
    }
}

/// The existing root zone, otherwise a new one.
async fn root(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Json, Error> {
    let domain = wire::get(&scope.wanted, "domain").and_then(Json::as_str).unwrap_or_default();
    if let Some(found) = existing(cx, scope, domain).await? {
        return taken_over(found, domain, inputs);
    }
    let Some(step) = cx.resource.create.first() else { return Ok(Json::Null) };
    let refused = match cx.perform(step, scope, step.fields(), false).await {
        Ok(made) => return Ok(made.unwrap_or_default()),
        Err(error) => error,
    };
    // Another client has created it, or a response was ambiguous.
    let is_there =
        refused.maybe_done() || api_error(&refused).and_then(client::ApiError::error_type) == Some("already_exists");
    match existing(cx, scope, domain).await {
        Ok(Some(found)) if is_there => taken_over(found, domain, inputs),
        _ => Err(refused),
    }
}

async fn existing(cx: &Context<'_>, scope: &Scope<'_>, domain: &str) -> Result<Option<Json>, Error> {
    Ok(list(cx, scope, "ListDNSZones", &[], &[("dns_zone", domain)]).await?.into_iter().next())
}

/// Rejects a zone in another project than the desired one: the next run would replace it and delete its records.
fn taken_over(found: Json, domain: &str, inputs: &Object) -> Result<Json, Error> {
    let project = found["project_id"].as_str().unwrap_or_default();
    match inputs.text("projectId") {
        Some(given) if given != project && !project.is_empty() => Err(Error::new(
            ErrorKind::Precondition,
            format!("the zone {domain} already exists in the project {project}"),
        )
        .hint(format!("set `projectId` to that project, or remove it, instead of {given}"))),
        _ => Ok(found),
    }
}

/// The NS and SOA records of the zone itself.
fn is_made_with_the_zone(record: &Json) -> bool {
    record["name"].as_str() == Some("") && matches!(record["type"].as_str(), Some("NS" | "SOA"))
}

fn called(record: &Json) -> String {
    let name = record["name"].as_str().filter(|name| !name.is_empty()).unwrap_or("@");
    format!("{name} {}", record["type"].as_str().unwrap_or_default())
}

#[cfg(test)]
#[path = "domain_zone_tests.rs"]
mod tests;
