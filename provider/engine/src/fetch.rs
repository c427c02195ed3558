//! Reads a resource: performs its read steps one by one and merges their responses.

use catalog::{Resource, Settles, Step, When};
use serde_json::Value as Json;

use crate::client_error::api_error;
use crate::context::Context;
use crate::identity;
use crate::listed_object;
use crate::nested;
use rules::composed::add_parts;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// The first read step.
pub(crate) async fn read(cx: &Context<'_>, scope: &mut Scope<'_>, fresh: bool) -> Result<(), Error> {
    let Some(step) = cx.resource.read.first() else { return Ok(()) };
    let response = response(cx, step, scope, fresh).await;
    let answer = response.map_err(|error| rules::special::handler(cx.resource).advise(&scope.desired, error))?;
    let answer = answer.unwrap_or_default();
    identity::check_name(scope, &answer)?;
    merge(cx.resource, scope, step.into.as_deref(), answer);
    Ok(())
}

/// The first read step, from a list that other reads use too, if there is one.
pub(crate) async fn read_shared(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<(), Error> {
    let Some(step) = cx.resource.read.first() else { return Ok(()) };
    let Some(answer) = listed_object::listed_object(cx, step, scope).await else { return read(cx, scope, false).await };
    identity::check_name(scope, &answer)?;
    merge(cx.resource, scope, step.into.as_deref(), answer);
    Ok(())
}

/// The remaining read steps: all of them, or all but the first.
pub(crate) async fn refresh(cx: &Context<'_>, scope: &mut Scope<'_>, all: bool, fresh: bool) -> Result<(), Error> {
    for (index, step) in cx.resource.read.iter().enumerate() {
        if index == 0 && !all {
            continue;
        }
        if fresh && step.empty_when_new {
            merge(cx.resource, scope, step.into.as_deref(), Json::Array(Vec::new()));
            continue;
        }
        if step.when.as_ref().is_some_and(|when| !holds_on_wire(when, scope)) {
            continue;
        }
        let answer = match &step.settles {
            Some(settles) => Some(settled_list(cx, step, settles, scope, false).await?),
            None => response(cx, step, scope, fresh).await?,
        };
        merge(cx.resource, scope, step.into.as_deref(), answer.unwrap_or_default());
    }
    Ok(())
}

/// Reads a field of the object: the list that is stored there. The object is read first, unless the list is independent of its
/// status.
pub(crate) async fn read_field(cx: &Context<'_>, scope: &mut Scope<'_>, field: &str) -> Result<(), Error> {
    let is_independent =
        |step: &&Step| step.into.as_deref() == Some(field) && step.settles.is_none() && step.reads.is_empty();
    if let Some(step) = cx.resource.read.iter().skip(1).find(is_independent) {
        let list = cx.perform(step, scope, &[], scope.fresh).await?;
        merge(cx.resource, scope, Some(field), list.unwrap_or_default());
        return Ok(());
    }
    read(cx, scope, scope.fresh).await?;
    settled_list_of(cx, scope, field, false).await
}

/// Reads the list that is stored in this field, if its elements have a status, and waits until no element has a transient
/// one. With `checked`, a failed status is an error.
pub(crate) async fn settled_list_of(
    cx: &Context<'_>,
    scope: &mut Scope<'_>,
    field: &str,
    checked: bool,
) -> Result<(), Error> {
    for step in cx.resource.read.iter().filter(|step| step.into.as_deref() == Some(field)) {
        if let Some(settles) = &step.settles {
            let list = settled_list(cx, step, settles, scope, checked).await?;
            merge(cx.resource, scope, step.into.as_deref(), list);
        }
    }
    Ok(())
}

/// Reads a list, and waits until no element has a transient status.
pub(crate) async fn settled_list(
    cx: &Context<'_>,
    step: &Step,
    settles: &Settles,
    scope: &Scope<'_>,
    checked: bool,
) -> Result<Json, Error> {
    let began = cx.spent();
    loop {
        let list = cx.perform(step, scope, &[], false).await?.unwrap_or_default();
        let statuses =
            list.as_array().into_iter().flatten().filter_map(|element| element.get(&settles.field)?.as_str());
        let has = |values: &[String]| statuses.clone().find(|status| values.iter().any(|value| value == status));
        if let Some(status) = has(&settles.passing) {
            let waiting = format!("waiting for {} of the {} ({status})", step.call.id, cx.resource.label);
            cx.pause_poll(began, &waiting).await?;
            continue;
        }
        return match has(&settles.failed) {
            Some(status) if checked => {
                let parts = step.into.as_deref().unwrap_or(&step.call.id).replace('_', " ");
                let fact = format!("one of the {parts} of the {} ended in the status `{status}`", cx.resource.label);
                Err(Error::new(ErrorKind::Precondition, fact)
                    .hint("the object exists: fix its inputs and run the command again, or destroy it"))
            }
            _ => Ok(list),
        };
    }
}

/// A later read step returned "not found": the first one is repeated to find out whether the resource was deleted. If it
/// still exists, the missing object is another one.
pub(crate) async fn confirm_missing(cx: &Context<'_>, scope: &mut Scope<'_>, error: Error) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    match read(cx, scope, false).await {
        Err(error) => error,
        Ok(()) => error
            .of_kind(ErrorKind::Precondition)
            .hint(format!("the {} itself exists: run the command again", cx.resource.label)),
    }
}

