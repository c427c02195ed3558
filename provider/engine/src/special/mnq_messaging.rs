//! Queues and topics: a create must not adopt an object that exists, and the name of a deleted queue stays in use for a while.
//!
//! A descriptor is not sufficient because CreateQueue and CreateTopic succeed for an existing object with the same attributes,
//! because they create the object in the project of the credentials, whatever `projectId` is, and because the URL of a queue must
//! be looked up before a change. Assumes that the URL and the ARN contain the project, as recorded:
//! `https://<host>/project-<ID>/<name>`, `arn:scw:sns:<region>:project-<ID>:<name>`.

use super::{
    Context, Error, ErrorKind, Handler, Json, Object, Patience, Result, Scope, Transition, async_trait, fetch, own,
    request, wire,
};
use crate::client_error::unless_gone;
use rules::special::mnq_sqs_queue::project_of;

/// See the module.
pub(super) struct Messaging {
    /// The field with the URL or ARN in the response of the create.
    address: &'static str,
    /// The operation that deletes the object.
    delete: &'static str,
    /// The first read looks up the URL for later calls, and a deletion takes time.
    has_url: bool,
}

pub(super) static QUEUE: Messaging = Messaging { address: "QueueUrl", delete: "DeleteQueue", has_url: true };
pub(super) static TOPIC: Messaging = Messaging { address: "TopicArn", delete: "DeleteTopic", has_url: false };

#[async_trait]
impl Handler for Messaging {
    /// A denied read is not retried here: the create request shows whether the credentials are valid, and topics may deny the
    /// read of a missing topic.
    async fn before_create(&self, cx: &Context<'_>, scope: &Scope<'_>) -> Result<()> {
        let Some(step) = cx.resource.read.first() else { return Ok(()) };
        let patience = Patience { optional: true, ..Patience::default() };
        match cx.send(request::call(step, scope, &[])?, patience).await {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(exists(cx, scope)),
        }
    }

    /// An object with the same attributes is returned.
    fn repeats_creates(&self) -> bool {
        true
    }

    async fn created(&self, _cx: &Context<'_>, _scope: &Scope<'_>) -> Option<Result<Option<Json>>> {
        Some(Ok(None))
    }

    /// An object in another project than the program specifies is deleted again.
    async fn send_create(&self, cx: &Context<'_>, scope: &Scope<'_>, _inputs: &Object) -> Result<Option<Json>> {
        let Some(step) = cx.resource.create.first() else { return Ok(None) };
        let answer = cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default();
        let address = wire::text_or_empty(&answer, self.address);
        if address.is_empty() {
            let fact =
                format!("the response to the create request of the {} has no {}", cx.resource.label, self.address);
            return Err(Error::new(ErrorKind::Internal, fact).ambiguous());
        }
        let wanted = scope.source(&catalog::Source::Project).as_ref().and_then(wire::plain_text);
        let (Some(made), Some(wanted)) = (project_of(address), wanted) else { return Ok(Some(answer)) };
        if made == wanted {
            return Ok(Some(answer));
        }
        let delete = own(cx, self.delete, None, &[(self.address, address)])?;
        cx.perform(&delete, scope, &[], false).await.map(drop).or_else(unless_gone)?;
        let fact = format!("the credentials belong to the project {made}, and `projectId` is {wanted}");
        Err(Error::new(ErrorKind::Invalid, fact).hint("set `projectId` to the project of the credentials"))
    }

    async fn before_change(&self, cx: &Context<'_>, scope: &mut Scope<'_>, _: Transition<'_>) -> Result<bool> {
        if self.has_url {
            fetch::read(cx, scope, false).await?;
        }
        Ok(self.has_url)
    }

    /// A deletion of a queue takes up to 60 seconds.
    async fn after_delete(&self, cx: &Context<'_>, scope: &Scope<'_>, _olds: &Object) -> Result<()> {
        if !self.has_url {
            return Ok(());
        }
        let began = cx.spent();
        loop {
            match fetch::read(cx, &mut scope.clone(), false).await {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
                Ok(()) => cx.pause_poll(began, "waiting for the deletion of the queue").await?,
            }
        }
    }
}

fn exists(cx: &Context<'_>, scope: &Scope<'_>) -> Error {
    let name = scope.source(&catalog::Source::Property("name".to_owned())).as_ref().and_then(wire::plain_text);
    let fact = format!("the {} \"{}\" already exists", cx.resource.label, name.unwrap_or_default());
    let id = scope.id().unwrap_or_default();
    Error::new(ErrorKind::Precondition, fact)
        .hint(format!("choose another name, or import {id} with the `import` option"))
}

#[cfg(test)]
#[path = "mnq_messaging_tests.rs"]
mod tests;
