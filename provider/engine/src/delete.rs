//! Delete, and the recovery from a failed delete or an interrupted update: Pulumi stores nothing about it, so the state may
//! contain an object that no longer exists, or that is incomplete.
//!
//! A delete whose outcome is unknown reads the object before it fails. While the journal contains a delete that is not known to
//! have succeeded, the next update of the resource reads the object before it changes it.

use std::collections::BTreeSet;
use std::time::Duration;

use catalog::{Resource, Step};
use value::{Object, Value};

use crate::client_error::{api_error, ignore_not_found};
use crate::context::Context;
use crate::journal::Interruption;
use crate::read::read;
use crate::steps::holds;
use crate::update::{apply, differences};
use crate::{created_with, each, fetch, identity, parent, special, visibility, wait};
use rules::error::{Error, ErrorKind, PartialState};
use rules::operation::{DiffRequest, ReadBack};
use rules::pending::Pending;
use rules::scope::Scope;
use rules::{diff, inputs};

/// Pauses before the reads after a failed call of a delete, in milliseconds.
const PAUSES: [u64; 4] = [500, 1000, 2000, 4000];

/// The progress of a delete.
struct Deletion<'d, 'a> {
    id: &'d str,
    olds: &'d Object,
    inputs: &'d Object,
    /// The inputs of the program, as they are stored.
    old_inputs: &'d Object,
    scope: Scope<'a>,
    /// All calls were accepted: the object is being deleted.
    accepted: bool,
}

/// Deletes the resource and waits until it no longer exists. A missing resource counts as deleted.
pub(crate) async fn delete(cx: &Context<'_>, id: &str, olds: &Object, old_inputs: &Object) -> Result<(), Error> {
    if is_without_calls(cx.resource) {
        return Ok(());
    }
    let unknown = old_inputs.keys().all(|name| name.starts_with("__"));
    let inputs = &inputs::of_state(cx.resource, olds, old_inputs, unknown);
    let mut scope = Scope::of_id(cx.resource, id, inputs, cx.defaults)?;
    scope.belongs_to(olds);
    let _lock = parent::lock(cx, &scope).await?;
    let mut deletion = Deletion { id, olds, inputs, old_inputs, scope, accepted: false };
    let mut outcome = calls(cx, &mut deletion).await;
    let mut pauses = PAUSES.iter();
    while let Err(error) = outcome {
        // After a definite rejection the object is unchanged.
        let is_unknown = cx.wrote() && (deletion.accepted || error.is_ambiguous());
        let Some(pause) = pauses.next().filter(|_| is_unknown && error.kind() != ErrorKind::Cancelled) else {
            return Err(error);
        };
        tracing::debug!(resource = %cx.resource.label, %error, "a call of a delete failed");
        if cx.pause(Duration::from_millis(*pause), "reading the deleted object").await.is_err() {
            return Err(error);
        }
        outcome = Box::pin(after_failure(cx, &mut deletion, error)).await?;
    }
    Ok(())
}

/// Whether the resource has no object of its own at Scaleway, so that a delete makes no call.
pub(crate) fn is_without_calls(resource: &Resource) -> bool {
    resource.local.is_some() || resource.action.is_some() || resource.discontinued.is_some()
}

/// Reads the object after a failed call and goes on with the delete. The outer error is final; after the inner one the
/// object is read again.
async fn after_failure(
    cx: &Context<'_>,
    deletion: &mut Deletion<'_, '_>,
    error: Error,
) -> Result<Result<(), Error>, Error> {
    let exists = match fetch::read(cx, &mut deletion.scope, false).await {
        Ok(()) => !fetch::is_gone(&deletion.scope),
        Err(missing) if missing.kind() == ErrorKind::NotFound => false,
        Err(_) => return Ok(Err(error)),
    };
    match exists {
        false if deletion.accepted => Ok(ended(cx, deletion).await),
        false if cx.resource.delete.len() == 1 => Ok(missing(cx, deletion).await),
        true if deletion.accepted && cx.resource.wait.is_some() => Ok(ended(cx, deletion).await),
        // With several calls, each of them may have failed.
        _ if !deletion.accepted && error.is_ambiguous() => Ok(calls(cx, deletion).await),
        _ => Err(error),
    }
}

