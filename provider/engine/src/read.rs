//! Read: the object under the id that it, or the resource that it is a part of, has now.

use std::time::Duration;

use catalog::Resource;
use value::Object;

use crate::client_error::api_error;
use crate::context::Context;
use crate::special;
use crate::steps::state_of;
use crate::{fetch, wait};
use rules::decode::Known;
use rules::error::{Error, ErrorKind};
use rules::operation::ReadBack;
use rules::scope::Scope;
use rules::{imported, inputs, local};

/// How long somebody else may take to tell where the whole has moved that a part is not found in, and how often to ask.
const WHOLE_WINDOW: Duration = Duration::from_secs(3);
const WHOLE_CHECK: Duration = Duration::from_millis(250);

/// Reads the resource; nothing if it does not exist any more.
pub(crate) async fn read(
    cx: &Context<'_>,
    id: &str,
    inputs: &Object,
    state: &Object,
) -> Result<Option<ReadBack>, Error> {
    if cx.resource.discontinued.is_some() {
        return Ok(None);
    }
    if cx.resource.local.is_some() {
        return Ok(local::read(id, inputs, state));
    }
    let found = read_followed(cx, id, inputs, state).await?;
    // An import finds nothing; of a resource in the state that means "deleted" only if the key can see where it was.
    if found.is_none() && !state.is_empty() {
        cx.access.confirm(cx, id, &[state, inputs]).await?;
    }
    Ok(found)
}

/// Reads the resource under the id that it, or what it is a part of, has now.
async fn read_followed(cx: &Context<'_>, id: &str, inputs: &Object, state: &Object) -> Result<Option<ReadBack>, Error> {
    let followed = || (cx.followed_id(id, inputs), cx.moved.followed(cx.resource, inputs));
    let (id, inputs) = followed();
    let whole_is_gone = match read_at(cx, &id, &inputs, state).await {
        Err(error) if error.kind() == ErrorKind::NotFound => is_of_whole(cx.resource, &error),
        found => return found,
    };
    // What it is a part of may be read right now by somebody else, who finds it under another id.
    let began = cx.spent();
    while whole_is_gone && cx.spent().saturating_sub(began) < WHOLE_WINDOW {
        drop(cx.lock_parent(&Scope::of_id(cx.resource, &id, &inputs, cx.defaults)?).await?);
        let (now, inputs) = followed();
        if now != id {
            return read_at(cx, &now, &inputs, state).await.map_or_else(unless_missing, Ok);
        }
        cx.pause(WHOLE_CHECK, "looking up the parent resource").await?;
    }
    Ok(None)
}

/// Whether the whole is not there that this is named by, rather than the part.
fn is_of_whole(resource: &Resource, error: &Error) -> bool {
    let Some(within) = &resource.within else { return false };
    let named = |part: &catalog::IdPart| *part == catalog::IdPart::Property(within.property.clone());
    api_error(error).is_some() && resource.id_forms().flatten().any(named)
}

/// What is not there is nothing.
fn unless_missing(error: Error) -> Result<Option<ReadBack>, Error> {
    if error.kind() == ErrorKind::NotFound { Ok(None) } else { Err(error) }
}

async fn read_at(cx: &Context<'_>, id: &str, inputs: &Object, state: &Object) -> Result<Option<ReadBack>, Error> {
    let mut scope = Scope::of_id(cx.resource, id, inputs, cx.defaults)?;
    let _lock = if cx.resource.within.is_none() { cx.lock_parent(&scope).await? } else { None };
    scope.belongs_to(state);
    // A program may give nothing at all; of what is imported nothing was known.
    let import = state.is_empty() && inputs.keys().all(|name| name.starts_with("__"));
    scope.is_import = import;
    let looked = fetch::read(cx, &mut scope, false).await;
    let missing = looked.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if (missing || looked.is_ok()) && special::handler(cx.resource).relocate(cx, &mut scope, state, !missing).await? {
        fetch::read(cx, &mut scope, false).await?;
    } else {
        looked?;
    }
    if fetch::is_gone(&scope) {
        return Ok(None);
    }
    if wait::is_passing(&scope) {
        match wait::settled(cx, &mut scope, false).await {
            // Failed is a state like another to somebody who only looks.
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Precondition => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    if let Err(error) = fetch::refresh(cx, &mut scope, false, false).await {
        return Err(fetch::confirm_missing(cx, &mut scope, error).await);
    }
    let id = scope.id().unwrap_or_else(|| id.to_owned());
    let mut state = state_of(cx, &scope, Known { inputs, state, just_sent: false });
    let inputs = inputs::of_state(cx.resource, &state, inputs, import);
    if import {
        imported::note(cx.resource, &mut state);
    }
    Ok(Some(ReadBack { id, state, inputs }))
}