/// The response of a read step. In a read of single properties, "not set" is `None`, and a permission error is a warning. If an
/// optional read is denied, the state of its properties is kept.
async fn response(cx: &Context<'_>, step: &Step, scope: &mut Scope<'_>, fresh: bool) -> Result<Option<Json>, Error> {
    let error = match cx.perform(step, scope, &[], fresh).await {
        Ok(answer) => return Ok(answer),
        Err(error) if step.reads.is_empty() && step.optional && error.kind() == ErrorKind::Denied => {
            scope.unreadable.extend(read_from(cx.resource, step).cloned());
            return Ok(None);
        }
        Err(error) if step.reads.is_empty() => return Err(error),
        Err(error) => error,
    };
    // The first read shows whether the resource exists: an unset bucket policy does not exist.
    let exists = cx.resource.read.first().is_none_or(|first| first.call.id != step.call.id);
    match error.kind() {
        ErrorKind::NotFound if exists && not_set(step, &error) => Ok(None),
        ErrorKind::Denied if exists || !scope.is_import => {
            let names = step.reads.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let left = "cannot be read with this API key; the state is unchanged";
            cx.progress.warning(&format!("{names} of the {} {left}: {error}", cx.resource.label));
            scope.unreadable.extend(step.reads.iter().cloned());
            Ok(None)
        }
        ErrorKind::Denied if cx.resource.project_in_id => {
            Err(error.hint("the API key needs read permission in the object's project; to read it in another project, use the ID `<id>@<project>`"))
        }
        _ => Err(error),
    }
}

/// The properties that are read from the response of a step.
fn read_from<'a>(resource: &'a Resource, step: &Step) -> impl Iterator<Item = &'a String> {
    let is_within = |path: &str| {
        let rest = step.into.as_deref().and_then(|into| path.strip_prefix(into));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    resource.properties.iter().filter(move |(_, own)| own.read.as_deref().is_some_and(is_within)).map(|(name, _)| name)
}

/// Whether an error means that the property is not set.
fn not_set(step: &Step, error: &Error) -> bool {
    let codes = step.call.storage.as_ref().and_then(|storage| storage.get("not_set")?.as_array());
    let Some(code) = api_error(error).and_then(client::ApiError::error_type) else { return false };
    codes.is_some_and(|codes| codes.iter().any(|other| other.as_str() == Some(code)))
}

/// Whether a response means that the resource no longer exists.
pub(crate) fn is_gone(scope: &Scope<'_>) -> bool {
    if rules::special::handler(scope.resource).is_gone(&scope.desired, &scope.answers) {
        return true;
    }
    let Some(deleted_if) = &scope.resource.deleted_if else { return false };
    let answers = &scope.answers;
    let misses = |(field, source): (&String, &catalog::Source)| {
        let Some(member) = scope.source(source) else { return false };
        let list = wire::get(answers, field).and_then(Json::as_array);
        !list.is_some_and(|list| list.iter().any(|other| wire::reads_like(other, &member)))
    };
    deleted_if.set.as_deref().is_some_and(|field| wire::get(answers, field).is_some())
        || deleted_if.unset.as_deref().is_some_and(|field| wire::get(answers, field).is_none())
        || deleted_if.values.iter().any(|(field, values)| {
            let seen = wire::get(answers, field).and_then(wire::plain_text);
            seen.is_some_and(|seen| values.contains(&seen))
        })
        || deleted_if.missing_from.iter().any(misses)
}

/// Merges a response into the known fields. Values that the API returns only once are kept.
pub(crate) fn merge(resource: &Resource, scope: &mut Scope<'_>, into: Option<&str>, answer: Json) {
    if let Some(path) = into {
        let step = resource.read.iter().find(|step| step.into.as_deref() == Some(path) && !step.beside.is_empty());
        if let (Some(step), Json::Array(items)) = (step, &answer) {
            return nested::distribute(&mut scope.answers, path, &step.beside, items);
        }
        wire::set(&mut scope.answers, path, answer);
        return;
    }
    let Json::Object(mut answer) = answer else { return };
    add_parts(resource, &mut answer);
    let returned_once = |field: &str| {
        resource.properties.values().any(|property| property.returned_once && property.read.as_deref() == Some(field))
    };
    for (field, json) in answer {
        if wire::is_empty(&json) && returned_once(&field) {
            continue;
        }
        scope.answers.insert(field, json);
    }
}

/// For reads: the property from the desired fields or the responses.
fn holds_on_wire(when: &When, scope: &Scope<'_>) -> bool {
    let seen = scope.source(&catalog::Source::Property(when.property.clone()));
    match &when.is {
        None => seen.is_some_and(|seen| !wire::is_empty(&seen)),
        Some(value) => seen.as_ref() == Some(value),
    }
}
