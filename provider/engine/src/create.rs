//! Create: looks up the object of an interrupted run, then makes the calls in the order of the descriptor, and waits.

use std::collections::BTreeSet;

use value::Object;

use crate::context::Context;
use crate::outcome::{carried_by, fields_of, not_in_first_step};
use crate::parent_locks::ParentLocks;
use crate::recover::{self, Creation};
use crate::special;
use crate::steps::{creating, holds, state_of};
use crate::transition::Transition;
use crate::{action, complete, created_with, delete, each, fetch, parent, probe, wait};
use rules::decode::Known;
use rules::discontinued::reject_discontinued;
use rules::error::{Error, PartialState};
use rules::operation::{Created, ReadBack};
use rules::pending::Pending;
use rules::scope::Scope;
use rules::wire;
use rules::{inputs, local};

/// Creates the resource and waits until its status is stable.
pub(crate) async fn create(cx: &Context<'_>, inputs: &Object) -> Result<Created, Error> {
    reject_discontinued(cx.resource)?;
    if cx.resource.local.is_some() {
        let seen = probe::expected(cx, inputs).await?;
        return local::create(cx.resource, cx.rng, inputs, seen, cx.now());
    }
    if let Some(action) = cx.resource.action.as_ref().filter(|action| !action.creates) {
        return Box::pin(action::perform(cx, inputs, action)).await;
    }
    // An object of an interrupted create is looked up before the create request.
    if let Some(created) = Box::pin(recover::former(cx, inputs)).await? {
        return Ok(created);
    }
    let mut scope = Scope::of_inputs(cx.resource, inputs, cx.defaults)?;
    let _lock = parent::lock(cx, &scope).await?;
    let answer = match Box::pin(recover::create(cx, &scope, inputs)).await? {
        Creation::Response(answer) => answer,
        Creation::Adopted(created) => return Ok(created),
    };
    fetch::merge(cx.resource, &mut scope, None, answer);
    let Some(id) = scope.id() else { return Err(recover::without_id(cx.resource)) };
    // From here on the object exists: Pulumi must store its ID, whatever fails.
    cx.journal.made(&cx.resource.token, cx.urn, &id);
    cx.recent.note(&id, cx.client.clock().now());
    scope.fresh = true;
    let mut unsent = not_in_first_step(cx, &scope, inputs);
    let none = Object::new();
    let (is_copy, unlike) = rules::special::handler(cx.resource).differences_of_new(inputs);
    let unlike: BTreeSet<String> = unlike.iter().map(|name| (*name).to_owned()).collect();
    let finished = if is_copy {
        unsent.extend(unlike.iter().cloned());
        match copied(cx, &mut scope, &id, inputs).await {
            Ok(found) => {
                let parent_locks = ParentLocks::default();
                let cx = &Context { parent_locks: &parent_locks, ..*cx };
                let uncertain = unlike.into_iter().chain(delete::unreadable(cx.resource, inputs).cloned()).collect();
                let stored = &found.state.clone();
                let state = Box::pin(delete::update_found(cx, &id, found, uncertain, inputs, (stored, inputs))).await?;
                return Ok(Created { id, state });
            }
            Err(error) => Err(error),
        }
    } else {
        let finished = finish(cx, &mut scope, inputs, &mut unsent).await;
        unsent.extend(unlike);
        finished
    };
    let known = |inputs| Known { inputs, state: &none, just_sent: true };
    let Err(error) = finished else {
        let mut state = state_of(cx, &scope, known(inputs));
        created_with::note(cx.resource, inputs, &mut state);
        return Ok(Created { id, state });
    };
    // Pulumi stores all inputs of the program with these outputs, so the outputs note what is not in effect.
    let mut in_effect = inputs.clone();
    in_effect.retain(|name, _| !unsent.contains(name));
    let mut state = state_of(cx, &scope, known(&in_effect));
    created_with::note(cx.resource, inputs, &mut state);
    let mut pending = Pending::default();
    for name in &unsent {
        pending.add(name, None);
    }
    pending.note(&mut state);
    Err(error.with_partial_state(PartialState { id, state, inputs: inputs.clone() }))
}

/// Waits for a copy of another object.
async fn copied(cx: &Context<'_>, scope: &mut Scope<'_>, id: &str, inputs: &Object) -> Result<ReadBack, Error> {
    wait::settled(cx, scope, false).await?;
    let state = state_of(cx, scope, Known { inputs, state: &Object::new(), just_sent: false });
    let inputs = inputs::of_state(cx.resource, &state, inputs, false);
    Ok(ReadBack { id: id.to_owned(), state, inputs })
}

/// Everything after the first call of a create: waits, later steps, and the rest of the state.
async fn finish(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    inputs: &Object,
    unsent: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut steps = creating(cx, inputs);
    let first = steps.next();
    let mut known = first.is_some_and(|step| step.call.returns_object);
    wait::settled(cx, scope, false).await?;
    let mut carried: BTreeSet<String> = carried_by(first);
    for step in steps {
        let fields: Vec<String> = carried_by(Some(step))
            .into_iter()
            .filter(|field| !is_carried(&carried, field) && scope.desired_field(field).is_some())
            .filter(|field| step.call_if_empty.is_none() || !scope.desired_field(field).is_some_and(wire::is_empty))
            .collect();
        let matches = step.when.as_ref().is_none_or(|when| holds(when, inputs));
        if !matches || (step.when.is_none() && fields.is_empty()) {
            continue;
        }
        if let Some(each) = &step.each {
            each::perform(cx, scope, step, each).await?;
        } else {
            let answer = cx.perform(step, scope, &fields, true).await?;
            fetch::merge(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
        }
        carried.extend(fields);
        unsent.retain(|name| {
            let switched = step.when.as_ref().is_some_and(|when| when.property == *name);
            let own = fields_of(cx, scope, inputs, name);
            !switched && (own.is_empty() || own.iter().any(|field| !carried.contains(field)))
        });
        known &= step.call.returns_object;
        wait::settled(cx, scope, true).await?;
        known |= cx.resource.wait.is_some();
    }
    let changed: BTreeSet<String> = inputs.keys().cloned().collect();
    let (none, pending) = (&Object::new(), Pending::default());
    let transition = Transition {
        olds: none,
        old_inputs: none,
        stored: none,
        pending: &pending,
        news: inputs,
        changed: &changed,
        found: false,
    };
    if special::handler(cx.resource).after_change(cx, scope, transition).await? {
        known = false;
    }
    unsent.clear();
    parent::settled(cx, scope).await?;
    // The API returns a child before its parent has applied it: owner and size are set only then.
    known &= cx.resource.within.is_none();
    complete::refresh(cx, scope, !(known || cx.resource.wait.is_some()), true).await
}

/// Whether an earlier call has sent this field, or the object that it is in.
fn is_carried(carried: &BTreeSet<String>, field: &str) -> bool {
    carried.contains(field) || field.split_once('.').is_some_and(|(outer, _)| carried.contains(outer))
}
