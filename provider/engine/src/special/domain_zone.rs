//! DNS zones: the root zone of a domain always exists, so a create adopts it.
//!
//! A descriptor is not sufficient because a create step cannot be skipped for an existing object, and because the deletion
//! of a zone deletes records that are not in the stack, which needs a warning. Assumes that `subdomain` and `domain`
//! identify a zone, and that a new zone contains only the records of its own name servers.

use super::prelude::*;
use crate::client_error::api_error;

/// See the module.
pub(super) struct Zone;

/// The maximum number of records in the warning.
const NAMED: usize = 5;

#[async_trait]
impl Handler for Zone {
    /// The existing root zone, otherwise a new one.
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Json>> {
        let (domain, step) = (wire::text(&scope.desired, "domain").unwrap_or_default(), cx.resource.create.first());
        let (true, Some(step)) = (inputs.text("subdomain").is_none_or(str::is_empty), step) else { return Ok(None) };
        if let Some(found) = existing(cx, scope, domain).await? {
            return adopted(found, domain, inputs).map(Some);
        }
        let error = match cx.perform(step, scope, step.fields(), false).await {
            Ok(made) => return Ok(Some(made.unwrap_or_default())),
            Err(error) => error,
        };
        // Another client has created it, or a response was ambiguous.
        let exists = || api_error(&error).and_then(client::ApiError::error_type) == Some("already_exists");
        let is_there = error.is_ambiguous() || exists();
        match existing(cx, scope, domain).await {
            Ok(Some(found)) if is_there => adopted(found, domain, inputs).map(Some),
            _ => Err(error),
        }
    }

    async fn before_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, _: &Object) -> Result<()> {
        let Some(zone) = scope.parts.uuid.clone() else { return Ok(()) };
        let records = match list(cx, scope, "ListDNSZoneRecords", &[("dns_zone", &zone)]).await {
            Ok(records) => records,
            // A key with permission to delete the zone may have no permission to read it.
            Err(error) if error.kind() == ErrorKind::Denied => return Ok(()),
            Err(error) => return Err(error),
        };
        let others: Vec<String> = records.iter().filter(|record| !is_made_with_the_zone(record)).map(called).collect();
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
    }
}

async fn existing(cx: &Context<'_>, scope: &Scope<'_>, domain: &str) -> Result<Option<Json>> {
    Ok(list(cx, scope, "ListDNSZones", &[("dns_zone", domain)]).await?.into_iter().next())
}

/// Rejects a zone in another project than the desired one: the next run would replace it and delete its records.
fn adopted(found: Json, domain: &str, inputs: &Object) -> Result<Json> {
    let project = found["project_id"].as_str().unwrap_or_default();
    let Some(given) = inputs.text("projectId").filter(|given| *given != project && !project.is_empty()) else {
        return Ok(found);
    };
    let fact = format!("the zone {domain} already exists in the project {project}");
    let hint = format!("set `projectId` to that project, or remove it, instead of {given}");
    Err(Error::new(ErrorKind::Precondition, fact).hint(hint))
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
