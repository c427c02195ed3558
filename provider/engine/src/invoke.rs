//! Lookups: finds one existing resource by ID or by name, and reads it.

use catalog::{Function, Input, Lookup, LookupBy, Property, Resource, Step};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::{complete, fetch, list, read};
use rules::check;
use rules::decode::{self, Known};
use rules::discontinued::reject_discontinued;
use rules::error::{Error, ErrorKind};
use rules::id;
use rules::operation::Failure;
use rules::scope::Scope;
use rules::wire::{self, Wire};
use rules::{imported, place};

/// The reason why a lookup failed.
#[derive(Debug)]
pub enum InvokeError {
    /// The arguments are wrong.
    Arguments(Vec<Failure>),
    /// The lookup failed, or found no object, or several.
    Failed(Error),
}

impl From<Error> for InvokeError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Finds the resource and returns its outputs, its ID, and the arguments.
pub(crate) async fn lookup(cx: &Context<'_>, function: &Function, arguments: &Object) -> Result<Object, InvokeError> {
    let lookup = &function.lookup;
    let mut arguments = check::arguments(lookup, arguments).map_err(InvokeError::Arguments)?;
    reject_discontinued(cx.resource)?;
    // The arguments of a lookup are like inputs of a resource: the same code converts them to requests.
    let question = question(cx.resource, lookup);
    if let Some(parent) = &lookup.parent
        && arguments.given(&parent.property).is_none()
    {
        let scope = Scope::of_inputs(&question, &arguments, cx.defaults)?;
        let found = listed(cx, &scope, &parent.by, &arguments).await?;
        let id = wire::get(&found, "id").and_then(wire::plain_text).unwrap_or_default();
        arguments.insert(parent.property.clone(), Value::from(id));
    }
    let id = find(cx, &question, lookup, &arguments).await?;
    let answer = answer(cx.resource, lookup);
    let none = Object::new();
    let aspects = unreadable(cx.resource, &arguments);
    // Calls use the project in the arguments.
    let project = match arguments.text("projectId") {
        Some(project) => id::in_project(cx.resource, &id, project, cx.defaults)?,
        None => id.clone(),
    };
    let Some(found) = read::read(&cx.on(&answer), &project, &aspects, &none).await? else {
        return Err(nothing(cx.resource, &id).into());
    };
    let mut outputs = found.state;
    imported::remove_note(&mut outputs);
    outputs.retain(|name, _| !lookup.without.contains(name));
    for (name, value) in arguments {
        outputs.entry(name).or_insert(value);
    }
    // A revision that was requested by an alias (`latest`) is returned by its number.
    let id = id::recompose(cx.resource, &found.id, &outputs, cx.defaults).unwrap_or(found.id);
    if let Some(name) = &lookup.id {
        outputs.insert(name.clone(), Value::from(id.as_str()));
    }
    outputs.insert("id".to_owned(), Value::from(id));
    Ok(outputs)
}

/// Performs a function that does not look up a resource; returns the response and the arguments.
pub(crate) async fn standalone(
    cx: &Context<'_>,
    function: &Function,
    arguments: &Object,
) -> Result<Object, InvokeError> {
    let checked = check::check_component(&function.lookup.inputs, arguments);
    if !checked.failures.is_empty() {
        return Err(InvokeError::Arguments(checked.failures));
    }
    let arguments = checked.inputs;
    let mut scope = Scope::of_inputs(cx.resource, &arguments, cx.defaults)?;
    complete::refresh(cx, &mut scope, true, false).await?;
    let none = Object::new();
    let mut outputs = decode::state(&scope, Known { inputs: &arguments, state: &none, just_sent: false });
    for (name, value) in arguments {
        outputs.entry(name).or_insert(value);
    }
    // The result for the provider's project contains that project.
    for (name, property) in &cx.resource.properties {
        if let (Input::Provider(what), None) = (&property.input, outputs.given(name))
            && let Some(default) = cx.defaults.of(*what)
        {
            outputs.insert(name.clone(), Value::from(default));
        }
    }
    let id = scope.id().unwrap_or_else(|| function.token.clone());
    outputs.insert("id".to_owned(), Value::from(id));
    Ok(outputs)
}

/// Performs a function without requests; returns its result and the arguments.
pub(crate) fn local(
    cx: &Context<'_>,
    function: &Function,
    arguments: &Object,
    settings: &Object,
) -> Result<Object, InvokeError> {
    let checked = check::check_component(&function.lookup.inputs, arguments);
    if !checked.failures.is_empty() {
        return Err(InvokeError::Arguments(checked.failures));
    }
    let mut outputs = rules::local::answer(cx.resource, &checked.inputs, cx.defaults, settings)?;
    let id = outputs.text("region").map_or_else(|| function.token.clone(), str::to_owned);
    outputs.insert("id".to_owned(), Value::from(id));
    Ok(outputs)
}

