//! Lookups: finds one existing resource by its id, or by what it is called, and reads it.

use catalog::{Function, Input, Lookup, LookupBy, Resource, Step};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::check;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::id::{self, Parts};
use crate::operation::Failure;
use crate::scope::Scope;
use crate::{place, run, wire};

/// Why a lookup gives nothing.
#[derive(Debug)]
pub enum InvokeError {
    /// The arguments are wrong.
    Arguments(Vec<Failure>),
    /// The lookup failed, or found nothing, or too much.
    Failed(Error),
}

impl From<Error> for InvokeError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Finds the resource and gives its outputs, its id, and the arguments.
pub(crate) async fn lookup(cx: &Context<'_>, function: &Function, arguments: &Object) -> Result<Object, InvokeError> {
    let lookup = &function.lookup;
    let arguments = check::arguments(lookup, arguments).map_err(InvokeError::Arguments)?;
    // The inputs of a lookup are like those of a resource: the same code turns them into requests.
    let question = question(cx.resource, lookup);
    let id = find(cx, &question, lookup, &arguments).await?;
    let none = Object::new();
    let Some(found) = run::read(cx, &id, &none, &none).await? else {
        return Err(nothing(cx.resource, &id).into());
    };
    let mut outputs = found.state;
    for (name, value) in arguments {
        outputs.entry(name).or_insert(value);
    }
    if let Some(name) = &lookup.id {
        outputs.insert(name.clone(), Value::from(found.id.as_str()));
    }
    outputs.insert("id".to_owned(), Value::from(found.id));
    Ok(outputs)
}

async fn find(cx: &Context<'_>, question: &Resource, lookup: &Lookup, arguments: &Object) -> Result<String, Error> {
    if let Some(given) = lookup.id.as_deref().and_then(|name| arguments.text(name)).filter(|given| !given.is_empty()) {
        let region = place::of_inputs(question, arguments, cx.defaults);
        let localized = match region {
            Some(region) if place::split(given).0.is_none() => format!("{region}/{given}"),
            _ => given.to_owned(),
        };
        // A child is named by its parent's id too; then the id is composed below.
        if id::parse(cx.resource, &localized, cx.defaults).is_ok() {
            return Ok(localized);
        }
    }
    let scope = Scope::of_inputs(question, arguments, cx.defaults)?;
    match &lookup.by {
        Some(by) => listed(cx, &scope, by, arguments).await,
        None => scope.id().ok_or_else(|| {
            let fact = format!("the id of the {} cannot be told from these arguments", cx.resource.label);
            Error::new(ErrorKind::Invalid, fact).hint(format!("its ids have the form {}", id::form(cx.resource)))
        }),
    }
}

/// The id of the one candidate that fits.
async fn listed(cx: &Context<'_>, scope: &Scope<'_>, by: &LookupBy, arguments: &Object) -> Result<String, Error> {
    let candidates = cx.perform(&Step::of(by.list.clone()), scope, &[], false).await?.unwrap_or_default();
    let fits = |candidate: &&Json| {
        by.find.iter().all(|(field, source)| {
            let Some(wanted) = scope.source(source) else { return true };
            candidate.get(field).is_some_and(|has| wire::plain_text(has) == wire::plain_text(&wanted))
        })
    };
    let mut fitting: Vec<&Json> = candidates.as_array().into_iter().flatten().filter(fits).collect();
    // Several of one name in several projects: the provider's project is meant unless another is given.
    if let (true, None, Some(project)) = (fitting.len() > 1, arguments.given("projectId"), &cx.defaults.project_id) {
        let own = |candidate: &&Json| candidate["project_id"].as_str() == Some(project.as_str());
        if fitting.iter().any(own) {
            fitting.retain(own);
        }
    }
    let wanted = arguments.text("name").map_or_else(String::new, |name| format!(" \"{name}\""));
    match fitting.as_slice() {
        [one] => {
            let mut found = Scope {
                parts: Parts { uuid: None, ..scope.parts.clone() },
                ..Scope::of_inputs(scope.resource, &Object::new(), cx.defaults)?
            };
            run::learn(scope.resource, &mut found, None, (*one).clone());
            found.id().ok_or_else(|| nothing(cx.resource, &wanted))
        }
        [] => Err(nothing(cx.resource, wanted.trim())),
        several => Err(Error::new(
            ErrorKind::Precondition,
            format!("there are {} {}s{wanted}", several.len(), cx.resource.label),
        )
        .hint("say more precisely which one, or give its id")),
    }
}

/// The resource with the lookup's inputs in place of its own.
fn question(resource: &Resource, lookup: &Lookup) -> Resource {
    let mut question = resource.clone();
    for property in question.properties.values_mut() {
        property.input = Input::No;
        property.send = None;
    }
    question.properties.extend(lookup.inputs.iter().map(|(name, property)| (name.clone(), property.clone())));
    question.reshape = None;
    question
}

fn nothing(resource: &Resource, which: &str) -> Error {
    let which = if which.is_empty() { String::new() } else { format!(" {which}") };
    Error::new(ErrorKind::NotFound, format!("there is no {}{which}", resource.label))
        .hint("check its name, and the region and the project it is looked for in")
}
