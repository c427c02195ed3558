//! Creates of queues, topics and subscriptions: the request succeeds if the object exists, and ignores the project of the program.
//!
//! An object that exists must not be adopted (`existing`), and one in another project is deleted again (`undo`).

use catalog::{Resource, Source, Step};
use serde_json::Value as Json;

use crate::client_error::{api_error, ignore_not_found};
use crate::context::Context;
use crate::fetch;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// Whether a repeated create request returns the object of the first one: an interrupted create is then repeated without a look-up.
pub(crate) fn repeats_creates(resource: &Resource) -> bool {
    resource.create.first().is_some_and(|step| step.existing.is_some())
}

/// Fails if the object of a create exists. Credentials without the permission for the read, and an API without it, are accepted: the
/// create request shows whether the credentials are valid.
pub(crate) async fn reject(cx: &Context<'_>, scope: &Scope<'_>) -> Result<(), Error> {
    let Some(step) = cx.resource.create.first().and_then(|step| step.existing.as_ref()) else { return Ok(()) };
    let found = match cx.perform(step, scope, &[], false).await {
        Ok(None) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::Denied || is_unsupported(&error) => return Ok(()),
        found => found?.unwrap_or_default(),
    };
    let mut existing = scope.clone();
    fetch::merge(cx.resource, &mut existing, None, found);
    let (label, id) = (&cx.resource.label, existing.id().unwrap_or_default());
    let name = scope.source(&Source::Property("name".to_owned())).as_ref().and_then(wire::plain_text);
    Err(match name {
        Some(name) => Error::new(ErrorKind::Precondition, format!("the {label} \"{name}\" already exists"))
            .hint(format!("choose another name, or import {id} with the `import` option")),
        None => Error::new(ErrorKind::Precondition, format!("the {label} already exists"))
            .hint(format!("import {id} with the `import` option, or delete it")),
    })
}

/// Fails if the response to a create has no address, or shows another project than that of the program.
pub(crate) async fn undo_elsewhere(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    step: &Step,
    answer: &Json,
) -> Result<(), Error> {
    let Some(undo) = &step.undo else { return Ok(()) };
    if let Some(address) = cx.resource.composed.keys().find(|field| wire::text_or_empty(answer, field).is_empty()) {
        let fact = format!("the response to the create request of the {} has no {address}", cx.resource.label);
        return Err(Error::new(ErrorKind::Internal, fact).ambiguous());
    }
    let mut made = scope.clone();
    fetch::merge(cx.resource, &mut made, None, answer.clone());
    let desired = scope.source(&Source::Project).as_ref().and_then(wire::plain_text);
    let (Some(found), Some(desired)) = (wire::project(&made.answers), desired) else { return Ok(()) };
    if found == desired {
        return Ok(());
    }
    cx.perform(undo, &made, &[], false).await.map(drop).or_else(ignore_not_found)?;
    let fact = format!("the credentials belong to the project {found}, and `projectId` is {desired}");
    Err(Error::new(ErrorKind::Invalid, fact).hint("set `projectId` to the project of the credentials"))
}

fn is_unsupported(error: &Error) -> bool {
    let code = api_error(error).and_then(client::ApiError::error_type);
    matches!(code, Some("InvalidAction" | "NotImplemented" | "UnsupportedOperation"))
}