/// Arguments that responses do not contain, such as a filter.
fn unreadable(resource: &Resource, arguments: &Object) -> Object {
    let is_not_returned =
        |name: &str| resource.properties.get(name).is_some_and(|it| it.send.is_some() && it.read.is_none());
    arguments
        .iter()
        .filter(|(name, _)| is_not_returned(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

async fn find(cx: &Context<'_>, question: &Resource, lookup: &Lookup, arguments: &Object) -> Result<String, Error> {
    if let Some(given) = given_id(cx, lookup, arguments) {
        let region = place::of_inputs(question, arguments, cx.defaults);
        let localized = match region {
            Some(region) if place::split(given).0.is_none() => format!("{region}/{given}"),
            _ => given.to_owned(),
        };
        // The ID of a child contains the parent's ID; it is composed below.
        if id::parse(cx.resource, &localized, cx.defaults).is_ok() {
            return Ok(localized);
        }
    }
    let mut scope = Scope::of_inputs(question, arguments, cx.defaults)?;
    if let (Some(given), true) = (given_id(cx, lookup, arguments), question.id.contains(&catalog::IdPart::Id)) {
        scope.parts.uuid = Some(place::split(given).1.to_owned());
        if let Some(id) = scope.id() {
            return Ok(id);
        }
        scope.parts.uuid = None;
    }
    let Some(by) = &lookup.by else {
        return scope.id().ok_or_else(|| {
            let fact = format!("these arguments do not identify a {}", cx.resource.label);
            Error::new(ErrorKind::Invalid, fact).hint(format!("use an ID of the form {}", id::form(cx.resource)))
        });
    };
    let found = listed(cx, &scope, by, arguments).await?;
    let none = Object::new();
    let mut known = Scope::of_inputs(cx.resource, &none, cx.defaults)?;
    known.parts.locality.clone_from(&scope.parts.locality);
    fetch::merge(cx.resource, &mut known, None, Json::Object(found));
    known.id().ok_or_else(|| nothing(cx.resource, ""))
}

/// The ID in the arguments, or the provider's default, such as its project.
fn given_id<'a>(cx: &'a Context<'_>, lookup: &Lookup, arguments: &'a Object) -> Option<&'a str> {
    let name = lookup.id.as_deref()?;
    if let Some(given) = arguments.text(name).filter(|given| !given.is_empty()) {
        return Some(given);
    }
    let found_by = lookup.by.iter().flat_map(|by| by.find.values());
    let otherwise = found_by.into_iter().any(|source| match source {
        catalog::Source::Property(name) => arguments.given(name).is_some(),
        _ => false,
    });
    match lookup.inputs.get(name).map(|input| &input.input) {
        Some(Input::Provider(what)) if !otherwise => cx.defaults.of(*what),
        _ => None,
    }
}

/// The matching candidate.
async fn listed(cx: &Context<'_>, scope: &Scope<'_>, by: &LookupBy, arguments: &Object) -> Result<Wire, Error> {
    let candidates = cx.perform(&Step::of(by.list.clone()), scope, &[], false).await?.unwrap_or_default();
    let fits = |candidate: &&Wire| {
        by.find.iter().all(|(field, source)| {
            let Some(requested) = scope.source(source) else { return true };
            wire::find(candidate, field).is_some_and(|has| has_or_is(has, &requested))
        })
    };
    // Objects that Scaleway created itself may be listed without an id: they are skipped.
    let is_own = |candidate: &&Wire| candidate.get("id").and_then(Json::as_str) != Some("");
    let candidates = list::elements(by.element.as_deref(), &candidates).into_iter();
    let mut fitting: Vec<&Wire> = candidates.filter(is_own).filter(fits).collect();
    // The same name in several projects: the provider's project is used unless another one is set.
    if let (true, None, Some(project)) = (fitting.len() > 1, arguments.given("projectId"), &cx.defaults.project_id) {
        let own = |candidate: &&Wire| wire::project(candidate) == Some(project.as_str());
        if fitting.iter().any(own) {
            fitting.retain(own);
        }
    }
    if let Some(newest) = &by.newest
        && arguments.given(&newest.if_true).and_then(Value::as_bool) != Some(false)
    {
        fitting.sort_by_key(|candidate| wire::text(candidate, &newest.field));
        fitting.drain(..fitting.len().saturating_sub(1));
    }
    let named = arguments.text("name").map_or_else(String::new, |name| format!(" \"{name}\""));
    match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(nothing(cx.resource, named.trim())),
        several => {
            let fact = format!("{}{named} is ambiguous: {} objects match", cx.resource.label, several.len());
            Err(Error::new(ErrorKind::Precondition, fact).hint("set more arguments, or set the ID"))
        }
    }
}

/// Whether a field of a candidate is equal to the value, or, for lists, contains it.
fn has_or_is(has: &Json, requested: &Json) -> bool {
    match (has, requested) {
        (Json::Array(has), Json::Array(requested)) => requested.iter().all(|item| has.contains(item)),
        _ => wire::reads_like(has, requested),
    }
}

/// The resource with the calls and outputs of the function.
fn answer(resource: &Resource, lookup: &Lookup) -> Resource {
    let mut answer = resource.clone();
    answer.read.extend(lookup.read.iter().cloned());
    answer.properties.extend(lookup.outputs.iter().map(|(name, property)| (name.clone(), property.clone())));
    answer
}

/// The resource with the arguments of the lookup as its inputs.
fn question(resource: &Resource, lookup: &Lookup) -> Resource {
    let mut question = resource.clone();
    for property in question.properties.values_mut() {
        property.input = Input::No;
        property.send = None;
    }
    question.properties.extend(lookup.inputs.iter().map(|(name, property)| {
        let send = property.send.clone().unwrap_or_else(|| catalog::usual_field(name));
        (name.clone(), Property { send: Some(send), ..property.clone() })
    }));
    question.special = None;
    question
}

fn nothing(resource: &Resource, which: &str) -> Error {
    let which = if which.is_empty() { String::new() } else { format!(" {which}") };
    Error::new(ErrorKind::NotFound, format!("{}{which} not found", resource.label))
        .hint("check the name, the region and the project")
}
