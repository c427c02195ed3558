//! Objects that the API creates with a resource because the program names none (`createdWith`), such as the public address of a
//! load balancer. Their IDs are stored in an output when the resource is created, and they are deleted after it. Others are kept:
//! those of an import, and those that were attached later.

use catalog::{CreatedWith, Resource};
use value::{Object, Value};

use crate::client_error::ignore_not_found;
use crate::context::Context;
use crate::steps::holds;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::{place, presence, wire};

/// Stores the IDs in the outputs of a new object. `sent` are the inputs of the create.
pub(crate) fn note(resource: &Resource, sent: &Object, state: &mut Object) {
    let Some(created) = &resource.created_with else { return };
    if created.unless.iter().any(|name| presence::is_set(sent, name)) {
        return;
    }
    let Some(from) = state.given(&created.from) else { return };
    let ids = from.as_array().map_or_else(|| vec![from.clone()], <[Value]>::to_vec);
    if !ids.is_empty() {
        state.insert(created.property.clone(), Value::from(ids));
    }
}

/// Deletes them after the delete of the resource.
pub(crate) async fn delete(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    olds: &Object,
    old_inputs: &Object,
) -> Result<(), Error> {
    let Some(created) = &cx.resource.created_with else { return Ok(()) };
    if created.kept_if.as_ref().is_some_and(|when| holds(when, old_inputs)) {
        return Ok(());
    }
    let named: Vec<&str> = created.unless.iter().filter_map(|name| old_inputs.given(name)).flat_map(uuids).collect();
    for id in olds.given(&created.property).into_iter().flat_map(uuids).filter(|id| !named.contains(id)) {
        let mut scope = scope.clone();
        scope.element = Some(id.into());
        delete_one(cx, &scope, created, id).await?;
    }
    Ok(())
}

/// The UUIDs of an ID or a list of IDs, without their zones.
fn uuids(ids: &Value) -> impl Iterator<Item = &str> {
    let ids = ids.as_array().unwrap_or(std::slice::from_ref(ids));
    ids.iter().filter_map(Value::as_str).map(|id| place::split(id).1)
}

async fn delete_one(cx: &Context<'_>, scope: &Scope<'_>, created: &CreatedWith, id: &str) -> Result<(), Error> {
    let label = &cx.resource.label;
    let found = match cx.perform(&created.read, scope, &[], false).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?.unwrap_or_default(),
    };
    let user = Some(wire::text_or_empty(&found, &created.used_by)).filter(|user| !user.is_empty());
    if let Some(user) = user.filter(|user| scope.parts.uuid.as_deref() != Some(user)) {
        cx.progress.warning(&format!(
            "{id} was created with the {label}, and is kept because {user} uses it. Delete it when it is unused"
        ));
        return Ok(());
    }
    cx.perform(&created.delete, scope, &[], false).await.map(drop).or_else(ignore_not_found)
}
