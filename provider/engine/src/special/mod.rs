//! What data cannot say: handlers for single resources, named in their descriptors.
//!
//! A handler adds calls at fixed points of an operation; everything else stays generic. Each says at its top why data
//! was not enough. The operations it may call are listed in its descriptor, so that the compiler checks them.

mod databases_instance;
mod databases_read_replica;
mod databases_upgrade;
mod domain_record;
mod domain_zone;
mod functions_function;
mod ipam_ip;
mod object_bucket;
mod object_item;
mod observability_alert_manager;

use std::collections::BTreeSet;

use catalog::{Operation, Query, Resource, Step};
use client::{BoxFuture, Call};
use serde_json::Value as Json;
use value::Object;

use crate::context::Context;
use rules::error::{Error, ErrorKind};
use rules::pending::Pending;
use rules::scope::Scope;

/// From what to what a resource goes; on creation the old side is empty.
#[derive(Clone, Copy)]
pub(crate) struct Transition<'a> {
    /// The outputs before.
    pub olds: &'a Object,
    /// The inputs before, without those that a failed step left pending.
    pub old_inputs: &'a Object,
    /// The inputs that a failed step may or may not have set.
    pub pending: &'a Pending,
    /// The inputs before as the state holds them.
    pub stored: &'a Object,
    /// The inputs after.
    pub news: &'a Object,
    /// The properties that differ.
    pub changed: &'a BTreeSet<String>,
}

impl Transition<'_> {
    /// Whether the resource is being created.
    pub(crate) fn is_creation(&self) -> bool {
        self.old_inputs.is_empty() && self.olds.is_empty()
    }

    /// Every element that the list `name` may have at Scaleway: of the inputs before and of failed attempts to change it.
    pub(crate) fn possible(&self, name: &str) -> Object {
        let value = self.pending.possible(name, self.stored);
        value.map(|value| (name.to_owned(), value)).into_iter().collect()
    }
}

/// The points at which a handler can act; each does nothing unless a handler says otherwise.
pub(crate) trait Handler: Sync {
    /// Makes the object in another way than the first create step.
    fn begin<'a>(
        &'a self,
        _cx: &'a Context<'a>,
        _scope: &'a Scope<'a>,
        _inputs: &'a Object,
    ) -> Option<BoxFuture<'a, Result<Json, Error>>> {
        None
    }

    /// Whether `begin` looks up an object whose response is ambiguous.
    fn looks_up_itself(&self) -> bool {
        false
    }

    /// Goes before the steps of an update; tells whether it has looked at the object as it is now.
    fn before_change<'a>(
        &'a self,
        _cx: &'a Context<'_>,
        _scope: &'a mut Scope<'_>,
        _transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(false) })
    }

    /// Goes on after the steps of a create or an update; tells whether it called anything.
    fn after_change<'a>(
        &'a self,
        _cx: &'a Context<'_>,
        _scope: &'a mut Scope<'_>,
        _transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(false) })
    }

    /// Looks for the object under another id, where there is none, or one without what made it out; tells whether the
    /// scope means another one now.
    fn find_again<'a>(
        &'a self,
        _cx: &'a Context<'_>,
        _scope: &'a mut Scope<'_>,
        _state: &'a Object,
        _exists: bool,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(false) })
    }

    /// Clears the way before the steps of a delete.
    fn before_delete<'a>(
        &'a self,
        _cx: &'a Context<'_>,
        _scope: &'a Scope<'_>,
        _olds: &'a Object,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}

/// The handler of a resource; one that does nothing where its descriptor names none.
pub(crate) fn handler(resource: &Resource) -> &'static dyn Handler {
    match resource.special.as_ref().map(|special| special.handler.as_str()) {
        Some("databases.instance") => &databases_instance::Instance,
        Some("databases.read_replica") => &databases_read_replica::ReadReplica,
        Some("domain.record") => &domain_record::Record,
        Some("domain.zone") => &domain_zone::Zone,
        Some("functions.function") => &functions_function::Function,
        Some("ipam.ip") => &ipam_ip::Ip,
        Some("object.bucket") => &object_bucket::Bucket,
        Some("object.item") => &object_item::Item,
        Some("observability.alert_manager") => &observability_alert_manager::AlertManager,
        _ => &Nothing,
    }
}

struct Nothing;

impl Handler for Nothing {}

/// Makes a call of a handler's own, carrying these fields of what is wanted beside what the catalog adds. Parameters that
/// are no part of the path stand in the query.
pub(crate) async fn call(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    body: Option<Json>,
    parameters: &[(&str, &str)],
) -> Result<Json, Error> {
    let call = request(cx, scope, operation, body, parameters)?;
    let patience = crate::context::Patience { missing: cx.missing_window(&call, scope, None), ..Default::default() };
    Ok(cx.send(call, patience).await?.body)
}

/// A call of a handler's own, not made yet.
fn request(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    body: Option<Json>,
    parameters: &[(&str, &str)],
) -> Result<Call, Error> {
    let step = Step::of(own(cx, operation, parameters)?);
    let mut call = crate::request::call(&step, scope, &[])?;
    for (name, value) in parameters.iter().filter(|(name, _)| !step.call.parameters.contains_key(*name)) {
        call = call.query(*name, *value);
    }
    if let Some(Json::Object(own)) = call.body.as_mut() {
        // The project goes with every call that takes one.
        let takes_project =
            step.call.body.as_ref().is_some_and(|body| body.fields.iter().any(|field| field == "project_id"));
        if let (true, Some(project)) = (takes_project, scope.source(&catalog::Source::Project)) {
            own.insert("project_id".to_owned(), project);
        }
        if let Some(Json::Object(extra)) = body {
            own.extend(extra);
        }
    }
    Ok(call)
}

/// Asks for a list, all its pages, narrowed down by these query parameters.
pub(crate) async fn list(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    operation: &str,
    parameters: &[(&str, &str)],
    query: &[(&str, &str)],
) -> Result<Vec<Json>, Error> {
    let mut operation = own(cx, operation, parameters)?;
    let queries = query
        .iter()
        .map(|(name, value)| Query { name: (*name).to_owned(), from: catalog::Source::Literal(Json::from(*value)) });
    operation.query.extend(queries);
    match cx.perform(&Step::of(operation), scope, &[], false).await? {
        Some(Json::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// An operation that the descriptor lists for the handler, with these path parameters.
fn own(cx: &Context<'_>, operation: &str, parameters: &[(&str, &str)]) -> Result<Operation, Error> {
    let special = cx.resource.special.as_ref();
    let operation = special.and_then(|special| special.operations.get(operation)).ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("{operation} is not an operation of the {}", cx.resource.label))
    })?;
    let mut operation = operation.clone();
    for (name, value) in parameters.iter().filter(|(name, _)| operation.path.contains(&format!("{{{name}}}"))) {
        operation.parameters.insert((*name).to_owned(), catalog::Source::Literal(Json::from(*value)));
    }
    Ok(operation)
}
