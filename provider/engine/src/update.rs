//! Update: the calls that send a changed field, and the pending changes after a failed one.

use std::collections::BTreeSet;

use catalog::{Resource, Step, When};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::outcome::may_have_changed;
use crate::special;
use crate::steps::{holds, state_of};
use crate::transition::Transition;
use crate::{complete, each, fetch, parent, probe, wait};
use rules::decode::Known;
use rules::discontinued::reject_discontinued;
use rules::error::{Error, PartialState};
use rules::operation::DiffRequest;
use rules::pending::Pending;
use rules::scope::Scope;
use rules::wire::{self, Wire};
use rules::{diff, encode, local};

/// Updates the properties of the resource that differ; without changes it only waits for a stable status.
pub(crate) async fn update(
    cx: &Context<'_>,
    id: &str,
    olds: &Object,
    old_inputs: &Object,
    news: &Object,
    changed: &BTreeSet<String>,
) -> Result<Object, Error> {
    reject_discontinued(cx.resource)?;
    if cx.resource.local.is_some() {
        let seen = probe::expected(cx, news).await?;
        let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now: cx.now() };
        return local::update(cx.resource, &request, seen);
    }
    apply(cx, id, (olds, old_inputs), news, changed, false).await
}

/// The properties that differ.
pub(crate) fn differences(cx: &Context<'_>, olds: &Object, old_inputs: &Object, news: &Object) -> BTreeSet<String> {
    let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now: cx.now() };
    diff::diff(cx.resource, &request).properties().map(str::to_owned).collect()
}

/// Whether a failed update may have set values that no update changes to those of the program: then the object is read first.
pub(crate) fn may_be_irreversible(cx: &Context<'_>, olds: &Object, old_inputs: &Object, news: &Object) -> bool {
    let pending = Pending::of(olds);
    let old_inputs = &*pending.as_attempted(old_inputs);
    let request = DiffRequest { olds, old_inputs, news, ignore_changes: &[], now: cx.now() };
    pending.names().any(|name| pending.attempted(name).is_some()) && diff::diff(cx.resource, &request).replaces()
}

/// Updates these properties of the resource. An object that was `found` can differ from the old inputs in others too.
pub(crate) async fn apply(
    cx: &Context<'_>,
    id: &str,
    (olds, old_inputs): (&Object, &Object),
    news: &Object,
    changed: &BTreeSet<String>,
    found: bool,
) -> Result<Object, Error> {
    let pending = Pending::of(olds);
    let (before, after) = encode::changed(cx.resource, old_inputs, news, changed, &pending, cx.defaults)?;
    let mut scope = Scope::of_id(cx.resource, id, news, cx.defaults)?;
    scope.desired = after;
    scope.before.clone_from(&before);
    scope.belongs_to(olds);
    let _lock = parent::lock(cx, &scope).await?;
    let certain = pending.certain(cx.resource, old_inputs);
    let transition =
        Transition { olds, old_inputs: &certain, stored: old_inputs, pending: &pending, news, changed, found };
    let mut sent = BTreeSet::new();
    let outcome = change(cx, &mut scope, &before, transition, &mut sent).await;
    let known = Known { inputs: news, state: olds, just_sent: outcome.is_ok() };
    match outcome {
        Ok(()) => Ok(state_of(cx, &scope, known)),
        Err(error) if scope.answers.is_empty() && !cx.wrote() => Err(error),
        Err(error) => {
            // Pulumi stores the old inputs with these outputs, so the outputs note what may have changed.
            let mut state = olds.clone();
            state.extend(state_of(cx, &scope, Known { inputs: old_inputs, ..known }));
            let mut pending = pending.clone();
            for name in may_have_changed(cx, transition, &sent) {
                let readable = cx.resource.properties.get(&name).is_some_and(|property| !property.write_only);
                pending.add(&name, news.given(&name).filter(|_| readable));
            }
            for (name, before) in &scope.changed_for_step {
                pending.add_changed_for_step(name, Value::from(before.as_str()));
            }
            pending.note(&mut state);
            Err(error.with_partial_state(PartialState { id: id.to_owned(), state, inputs: old_inputs.clone() }))
        }
    }
}

/// The calls of an update, each only if one of its fields changed. `sent` gets the fields of the calls that were accepted or
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
        if let Some(each) = &step.each {
            let field = each.field.as_deref().unwrap_or_default();
            let desired = scope.desired_field(field);
            // A failed change may have changed a list that the stored and the new inputs have alike.
            let is_uncertain = transition.is_uncertain() && desired.is_some();
            if is_uncertain || wire::find(before, field) != desired {
                sent.insert(field.to_owned());
                known = each::perform(cx, scope, step, each).await?.unwrap_or(known);
                scope.fresh = true;
            }
            continue;
        }
        let mut fields = encode::fields_to_send(step, before, &scope.desired);
        // A field that an earlier call has sent is not sent again, unless the call replaces the whole object.
        if !step.call.body.as_ref().is_some_and(|body| body.whole) {
            fields.retain(|field| !carried.contains(field));
        }
        let matches = match &step.when {
            Some(when) => {
                transition.changed.contains(&when.property) && holds_after(when, cx.resource, transition.news)
            }
            None => !fields.is_empty(),
        };
        if !matches {
            continue;
        }
        carried.extend(fields.iter().cloned());
        let batches =
            if step.one_by_one { fields.iter().map(|field| vec![field.clone()]).collect() } else { vec![fields] };
        for batch in batches {
            let nothing_left = batch.iter().all(|field| scope.desired_field(field).is_none_or(wire::is_empty));
            let emptied = step.call_if_empty.as_ref().filter(|_| nothing_left);
            let answered = match emptied {
                Some(emptied) => cx.perform(&Step::of(emptied.clone()), scope, &[], false).await,
                None => cx.perform(step, scope, &batch, false).await,
            };
            if answered.as_ref().err().is_none_or(Error::is_ambiguous) {
                sent.extend(batch);
                sent.extend(step.when.iter().map(|when| when.property.clone()));
            }
            let answer = answered?;
            fetch::merge(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
            scope.fresh = true;
            known = step.call.returns_object;
            let lags = cx.resource.wait.as_ref().is_some_and(|wait| wait.lagging);
            wait::settled(cx, scope, !known || lags).await?;
            known |= cx.resource.wait.is_some();
        }
    }
    scope.fresh |= !transition.changed.is_empty();
    if special::handler(cx.resource).after_update(cx, scope, transition).await? {
        // If there is a wait, the last read was after the last call.
        known = cx.resource.wait.is_some();
    }
    if scope.answers.is_empty() {
        fetch::read(cx, scope, false).await?;
        wait::settled(cx, scope, false).await?;
        known = true;
    }
    parent::settled(cx, scope).await?;
    known &= cx.resource.within.is_none();
    complete::refresh(cx, scope, !known, false).await
}

/// For updates: a removed input has the empty value of its type.
fn holds_after(when: &When, resource: &Resource, inputs: &Object) -> bool {
    let kind = resource.properties.get(&when.property).map(|property| &property.kind);
    let off = inputs.given(&when.property).is_none() && kind == Some(&catalog::Kind::Boolean);
    holds(when, inputs) || (off && when.is == Some(Json::Bool(false)))
}
