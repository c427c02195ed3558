//! Blocked addresses of Transactional Email.
//!
//! A descriptor is not sufficient because the API blocks several addresses with one call, and answers with a list of objects.

use super::{Context, Handler, Json, Object, Result, Scope, async_trait, call, json, wire};

/// See the module.
pub(super) struct BlockedList;

#[async_trait]
impl Handler for BlockedList {
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let mut answer = call(cx, scope, "BulkCreateBlocklists", Some(body(&scope.wanted)), &[]).await?;
        Ok(Some(answer.pointer_mut("/blocklists/0").map(Json::take).unwrap_or_default()))
    }
}

/// A request that blocks the address of these fields.
fn body(wanted: &wire::Wire) -> Json {
    let field = |name: &str| wire::get(wanted, name).cloned().unwrap_or_default();
    json!({ "domain_id": field("domain_id"), "emails": [field("email")], "type": field("type"), "reason": field("reason") })
}

#[cfg(test)]
#[path = "tem_blocked_list_tests.rs"]
mod tests;
