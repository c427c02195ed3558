//! Create, read, update and delete, in the order things happen. What is sent and what is read is decided elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use catalog::{Resource, Step, When};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::client_error::api_error;
use crate::context::Context;
use crate::hour::hour;
use crate::outcome::{carried_by, fields_of, may_have_changed, not_in_first_step};
use crate::recover::{self, Begun};
use crate::special::{self, Transition};
use crate::{look, probe, wait};
use rules::decode::{self, Known};
use rules::error::{Error, ErrorKind, Left};
use rules::operation::{Created, DiffRequest, ReadBack};
use rules::pending::Pending;
use rules::scope::Scope;
use rules::wire::{self, Wire};
use rules::withdrawn::refuse_withdrawn;
use rules::{diff, encode, imported, inputs, local, moved};

/// How long somebody else may take to tell where the whole has moved that a part is not found in, and how often to ask.
const WHOLE_WINDOW: Duration = Duration::from_secs(3);
const WHOLE_CHECK: Duration = Duration::from_millis(250);

/// Creates the resource and waits until Scaleway calls it settled.
pub(crate) async fn create(cx: &Context<'_>, inputs: &Object) -> Result<Created, Error> {
    refuse_withdrawn(cx.resource)?;
    if cx.resource.local.is_some() {
        let seen = probe::expected(cx, inputs).await?;
        return local::create(cx.resource, cx.chance, inputs, seen, hour(&*cx.client.clock()));
    }
    // What a former process began is looked up before anything is created.
    if let Some(created) = Box::pin(recover::former(cx, inputs)).await? {
        return Ok(created);
    }
    let mut scope = Scope::of_inputs(cx.resource, inputs, cx.defaults)?;
    let _turn = cx.turn(&scope).await?;
    let answer = match Box::pin(recover::begin(cx, &scope, inputs)).await? {
        Begun::Made(answer) => answer,
        Begun::Adopted(created) => return Ok(created),
    };
    look::learn(cx.resource, &mut scope, None, answer);
    let Some(id) = scope.id() else { return Err(recover::without_id(cx.resource)) };
    // From here on the object exists: whatever fails, Pulumi must keep its id.
    cx.creates.made(&cx.resource.token, cx.urn, &id);
    cx.recent.note(&id, cx.client.clock().now());
    scope.fresh = true;
    let mut unsent = not_in_first_step(cx, &scope, inputs);
    let finished = finish(cx, &mut scope, inputs, &mut unsent).await;
    let none = Object::new();
    let known = |inputs| Known { inputs, state: &none, just_sent: true };
    let Err(error) = finished else {
        return Ok(Created { id, state: state_of(cx, &scope, known(inputs)) });
    };
    // Pulumi stores all inputs of the program with these outputs, which therefore note what is not in effect.
    let mut in_effect = inputs.clone();
    in_effect.retain(|name, _| !unsent.contains(name));
    let mut state = state_of(cx, &scope, known(&in_effect));
    let mut pending = Pending::default();
    for name in
        unsent.iter().map(String::as_str).chain(rules::special::handler(cx.resource).unasked(inputs).iter().copied())
    {
        pending.add(name, None);
    }
    pending.note(&mut state);
    Err(error.leaving(Left { id, state, inputs: inputs.clone() }))
}

