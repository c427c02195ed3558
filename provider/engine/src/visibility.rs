//! Whether the API key can see the project or organization of a resource, before "not found" is treated as "deleted".
//!
//! To a key of another project or organization every object is `not_found`, and a refresh with it would drop the whole
//! state. So the first `not_found` about a project's object is followed by one call that reads the project, once for each
//! project and process. If the key has no permission to read projects (403), `not_found` is trusted.

use catalog::Resource;
use client::{Call, Kind, Method};
use value::Object;

use crate::client_error::{api_error, of_client};
use crate::context::{Context, Patience};
use crate::request;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;

/// The token of the resource whose calls read and list projects.
const PROJECT: &str = "account/project:Project";

/// Fails if the project or organization of the resource is not visible to the key: a 404 then does not mean "deleted".
pub(crate) async fn confirm(cx: &Context<'_>, id: &str, known: &[&Object]) -> Result<(), Error> {
    let Some(projects) = cx.catalog.resources.get(PROJECT) else { return Ok(()) };
    let text = |name: &str| known.iter().find_map(|object| object.text(name)).filter(|text| !text.is_empty());
    let organization = text("organizationId").or(cx.defaults.organization_id.as_deref());
    let is_project = cx.resource.token == PROJECT;
    let of_organization = !cx.resource.properties.contains_key("projectId") && text("organizationId").is_some();
    let project = text("projectId").or(cx.defaults.project_id.as_deref());
    let (what, owner) = match (project, organization.filter(|_| is_project || of_organization)) {
        (_, Some(organization)) => ("organization", organization),
        (Some(project), None) if !is_project => ("project", project),
        _ => return Ok(()),
    };
    let mut visible = cx.access.visible.lock().await;
    // The default project of an organization has the same ID as the organization.
    let place = (what, owner.to_owned());
    let known = visible.get(&place).copied();
    let is_visible = match (known, what) {
        (Some(known), _) => known,
        (None, "project") => can_see_project(cx, projects, owner).await?,
        (None, _) => can_see_organization(cx, projects, owner).await?,
    };
    visible.insert(place, is_visible);
    // If the state contains no project, the results for other resources of this run are used.
    let is_guess = what == "project" && text("projectId").is_none();
    let hidden = visible.iter().find(|(_, visible)| is_guess && !**visible).map(|((_, owner), _)| owner.clone());
    let owner = match (is_visible, hidden) {
        (true, None) => return Ok(()),
        (true, Some(hidden)) => hidden,
        (false, _) => owner.to_owned(),
    };
    let key = cx.client.access_key().map_or_else(|| "this API key".to_owned(), |key| format!("the API key {key}"));
    let fact = format!("the {what} {owner} of the {} {id} is not visible to {key}", cx.resource.label);
    Err(Error::new(ErrorKind::Precondition, fact).hint(format!(
        "its objects are not treated as deleted: use an API key of this {what}, or, if the {what} was deleted, remove \
         the resource from the stack with `pulumi state delete`"
    )))
}

/// A project that is not found may be deleted, or belong to another organization. A list of visible projects does not show
/// which, because a key may be limited to some projects.
async fn can_see_project(cx: &Context<'_>, projects: &Resource, project: &str) -> Result<bool, Error> {
    let Some(step) = projects.read.first() else { return Ok(true) };
    let scope = Scope::of_id(projects, project, &Object::new(), cx.defaults)?;
    Ok(!matches!(visibility(cx, request::call(step, &scope, &[])?).await?, Visibility::Missing))
}

/// Every organization has a project, so a key of the organization sees at least one.
async fn can_see_organization(cx: &Context<'_>, projects: &Resource, organization: &str) -> Result<bool, Error> {
    let is_own = cx.defaults.organization_id.as_deref().is_none_or(|own| own == organization);
    Ok(match list(cx, projects, organization).await? {
        Visibility::Found(any) => any,
        Visibility::Denied => is_own,
        Visibility::Missing => false,
    })
}

enum Visibility {
    /// Found; for a list, whether it is not empty.
    Found(bool),
    Missing,
    Denied,
}

async fn list(cx: &Context<'_>, projects: &Resource, organization: &str) -> Result<Visibility, Error> {
    let list = projects.listing.as_ref().and_then(|listing| listing.list.clone());
    let Some(list) = list else { return Ok(Visibility::Found(true)) };
    let call = Call::new(Method::GET, &list.path, &[]).map_err(of_client)?.operation(list.id);
    visibility(cx, call.query("organization_id", organization).query("page_size", "1")).await
}

async fn visibility(cx: &Context<'_>, call: Call) -> Result<Visibility, Error> {
    // A 403 is a valid response here and is not retried.
    let patience = Patience { optional: true, ..Patience::default() };
    match cx.send(call, patience).await {
        Ok(answer) => {
            let listed = answer.body.get("projects").and_then(serde_json::Value::as_array);
            Ok(Visibility::Found(listed.is_none_or(|listed| !listed.is_empty())))
        }
        Err(error) => match api_error(&error).map(client::ApiError::kind) {
            Some(Kind::NotFound) => Ok(Visibility::Missing),
            Some(Kind::Denied) => Ok(Visibility::Denied),
            _ => Err(error),
        },
    }
}
