//! Create, read, update and delete, in the order things happen. What is sent and what is read is decided elsewhere.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use catalog::{Resource, Step, When};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::decode::{self, Known};
use crate::engine::hour;
use crate::error::{Error, ErrorKind, Left};
use crate::operation::{Created, DiffRequest, ReadBack};
use crate::recover::{self, Begun};
use crate::scope::Scope;
use crate::special::{self, Transition};
use crate::wire::{self, Wire};
use crate::withdrawn::refuse_withdrawn;
use crate::{diff, encode, inputs, local, look, moved, probe, undone, wait};

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
    let mut pending = pending(cx.resource, inputs);
    let finished = finish(cx, &mut scope, inputs, &mut pending).await;
    let known = Known { inputs, state: &Object::new(), just_sent: true };
    let mut state = state_of(cx, &scope, known);
    match finished {
        Ok(()) => Ok(Created { id, state }),
        Err(error) => {
            undone::note(special::handler(cx.resource).unasked(inputs), &mut state);
            // What was not done yet is no input in effect: the next run sees it as a change and does it.
            let mut inputs = inputs.clone();
            inputs.retain(|name, _| !pending.contains(name));
            Err(error.leaving(Left { id, state, inputs }))
        }
    }
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
    error.api().is_some() && resource.id_forms().flatten().any(named)
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
    look::rest(cx, &mut scope, false, false).await?;
    let id = scope.id().unwrap_or_else(|| id.to_owned());
    let state = state_of(cx, &scope, Known { inputs, state, just_sent: false });
    let inputs = inputs::of_state(cx.resource, &state, inputs, import);
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
    let changed = |old_inputs: &Object| -> BTreeSet<String> {
        let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now };
        diff::diff(cx.resource, &request).properties().map(str::to_owned).collect()
    };
    let mut names = changed(old_inputs);
    let mut old_inputs = Cow::Borrowed(old_inputs);
    if names.is_empty() {
        // What an update did before it failed is in the state alone: to take it back in the program is a change all the same.
        old_inputs = Cow::Owned(inputs::of_state(cx.resource, olds, &old_inputs, false));
        names = changed(&old_inputs);
    }
    let old_inputs = &*old_inputs;
    let (before, after) = encode::changed(cx.resource, old_inputs, news, &names, cx.defaults)?;
    let mut scope = Scope::of_id(cx.resource, id, news, cx.defaults)?;
    scope.wanted = after;
    scope.before.clone_from(&before);
    scope.belongs_to(olds);
    let _turn = cx.turn(&scope).await?;
    let transition = Transition { olds, old_inputs, news, changed: &names };
    let changed = change(cx, &mut scope, &before, transition).await;
    let known = Known { inputs: news, state: olds, just_sent: changed.is_ok() };
    match changed {
        Ok(()) => Ok(state_of(cx, &scope, known)),
        Err(error) if scope.answers.is_empty() => Err(error),
        Err(error) => {
            let mut state = olds.clone();
            state.extend(state_of(cx, &scope, Known { inputs: old_inputs, ..known }));
            Err(error.leaving(Left { id: id.to_owned(), state, inputs: old_inputs.clone() }))
        }
    }
}

/// Removes the resource and waits until it is gone. What is gone already was removed well.
pub(crate) async fn delete(cx: &Context<'_>, id: &str, olds: &Object, old_inputs: &Object) -> Result<(), Error> {
    if cx.resource.local.is_some() || cx.resource.withdrawn.is_some() {
        return Ok(());
    }
    let unknown = old_inputs.keys().all(|name| name.starts_with("__"));
    let inputs = inputs::of_state(cx.resource, olds, old_inputs, unknown);
    let mut scope = Scope::of_id(cx.resource, id, &inputs, cx.defaults)?;
    scope.belongs_to(olds);
    let _turn = cx.turn(&scope).await?;
    special::handler(cx.resource).before_delete(cx, &scope, olds).await.or_else(unless_gone)?;
    loop {
        let removed = remove(cx, &mut scope, &inputs).await.map_err(|error| way_out(cx.resource, error))?;
        if special::handler(cx.resource).find_again(cx, &mut scope, olds, removed).await? {
            continue;
        }
        if !removed {
            return Ok(());
        }
        break;
    }
    if !cx.resource.delete.is_empty() {
        wait::gone(cx, &mut scope).await?;
    }
    parent_settled(cx, &scope).await.or_else(unless_gone)
}

