//! Read: reads the object by its current ID, and by the current ID of its parent.

use std::time::Duration;

use catalog::{Action, Resource};
use jiff::{SignedDuration, Timestamp};
use value::Object;

use crate::client_error::api_error;
use crate::context::Context;
use crate::special;
use crate::steps::state_of;
use crate::{blocking, complete, fetch, parent, visibility, wait};
use rules::decode::Known;
use rules::error::{Error, ErrorKind};
use rules::operation::ReadBack;
use rules::pending::Pending;
use rules::scope::Scope;
use rules::{imported, inputs, local};

/// How long a child that is not found waits for a concurrent read of its parent, which may have moved, and how often it
/// checks.
const WHOLE_WINDOW: Duration = Duration::from_secs(3);
const WHOLE_CHECK: Duration = Duration::from_millis(250);

/// The age of an object below which "not found" is confirmed by another read: reads may lag behind the create.
const NEW: SignedDuration = SignedDuration::from_mins(1);
/// The pause before this read.
const LAG: Duration = Duration::from_secs(1);

/// Reads the resource; `None` if it no longer exists.
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
    // An action is in the state alone, so there is nothing to import.
    if cx.resource.action.is_some() && is_import(inputs, state) {
        return Ok(None);
    }
    let found = read_followed(cx, id, inputs, state).await?;
    let stays = !state.is_empty() && cx.resource.action.as_ref().is_some_and(Action::outlives_object);
    if found.is_none() && stays {
        return Ok(Some(ReadBack { id: id.to_owned(), state: state.clone(), inputs: inputs.clone() }));
    }
    // An import finds no object. A resource in the state is deleted only if the key can see its project.
    if found.is_none() && !state.is_empty() {
        visibility::confirm(cx, id, &[state, inputs]).await?;
    }
    Ok(found)
}

/// Reads the resource by its current ID and the current ID of its parent.
async fn read_followed(cx: &Context<'_>, id: &str, inputs: &Object, state: &Object) -> Result<Option<ReadBack>, Error> {
    let followed = || (cx.followed_id(id, inputs), cx.moved.followed(cx.resource, inputs));
    let (id, inputs) = followed();
    let mut found = read_at(cx, &id, &inputs, state).await;
    if is_new(cx, &id, state)
        && found.as_ref().map_or_else(|error| error.kind() == ErrorKind::NotFound, Option::is_none)
    {
        cx.pause(LAG, "reading the new object again").await?;
        found = read_at(cx, &id, &inputs, state).await;
    }
    let whole_is_gone = match found {
        Err(error) if error.kind() == ErrorKind::NotFound => is_of_whole(cx.resource, &error),
        found => return found,
    };
    // A concurrent operation may be reading the parent and find it under another ID.
    let began = cx.spent();
    while whole_is_gone && cx.spent().saturating_sub(began) < WHOLE_WINDOW {
        drop(parent::lock(cx, &Scope::of_id(cx.resource, &id, &inputs, cx.defaults)?).await?);
        let (now, inputs) = followed();
        if now != id {
            return read_at(cx, &now, &inputs, state).await.map_or_else(unless_missing, Ok);
        }
        cx.pause(WHOLE_CHECK, "looking up the parent resource").await?;
    }
    Ok(None)
}

/// Whether the object in the state was created a moment ago. The journal has the time of objects without a creation time.
fn is_new(cx: &Context<'_>, id: &str, state: &Object) -> bool {
    let created = created_at(state).or_else(|| cx.journal.created_at(cx.urn, id));
    !state.is_empty() && created.is_some_and(|created| cx.now().duration_since(created).abs() < NEW)
}

/// The creation time in a state.
pub(crate) fn created_at(state: &Object) -> Option<Timestamp> {
    ["createdAt", "creationDate"].iter().find_map(|name| state.text(name)?.parse().ok())
}

/// Whether there are no earlier values. The program may set no inputs.
fn is_import(inputs: &Object, state: &Object) -> bool {
    state.is_empty() && inputs.keys().all(|name| name.starts_with("__"))
}

/// Whether the parent is missing, and not the child.
fn is_of_whole(resource: &Resource, error: &Error) -> bool {
    let Some(within) = &resource.within else { return false };
    let named = |part: &catalog::IdPart| *part == catalog::IdPart::Property(within.property.clone());
    api_error(error).is_some() && resource.id_forms().flatten().any(named)
}

/// Converts "not found" to `None`.
fn unless_missing(error: Error) -> Result<Option<ReadBack>, Error> {
    if error.kind() == ErrorKind::NotFound { Ok(None) } else { Err(error) }
}

async fn read_at(cx: &Context<'_>, id: &str, inputs: &Object, state: &Object) -> Result<Option<ReadBack>, Error> {
    let mut scope = Scope::of_id(cx.resource, id, inputs, cx.defaults)?;
    let _lock = if cx.resource.within.is_none() { parent::lock(cx, &scope).await? } else { None };
    scope.belongs_to(state);
    let import = is_import(inputs, state);
    scope.is_import = import;
    // An import may follow a change in the same run.
    let looked =
        if import { fetch::read(cx, &mut scope, false).await } else { fetch::read_shared(cx, &mut scope).await };
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
            // A failed status is not an error of a read.
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::Precondition => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    if let Err(error) = complete::refresh(cx, &mut scope, false, false).await {
        return Err(fetch::confirm_missing(cx, &mut scope, error).await);
    }
    let id = scope.id().unwrap_or_else(|| id.to_owned());
    let (mut state, inputs) = blocking::computed(cx.resource, || {
        let mut state = state_of(cx, &scope, Known { inputs, state, just_sent: false });
        let mut pending = Pending::of(&state);
        pending.remove_found();
        pending.note(&mut state);
        let inputs = inputs::of_state(cx.resource, &state, inputs, import);
        (state, inputs)
    })
    .await;
    if import {
        imported::note(cx.resource, &mut state);
    }
    Ok(Some(ReadBack { id, state, inputs }))
}
