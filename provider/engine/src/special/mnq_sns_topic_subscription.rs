//! Subscriptions: a create must not adopt a subscription that exists.
//!
//! A descriptor is not sufficient because Subscribe returns the ARN of an existing subscription with the same protocol and
//! endpoint. Assumes that a repeated Subscribe does not create a second subscription, as for AWS.

use super::{Context, Error, ErrorKind, Handler, Json, Result, Scope, async_trait, own, wire};
use crate::client_error::api_error;

/// See the module.
pub(super) struct Subscription;

#[async_trait]
impl Handler for Subscription {
    /// No recording shows the list of subscriptions, so an API without it is accepted, and credentials without its permission.
    async fn before_create(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
        let field = |name: &str| wire::text(&scope.wanted, name).unwrap_or_default();
        let mut list = own(cx, "ListSubscriptionsByTopic", None, &[("TopicArn", field("TopicArn"))])?;
        list.optional = true;
        let all = match cx.perform(&list, scope, &[], false).await {
            Ok(all) => all.unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Denied || is_unsupported(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let is_same = |one: &&Json| ["Protocol", "Endpoint"].iter().all(|name| one[*name] == field(name));
        let Some(found) = all.as_array().into_iter().flatten().find(is_same) else { return Ok(()) };
        let fact =
            format!("the topic already has this subscription: {}", wire::text_or_empty(found, "SubscriptionArn"));
        Err(Error::new(ErrorKind::Precondition, fact).hint("import it with the `import` option, or delete it"))
    }

    fn repeats_creates(&self) -> bool {
        true
    }

    /// The repeated call returns the subscription, if it exists.
    async fn created(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        Some(Ok(None))
    }
}

fn is_unsupported(error: &Error) -> bool {
    let code = api_error(error).and_then(client::ApiError::error_type);
    matches!(code, Some("InvalidAction" | "NotImplemented" | "UnsupportedOperation"))
}
