//! SCIM tokens.
//!
//! A descriptor is not sufficient because the response to a create has the token inside of an object, beside its bearer token.

use super::{Context, Handler, Json, Object, Result, Scope, async_trait, call};

/// See the module.
pub(super) struct ScimToken;

#[async_trait]
impl Handler for ScimToken {
    async fn begin(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        call(cx, scope, "CreateScimToken", None, &[]).await.map(|answer| Some(flat(answer)))
    }
}

/// The token with its bearer token.
fn flat(mut answer: Json) -> Json {
    let mut token = answer["token"].take();
    if token.is_object() {
        token["bearer_token"] = answer["bearer_token"].take();
    }
    token
}

#[cfg(test)]
#[path = "iam_scim_token_tests.rs"]
mod tests;