/// All calls of a delete, and the wait for its end.
async fn calls(cx: &Context<'_>, deletion: &mut Deletion<'_, '_>) -> Result<(), Error> {
    let Deletion { id, olds, inputs, .. } = *deletion;
    let scope = &mut deletion.scope;
    match special::handler(cx.resource).before_delete(cx, scope, olds).await {
        Err(error) if error.kind() == ErrorKind::NotFound => visibility::confirm(cx, id, &[olds, inputs]).await?,
        before => before?,
    }
    loop {
        let removed = match special::handler(cx.resource).delete(cx, scope, olds).await {
            Ok(None) => remove(cx, scope, inputs).await,
            Ok(Some(removed)) => Ok(removed),
            Err(error) => Err(error),
        };
        let removed = removed.map_err(|error| way_out(cx.resource, error))?;
        if special::handler(cx.resource).relocate(cx, scope, olds, removed).await? {
            continue;
        }
        if !removed {
            return missing(cx, deletion).await;
        }
        break;
    }
    deletion.accepted = true;
    ended(cx, deletion).await
}

/// Waits until a deleted object no longer exists, and until its parent has a stable status.
async fn ended(cx: &Context<'_>, deletion: &mut Deletion<'_, '_>) -> Result<(), Error> {
    if !cx.resource.delete.is_empty() {
        wait::until_deleted(cx, &mut deletion.scope).await?;
    }
    parent::settled(cx, &deletion.scope).await.or_else(ignore_not_found)?;
    after_delete(cx, &deletion.scope, deletion.olds, deletion.old_inputs).await
}

/// Deletes what remains after the object.
async fn after_delete(cx: &Context<'_>, scope: &Scope<'_>, olds: &Object, old_inputs: &Object) -> Result<(), Error> {
    special::handler(cx.resource).after_delete(cx, scope, olds).await?;
    created_with::delete(cx, scope, olds, old_inputs).await
}

/// Completes a delete that found no object: an earlier one may have failed after the object was deleted.
async fn missing(cx: &Context<'_>, deletion: &Deletion<'_, '_>) -> Result<(), Error> {
    visibility::confirm(cx, deletion.id, &[deletion.olds, deletion.inputs]).await?;
    after_delete(cx, &deletion.scope, deletion.olds, deletion.old_inputs).await
}

