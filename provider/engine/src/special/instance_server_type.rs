//! The offer of a type of Instances.
//!
//! A descriptor is not sufficient because the responses are maps by type, in pages, and two lists describe one type.

use super::prelude::*;

/// See the module.
pub(super) struct ServerType;

/// The number of types on a page; the API accepts no more.
const PAGE: usize = 100;

#[async_trait]
impl Handler for ServerType {
    async fn complete(&self, cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<()> {
        let name = scope.desired_field("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        let Some(Json::Object(offer)) = find(cx, scope, "ListServersTypes", &name).await? else {
            let zone = scope.locality().unwrap_or_default();
            let fact = format!("the zone {zone} has no servers of the type {name}");
            return Err(Error::new(ErrorKind::NotFound, fact).hint("check the name and the zone"));
        };
        let stock = find(cx, scope, "GetServerTypesAvailability", &name).await?.unwrap_or_default();
        scope.answers.clear();
        scope.answers.extend(offer);
        wire::set(&mut scope.answers, "availability", stock["availability"].clone());
        Ok(())
    }
}

/// What a list of types contains for one of them.
pub(super) async fn find(cx: &Context<'_>, scope: &Scope<'_>, operation: &str, name: &str) -> Result<Option<Json>> {
    for page in 1.. {
        let (page, size) = (page.to_string(), PAGE.to_string());
        let answer = call(cx, scope, operation, None, &[("page", &page), ("per_page", &size)]).await?;
        let types = answer.get("servers").unwrap_or(&answer).as_object().cloned().unwrap_or_default();
        let is_last = types.len() < PAGE;
        let found = types.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        if found.is_some() || is_last {
            return Ok(found.map(|(_, offer)| offer));
        }
    }
    Ok(None)
}
