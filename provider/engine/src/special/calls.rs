//! The calls of handlers: operations that the descriptor lists for them.

use catalog::{Query, Source, Step};
use serde_json::Value as Json;

use super::hooks::Result;
use crate::context::Context;
use crate::wait;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;

/// Makes a call of a handler, with this body in addition to the fields of the catalog. Parameters that are not in the path
/// are sent in the query.
pub(super) async fn call(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    body: Option<Json>,
    parameters: &[(&str, &str)],
) -> Result<Json> {
    Ok(cx.perform(&own(cx, operation, body, parameters)?, scope, &[], false).await?.unwrap_or_default())
}

/// Makes a call with this body, and waits until the object is ready again.
pub(super) async fn change(cx: &Context<'_>, scope: &mut Scope<'_>, operation: &str, body: Json) -> Result<()> {
    call(cx, scope, operation, Some(body), &[]).await?;
    scope.fresh = true;
    wait::settled(cx, scope, true).await
}

/// Gets all pages of a list, with these parameters of the path and the query.
pub(super) async fn list(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    parameters: &[(&str, &str)],
) -> Result<Vec<Json>> {
    match call(cx, scope, operation, None, parameters).await? {
        Json::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// An operation that the descriptor lists for the handler, with this body, and these parameters of the path and the query.
pub(super) fn own(cx: &Context<'_>, operation: &str, body: Option<Json>, parameters: &[(&str, &str)]) -> Result<Step> {
    let special = cx.resource.special.as_ref();
    let operation = special.and_then(|special| special.operations.get(operation)).ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("{operation} is not an operation of the {}", cx.resource.label))
    })?;
    let mut operation = operation.clone();
    for (name, value) in parameters.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))) {
        if operation.path.contains(&format!("{{{name}}}")) {
            operation.parameters.insert(name, Source::Literal(value));
        } else if !operation.parameters.contains_key(&name) {
            operation.query.push(Query { name, from: Source::Literal(value) });
        }
    }
    match (operation.body.as_mut(), body) {
        (Some(sent), Some(Json::Object(fields))) => {
            sent.with.extend(fields.into_iter().map(|(name, json)| (name, Source::Literal(json))));
        }
        // A body of plain text has no name.
        (Some(sent), Some(text)) => drop(sent.with.insert(String::from("text"), Source::Literal(text))),
        (_, _) => {}
    }
    Ok(Step::of(operation))
}
