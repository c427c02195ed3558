//! The state of a resource that exists: the read steps, and what its handler reads in addition.

use crate::context::Context;
use crate::{fetch, special};
use rules::echo;
use rules::error::Error;
use rules::scope::Scope;

/// The remaining read steps, all of them or all but the first, and the calls of the handler.
pub(crate) async fn refresh(cx: &Context<'_>, scope: &mut Scope<'_>, all: bool, fresh: bool) -> Result<(), Error> {
    // A new part of another object is read again, because its parent sets fields then. A response with only the values of the
    // request is complete.
    let is_part = fresh && cx.resource.within.is_some() && cx.resource.action.is_none();
    fetch::refresh(cx, scope, all && !(is_part && echo::is_echo(scope)), fresh).await?;
    special::handler(cx.resource).complete(cx, scope).await
}