/// The steps of a delete; returns whether there was an object to delete.
async fn remove(cx: &Context<'_>, scope: &mut Scope<'_>, inputs: &Object) -> Result<bool, Error> {
    for step in cx.resource.delete.iter().filter(|step| step.when.as_ref().is_none_or(|when| holds(when, inputs))) {
        let answered = match &step.each {
            Some(each) => {
                scope.desired.remove(each.field.as_deref().unwrap_or_default());
                each::perform(cx, scope, step, each).await.map(|_| None)
            }
            None => cx.perform(step, scope, step.fields(), false).await,
        };
        match answered {
            Ok(_) if step.each.is_some() => {}
            Ok(answer) => {
                let answer = answer.unwrap_or_default();
                scope.odd_delete |= identity::is_odd_delete(&step.call, &answer);
                fetch::merge(cx.resource, scope, step.into.as_deref(), answer);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) if error.kind() == ErrorKind::Denied && is_missing_from_list(cx, scope).await => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Whether a list of all objects does not contain this one: some APIs answer 403 for an object that does not exist.
async fn is_missing_from_list(cx: &Context<'_>, scope: &mut Scope<'_>) -> bool {
    if cx.resource.read.first().is_none_or(|step| step.find.is_none()) {
        return false;
    }
    let read = fetch::read(cx, scope, false).await;
    read.is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Deletes an object that an earlier read did not find, and what the handler deletes after it: the earlier delete may have been
/// interrupted in between. If the object exists again, it is not the object of the state. The IDs are the one in the state and
/// the current one.
pub(crate) async fn delete_missing(
    cx: &Context<'_>,
    (stored_id, id): (&str, &str),
    olds: &Object,
    old_inputs: &Object,
) -> Result<(), Error> {
    if read(cx, id, old_inputs, olds).await?.is_none() {
        let mut scope = Scope::of_id(cx.resource, id, old_inputs, cx.defaults)?;
        scope.belongs_to(olds);
        return after_delete(cx, &scope, olds, old_inputs).await;
    }
    cx.journal.deleting(cx.urn, stored_id, false);
    let fact = format!("the {} {id} was deleted and exists again", cx.resource.label);
    Err(Error::new(ErrorKind::Precondition, fact).hint("run `pulumi refresh`, then run this command again"))
}

/// Updates a resource after a failed delete or an interrupted update: the object is read and updated to match the program.
pub(crate) async fn restore(
    cx: &Context<'_>,
    earlier: &Interruption,
    id: &str,
    olds: &Object,
    old_inputs: &Object,
    news: &Object,
) -> Result<Object, Error> {
    let label = &cx.resource.label;
    let what = if earlier.update { "an interrupted update" } else { "a failed delete" };
    cx.progress.status(&format!("reading the object after {what}"));
    let Some(found) = read(cx, id, old_inputs, olds).await? else {
        cx.journal.deleting(cx.urn, &earlier.id, true);
        let why = if earlier.update { "" } else { ": an earlier delete failed after it had taken effect" };
        let fact = format!("the {label} {id} no longer exists{why}");
        return Err(Error::new(ErrorKind::Precondition, fact)
            .hint(format!("run `pulumi up` again: it creates the {label} again")));
    };
    // Unreadable inputs cannot be compared. Only those that an update was changing are sent again, because a password may reinstall a
    // server. Journals of earlier versions do not contain them.
    // A delete may have performed the steps that an input decides about.
    let is_uncertain = |name: &&String| {
        earlier.properties.contains(*name)
            || (earlier.update && earlier.properties.is_empty())
            || (!earlier.update && decides(&cx.resource.delete, name))
    };
    let uncertain: BTreeSet<String> = unreadable(cx.resource, news).filter(is_uncertain).cloned().collect();
    let mut found = found;
    let mut pending = Pending::of(&found.state);
    for (name, before) in &earlier.changed_for_step {
        pending.add_changed_for_step(name, Value::from(before.as_str()));
    }
    pending.note(&mut found.state);
    let irreversible = irreversible(cx, earlier, &found, news);
    if irreversible.is_empty() {
        return update_found(cx, id, found, uncertain, news, (olds, old_inputs)).await;
    }
    let error = beyond_updates(cx.resource, id, &found, &irreversible);
    let ReadBack { mut state, inputs: found, .. } = found;
    let mut pending = Pending::of(&state);
    for name in &uncertain {
        pending.add(name, None);
    }
    let in_effect = differences(cx, olds, old_inputs, &found);
    for name in in_effect.union(&irreversible) {
        pending.add_found(name, found.get(name));
    }
    pending.note(&mut state);
    // The next Diff compares with the values that were found, so it returns the replacement, and a preview shows it.
    Err(error.with_partial_state(PartialState { id: id.to_owned(), state, inputs: old_inputs.clone() }))
}

/// The properties of an interrupted update that no update changes to the values of the program.
fn irreversible(cx: &Context<'_>, earlier: &Interruption, found: &ReadBack, news: &Object) -> BTreeSet<String> {
    let ReadBack { state: olds, inputs: old_inputs, .. } = found;
    let difference =
        diff::diff(cx.resource, &DiffRequest { olds, old_inputs, news, ignore_changes: &[], now: cx.now() });
    let replacing = difference.changes.iter().filter(|(_, change)| change.replace).filter_map(|(path, _)| path.top());
    let is_of_update = |name: &&str| earlier.properties.is_empty() || earlier.properties.contains(*name);
    replacing.filter(|name| earlier.update && is_of_update(name)).map(str::to_owned).collect()
}

/// The error of an object that only a replacement makes equal to the program.
fn beyond_updates(resource: &Resource, id: &str, found: &ReadBack, irreversible: &BTreeSet<String>) -> Error {
    let label = &resource.label;
    let names: Vec<String> = irreversible.iter().map(|name| format!("`{name}`")).collect();
    let settings: Vec<String> = irreversible.iter().map(|name| setting(name, found.inputs.given(name))).collect();
    let loss = resource.holds_data.as_ref().map(|held| format!(" and deletes {held}")).unwrap_or_default();
    let fact = format!(
        "an interrupted update has changed {} of the {label} {id}, and no update changes it to the value of the program",
        names.join(" and ")
    );
    Error::new(ErrorKind::Precondition, fact).hint(format!(
        "to keep the {label}, set {} in the program; otherwise run `pulumi up` again: it replaces the {label}{loss}",
        settings.join(" and ")
    ))
}

/// An input with its value, if the value is a scalar and not secret.
fn setting(name: &str, value: Option<&Value>) -> String {
    let plain = value.filter(|value| !value.contains_secret()).and_then(|value| value.to_json().ok());
    let shown =
        plain.filter(|json| !json.is_object() && !json.is_array() && !json.is_null()).map(|json| json.to_string());
    let shown = shown.unwrap_or_else(|| "the value of the object".to_owned());
    format!("`{name}` to {shown}")
}

/// Whether an input decides about one of these steps.
fn decides(steps: &[Step], name: &str) -> bool {
    steps.iter().any(|step| step.when.as_ref().is_some_and(|when| when.property == name))
}

/// The inputs that can be updated, but not read: no response contains them, and they are sent or decide about a step.
pub(crate) fn unreadable<'i>(resource: &Resource, inputs: &'i Object) -> impl Iterator<Item = &'i String> {
    inputs.keys().filter(|name| {
        let property = resource.properties.get(*name);
        property.is_some_and(|own| {
            let is_sent = own.send.is_some() || decides(&resource.update, name);
            own.read.is_none() && is_sent && !own.replace && !own.create_only
        })
    })
}

/// Updates an object that was read to match the program. `uncertain` are inputs that may never have been sent, or whose value
/// is unknown: they are sent again. If the update fails, Pulumi stores the inputs in the state, or for a create those of the program:
/// `stored` are these with their outputs.
pub(crate) async fn update_found(
    cx: &Context<'_>,
    id: &str,
    found: ReadBack,
    uncertain: BTreeSet<String>,
    inputs: &Object,
    stored: (&Object, &Object),
) -> Result<Object, Error> {
    let ReadBack { mut state, inputs: mut found, .. } = found;
    let mut pending = Pending::of(&state);
    for name in &uncertain {
        pending.add(name, None);
    }
    pending.clone().note(&mut state);
    let changed = differences(cx, &state, &found, inputs);
    let in_effect = differences(cx, stored.0, stored.1, &found);
    let in_effect = in_effect.difference(&changed).map(|name| (name.clone(), found.get(name).cloned()));
    let in_effect: Vec<(String, Option<Value>)> = in_effect.collect();
    // A call that replaces the whole object needs the inputs that are in effect already.
    for (name, value) in inputs.iter().filter(|(name, _)| !changed.contains(*name)) {
        found.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let error = match apply(cx, id, (&state, &found), inputs, &changed, true).await {
        Ok(state) => return Ok(state),
        Err(error) => error,
    };
    // Pulumi stores other inputs than the object's with these outputs: none of the changes is certain to be in effect, and those of
    // the interrupted run are.
    let mut state = error.partial_state().map_or(state, |left| left.state.clone());
    pending.add_all_changed_for_step(&Pending::of(&state));
    for (name, value) in &in_effect {
        pending.add_found(name, value.as_ref());
    }
    for name in &changed {
        pending.add(name, None);
    }
    pending.note(&mut state);
    Err(error.with_partial_state(PartialState { id: id.to_owned(), state, inputs: inputs.clone() }))
}

/// Adds a hint if the object is protected.
fn way_out(resource: &Resource, error: Error) -> Error {
    let is_protected = api_error(&error).and_then(client::ApiError::precondition) == Some("protected_resource");
    if is_protected && resource.properties.contains_key("protected") {
        return error.hint("Set `protected` to `false` and run `up` before the delete.");
    }
    error
}
