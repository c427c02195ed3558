//! Functions that create, read, update and delete share: the create call, the outputs, and the conditions of steps.

use catalog::{Step, When};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::{existing, special};
use rules::decode::{self, Known};
use rules::error::Error;
use rules::moved;
use rules::pending::Pending;
use rules::scope::Scope;

/// The call that creates the object. If its response is ambiguous, the error reports that the object may exist.
pub(crate) async fn send_create(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Json, Error> {
    if let Some(created) = special::handler(cx.resource).send_create(cx, scope, inputs).await? {
        return Ok(created);
    }
    let Some(step) = creating(cx, inputs).next() else { return Ok(Json::Null) };
    let created = cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default();
    existing::undo_elsewhere(cx, scope, step, &created).await?;
    Ok(created)
}

/// The calls that create an object with these inputs; the first one creates it.
pub(crate) fn creating<'a>(cx: &Context<'a>, inputs: &Object) -> impl Iterator<Item = &'a Step> {
    cx.resource.creating(|when| holds(when, inputs))
}

/// The outputs, adjusted by the handler.
pub(crate) fn state_of(cx: &Context<'_>, scope: &Scope<'_>, known: Known<'_>) -> Object {
    let mut state = decode::state(scope, known);
    rules::special::handler(scope.resource).adjust_state(known.inputs, &scope.answers, &mut state);
    moved::stays_within(scope.resource, known.inputs, &mut state);
    if let Some(uuid) = &scope.parts.uuid {
        scope.moves.note(uuid, &mut state);
        cx.moved.learn(&scope.moves, uuid);
    }
    if !known.just_sent {
        Pending::of(known.state).note(&mut state);
    }
    state
}

/// Whether the condition of a step holds for these inputs.
pub(crate) fn holds(when: &When, inputs: &Object) -> bool {
    let given = inputs.given(&when.property);
    match &when.is {
        None => given.is_some(),
        Some(desired) => given.is_some_and(|value| value.to_json().as_ref() == Ok(desired)),
    }
}

/// The name of a resource in messages: its `name`, if it has one.
pub(crate) fn name_of(inputs: &Object) -> Option<&str> {
    inputs.get("name").and_then(Value::as_str)
}
