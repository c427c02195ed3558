//! The state of a resource that exists: the read steps, and what its handler reads in addition.

use crate::context::Context;
use crate::{fetch, special};
use rules::error::Error;
use rules::scope::Scope;

/// The remaining read steps, all of them or all but the first, and the calls of the handler.
pub(crate) async fn refresh(cx: &Context<'_>, scope: &mut Scope<'_>, all: bool, fresh: bool) -> Result<(), Error> {
    fetch::refresh(cx, scope, all, fresh).await?;
    special::handler(cx.resource).complete(cx, scope).await
}
