//! Subscriptions: a create must not adopt a subscription that exists.
//!
//! A descriptor is not sufficient because Subscribe returns the ARN of an existing subscription with the same protocol and
//! endpoint, and because the ID of the resource has parts of that ARN. Assumes that a repeated Subscribe does not create a second
//! subscription, as for AWS.

use super::{
    Context, Error, ErrorKind, Handler, Json, Object, Patience, Result, Scope, async_trait, own, request, wire,
};
use crate::client_error::api_error;
use rules::special::mnq_sns_topic_subscription::add_parts;

/// See the module.
pub(super) struct Subscription;

#[async_trait]
impl Handler for Subscription {
    /// No recording shows the list of subscriptions, so an API without it is accepted, and credentials without its permission.
    async fn before_create(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
        let field = |name: &str| wire::text(&scope.wanted, name).unwrap_or_default().to_owned();
        let topic = field("TopicArn");
        let mut token = String::new();
        loop {
            let mut parameters = vec![("TopicArn", topic.as_str())];
            if !token.is_empty() {
                parameters.push(("NextToken", &token));
            }
            let list = own(cx, "ListSubscriptionsByTopic", None, &parameters)?;
            let patience = Patience { optional: true, ..Patience::default() };
            let page = match cx.send(request::call(&list, scope, &[])?, patience).await {
                Ok(response) => response.body,
                Err(error) if error.kind() == ErrorKind::Denied || is_unsupported(&error) => return Ok(()),
                Err(error) => return Err(error),
            };
            let all = page["Subscriptions"].as_array().into_iter().flatten();
            let is_same = |one: &&Json| ["Protocol", "Endpoint"].iter().all(|name| one[*name] == field(name));
            if let Some(found) = all.into_iter().find(is_same) {
                let arn = wire::text_or_empty(found, "SubscriptionArn");
                let fact = format!("the topic already has this subscription: {arn}");
                return Err(
                    Error::new(ErrorKind::Precondition, fact).hint("import it with the `import` option, or delete it")
                );
            }
            wire::text_or_empty(&page, "NextToken").clone_into(&mut token);
            if token.is_empty() {
                return Ok(());
            }
        }
    }

    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        let answer = cx.perform(step, scope, step.fields(), false).await?;
        let Some(Json::Object(mut fields)) = answer else { return Ok(None) };
        add_parts(&mut fields);
        Ok(Some(Json::Object(fields)))
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