/// The steps of a delete; tells whether there was anything to remove.
async fn remove(cx: &Context<'_>, scope: &mut Scope<'_>, inputs: &Object) -> Result<bool, Error> {
    for step in cx.resource.delete.iter().filter(|step| step.when.as_ref().is_none_or(|when| holds(when, inputs))) {
        match cx.perform(step, scope, step.fields(), false).await {
            Ok(answer) => look::learn(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// The call that creates the object. If its response is ambiguous, the error says that the object may exist.
pub(crate) async fn begin(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Json, Error> {
    if let Some(begun) = special::handler(cx.resource).begin(cx, scope, inputs) {
        return begun.await;
    }
    let Some(step) = cx.resource.create.first() else { return Ok(Json::Null) };
    Ok(cx.perform(step, scope, step.fields(), false).await?.unwrap_or_default())
}

/// The inputs that the first call of a create does not carry.
pub(crate) fn pending(resource: &Resource, inputs: &Object) -> BTreeSet<String> {
    let first = carried_by(resource.create.first());
    let later = |name: &str| {
        let send = resource.properties.get(name).and_then(|property| property.send.as_deref());
        resource.create.iter().skip(1).any(|step| {
            let carries = send.is_some_and(|send| !first.contains(send) && carried_by(Some(step)).contains(send));
            carries || step.when.as_ref().is_some_and(|when| when.property == name)
        }) || special::handler(resource).takes_care_of(inputs).contains(&name)
    };
    inputs.keys().filter(|name| later(name)).cloned().collect()
}

/// Everything after the first call of a create: waits, later steps, and the rest of the state.
async fn finish(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    inputs: &Object,
    pending: &mut BTreeSet<String>,
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
        pending.retain(|name| {
            let property = cx.resource.properties.get(name);
            let send = property.and_then(|property| property.send.as_deref());
            let conditioned = step.when.as_ref().is_some_and(|when| when.property == *name);
            !conditioned && !send.is_some_and(|send| fields.iter().any(|field| field == send))
        });
        carried.extend(fields);
        known &= step.call.answers_object;
        wait::settled(cx, scope, true).await?;
        known |= cx.resource.wait.is_some();
    }
    let changed: BTreeSet<String> = inputs.keys().cloned().collect();
    let none = Object::new();
    let transition = Transition { olds: &none, old_inputs: &none, news: inputs, changed: &changed };
    if special::handler(cx.resource).after_change(cx, scope, transition).await? {
        known = false;
    }
    pending.clear();
    parent_settled(cx, scope).await?;
    // A part of something is answered before the whole has taken it in: only then it has its owner and size.
    known &= cx.resource.within.is_none();
    look::rest(cx, scope, !(known || cx.resource.wait.is_some()), true).await
}

/// The calls of an update, each only if something it carries changed, and the state after them.
async fn change(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    before: &Wire,
    transition: Transition<'_>,
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
            let answer = match emptied {
                Some(emptied) => cx.perform(&Step::of(emptied.clone()), scope, &[], false).await?,
                None => cx.perform(step, scope, &batch, false).await?,
            };
            look::learn(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
            known = step.call.answers_object;
            let lags = cx.resource.wait.as_ref().is_some_and(|wait| wait.lagging);
            wait::settled(cx, scope, !known || lags).await?;
            known |= cx.resource.wait.is_some();
        }
    }
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
    special::handler(scope.resource).recognize(known.inputs, &scope.answers, &mut state);
    moved::stays_within(scope.resource, known.inputs, &mut state);
    if let Some(uuid) = &scope.parts.uuid {
        scope.moves.note(uuid, &mut state);
        cx.moved.learn(&scope.moves, uuid);
    }
    if !known.just_sent {
        undone::keep(known.state, &mut state);
    }
    state
}

/// Waits until what the resource is a part of has settled after the change.
async fn parent_settled(cx: &Context<'_>, scope: &Scope<'_>) -> Result<(), Error> {
    let Some(within) = &cx.resource.within else { return Ok(()) };
    let Some(parent) = cx.catalog.resources.get(&within.token) else { return Ok(()) };
    let id = scope.source(&catalog::Source::Property(within.property.clone()));
    let Some(uuid) = id.as_ref().and_then(wire::plain_text) else { return Ok(()) };
    let id = scope.locality().map_or(uuid.clone(), |locality| format!("{locality}/{uuid}"));
    let mut scope = Scope::of_id(parent, &id, &Object::new(), cx.defaults)?;
    wait::settled(&cx.on(parent), &mut scope, true).await
}

fn carried_by(step: Option<&Step>) -> BTreeSet<String> {
    step.map(|step| step.fields().iter().cloned().collect()).unwrap_or_default()
}

fn holds(when: &When, inputs: &Object) -> bool {
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

/// What to do where Scaleway's own protection is in the way.
fn way_out(resource: &Resource, error: Error) -> Error {
    let is_protected = error.api().and_then(client::ApiError::precondition) == Some("protected_resource");
    if is_protected && resource.properties.contains_key("protected") {
        return error.hint("Set `protected` to `false` and run `up`; then it can be deleted.");
    }
    error
}

fn unless_gone(error: Error) -> Result<(), Error> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The name a person knows a resource by: its `name`, if it has one.
pub(crate) fn name_of(inputs: &Object) -> Option<&str> {
    inputs.get("name").and_then(Value::as_str)
}