/// Reads the resource; nothing if it does not exist any more.
pub(crate) async fn read(
    cx: &Context<'_>,
    id: &str,
    inputs: &Object,
    state: &Object,
) -> Result<Option<ReadBack>, Error> {
    if cx.resource.withdrawn.is_some() {
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
        drop(cx.turn(&Scope::of_id(cx.resource, &id, &inputs, cx.defaults)?).await?);
        let (now, inputs) = followed();
        if now != id {
            return read_at(cx, &now, &inputs, state).await.map_or_else(unless_missing, Ok);
        }
        cx.pause(WHOLE_CHECK, "looking for what it is a part of").await?;
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
    let _turn = if cx.resource.within.is_none() { cx.turn(&scope).await? } else { None };
    scope.belongs_to(state);
    // A program may give nothing at all; of what is imported nothing was known.
    let import = state.is_empty() && inputs.keys().all(|name| name.starts_with("__"));
    scope.stranger = import;
    let looked = look::first(cx, &mut scope, false).await;
    let missing = looked.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if (missing || looked.is_ok()) && special::handler(cx.resource).find_again(cx, &mut scope, state, !missing).await? {
        look::first(cx, &mut scope, false).await?;
    } else {
        looked?;
    }
    if look::is_gone(&scope) {
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
    if let Err(error) = look::rest(cx, &mut scope, false, false).await {
        return Err(look::vanished(cx, &mut scope, error).await);
    }
    let id = scope.id().unwrap_or_else(|| id.to_owned());
    let mut state = state_of(cx, &scope, Known { inputs, state, just_sent: false });
    let inputs = inputs::of_state(cx.resource, &state, inputs, import);
    if import {
        imported::note(cx.resource, &mut state);
    }
    Ok(Some(ReadBack { id, state, inputs }))
}

/// Changes the resource; with nothing to change, goes on waiting for it.
pub(crate) async fn update(
    cx: &Context<'_>,
    id: &str,
    olds: &Object,
    old_inputs: &Object,
    news: &Object,
) -> Result<Object, Error> {
    refuse_withdrawn(cx.resource)?;
    if cx.resource.local.is_some() {
        let seen = probe::expected(cx, news).await?;
        let now = hour(&*cx.client.clock());
        return local::update(cx.resource, &DiffRequest { olds, old_inputs, news, ignore_changes: &[], now }, seen);
    }
    let now = hour(&*cx.client.clock());
    let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now };
    let names: BTreeSet<String> = diff::diff(cx.resource, &request).properties().map(str::to_owned).collect();
    let pending = Pending::of(olds);
    let (before, after) = encode::changed(cx.resource, old_inputs, news, &names, &pending, cx.defaults)?;
    let mut scope = Scope::of_id(cx.resource, id, news, cx.defaults)?;
    scope.wanted = after;
    scope.before.clone_from(&before);
    scope.belongs_to(olds);
    let _turn = cx.turn(&scope).await?;
    let certain = pending.certain(cx.resource, old_inputs);
    let transition =
        Transition { olds, old_inputs: &certain, stored: old_inputs, pending: &pending, news, changed: &names };
    let mut sent = BTreeSet::new();
    let changed = change(cx, &mut scope, &before, transition, &mut sent).await;
    let known = Known { inputs: news, state: olds, just_sent: changed.is_ok() };
    match changed {
        Ok(()) => Ok(state_of(cx, &scope, known)),
        Err(error) if scope.answers.is_empty() && !cx.wrote() => Err(error),
        Err(error) => {
            // Pulumi stores the old inputs with these outputs, which therefore note what may have changed.
            let mut state = olds.clone();
            state.extend(state_of(cx, &scope, Known { inputs: old_inputs, ..known }));
            let mut pending = pending.clone();
            for name in may_have_changed(cx, transition, &sent) {
                let readable = cx.resource.properties.get(&name).is_some_and(|property| !property.write_only);
                pending.add(&name, news.given(&name).filter(|_| readable));
            }
            pending.note(&mut state);
            Err(error.leaving(Left { id: id.to_owned(), state, inputs: old_inputs.clone() }))
        }
    }
}

/// The call that creates the object. If its response is ambiguous, the error says that the object may exist.
pub(crate) async fn begin(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Json, Error> {
    if let Some(begun) = special::handler(cx.resource).begin(cx, scope, inputs) {
        return begun.await;
    }
    let Some(step) = cx.resource.create.first() else { return Ok(Json::Null) };
    Ok(cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default())
}

/// Everything after the first call of a create: waits, later steps, and the rest of the state.
async fn finish(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    inputs: &Object,
    unsent: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut known = cx.resource.create.first().is_some_and(|step| step.call.answers_object);
    wait::settled(cx, scope, false).await?;
    let mut carried: BTreeSet<String> = carried_by(cx.resource.create.first());
    for step in cx.resource.create.iter().skip(1) {
        let fields: Vec<String> = carried_by(Some(step))
            .into_iter()
            .filter(|field| !carried.contains(field) && scope.wanted_field(field).is_some())
            .filter(|field| step.emptied.is_none() || !scope.wanted_field(field).is_some_and(wire::is_empty))
            .collect();
        let asked = step.when.as_ref().is_none_or(|when| holds(when, inputs));
        if !asked || (step.when.is_none() && fields.is_empty()) {
            continue;
        }
        let answer = cx.perform(step, scope, &fields, true).await?;
        look::learn(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
        carried.extend(fields);
        unsent.retain(|name| {
            let switched = step.when.as_ref().is_some_and(|when| when.property == *name);
            let own = fields_of(cx, scope, inputs, name);
            !switched && (own.is_empty() || own.iter().any(|field| !carried.contains(field)))
        });
        known &= step.call.answers_object;
        wait::settled(cx, scope, true).await?;
        known |= cx.resource.wait.is_some();
    }
    let changed: BTreeSet<String> = inputs.keys().cloned().collect();
    let (none, pending) = (&Object::new(), Pending::default());
    let transition =
        Transition { olds: none, old_inputs: none, stored: none, pending: &pending, news: inputs, changed: &changed };
    if special::handler(cx.resource).after_change(cx, scope, transition).await? {
        known = false;
    }
    unsent.clear();
    parent_settled(cx, scope).await?;
    // A part of something is answered before the whole has taken it in: only then it has its owner and size.
    known &= cx.resource.within.is_none();
    look::rest(cx, scope, !(known || cx.resource.wait.is_some()), true).await
}

/// The calls of an update, each only if something it carries changed. `sent` gets the fields of the calls that were accepted or
/// whose outcome is unknown.
async fn change(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    before: &Wire,
    transition: Transition<'_>,
    sent: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut known = special::handler(cx.resource).before_change(cx, scope, transition).await?;
    let mut carried: BTreeSet<String> = BTreeSet::new();
    for step in &cx.resource.update {
        let mut fields = encode::fields_to_send(step, before, &scope.wanted);
        // What an earlier call has changed is not changed again, unless the call replaces the whole.
        if !step.call.body.as_ref().is_some_and(|body| body.whole) {
            fields.retain(|field| !carried.contains(field));
        }
        let asked = match &step.when {
            Some(when) => {
                transition.changed.contains(&when.property) && holds_after(when, cx.resource, transition.news)
            }
            None => !fields.is_empty(),
        };
        if !asked {
            continue;
        }
        carried.extend(fields.iter().cloned());
        let batches =
            if step.one_by_one { fields.iter().map(|field| vec![field.clone()]).collect() } else { vec![fields] };
        for batch in batches {
            let nothing_left = batch.iter().all(|field| scope.wanted_field(field).is_none_or(wire::is_empty));
            let emptied = step.emptied.as_ref().filter(|_| nothing_left);
            let answered = match emptied {
                Some(emptied) => cx.perform(&Step::of(emptied.clone()), scope, &[], false).await,
                None => cx.perform(step, scope, &batch, false).await,
            };
            if answered.as_ref().err().is_none_or(Error::maybe_done) {
                sent.extend(batch);
                sent.extend(step.when.iter().map(|when| when.property.clone()));
            }
            let answer = answered?;
            look::learn(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
            scope.fresh = true;
            known = step.call.answers_object;
            let lags = cx.resource.wait.as_ref().is_some_and(|wait| wait.lagging);
            wait::settled(cx, scope, !known || lags).await?;
            known |= cx.resource.wait.is_some();
        }
    }
    scope.fresh |= !transition.changed.is_empty();
    if special::handler(cx.resource).after_change(cx, scope, transition).await? {
        // Where there is something to wait for, the last look was after the last call.
        known = cx.resource.wait.is_some();
    }
    if scope.answers.is_empty() {
        look::first(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        known = true;
    }
    parent_settled(cx, scope).await?;
    known &= cx.resource.within.is_none();
    look::rest(cx, scope, !known, false).await
}

/// The outputs, without what handlers know to be somebody else's.
fn state_of(cx: &Context<'_>, scope: &Scope<'_>, known: Known<'_>) -> Object {
    let mut state = decode::state(scope, known);
    rules::special::handler(scope.resource).recognize(known.inputs, &scope.answers, &mut state);
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

/// Waits until what the resource is a part of has settled after the change.
pub(crate) async fn parent_settled(cx: &Context<'_>, scope: &Scope<'_>) -> Result<(), Error> {
    let Some(within) = &cx.resource.within else { return Ok(()) };
    let Some(parent) = cx.catalog.resources.get(&within.token) else { return Ok(()) };
    let id = scope.source(&catalog::Source::Property(within.property.clone()));
    let Some(uuid) = id.as_ref().and_then(wire::plain_text) else { return Ok(()) };
    let id = scope.locality().map_or(uuid.clone(), |locality| format!("{locality}/{uuid}"));
    let mut scope = Scope::of_id(parent, &id, &Object::new(), cx.defaults)?;
    wait::settled(&cx.on(parent), &mut scope, true).await
}

pub(crate) fn holds(when: &When, inputs: &Object) -> bool {
    let given = inputs.given(&when.property);
    match &when.is {
        None => given.is_some(),
        Some(wanted) => given.is_some_and(|value| value.to_json().as_ref() == Ok(wanted)),
    }
}

/// For updates: an input that was taken away has the empty value of its kind.
fn holds_after(when: &When, resource: &Resource, inputs: &Object) -> bool {
    let kind = resource.properties.get(&when.property).map(|property| &property.kind);
    let off = inputs.given(&when.property).is_none() && kind == Some(&catalog::Kind::Boolean);
    holds(when, inputs) || (off && when.is == Some(Json::Bool(false)))
}

/// The name a person knows a resource by: its `name`, if it has one.
pub(crate) fn name_of(inputs: &Object) -> Option<&str> {
    inputs.get("name").and_then(Value::as_str)
}
