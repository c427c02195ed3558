//! Lists the IDs and names of all resources of a type in one region or zone and one project.
//!
//! Contains only resources that can be imported and that Scaleway does not manage itself.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Listing, Resource, Source, Step, Within, is_composed_part};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::{fetch, nested, read};
use rules::composed;
use rules::error::{Error, ErrorKind};
use rules::id;
use rules::place;
use rules::scope::Scope;
use rules::wire::{self, Wire};

/// One existing resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its ID, in the form for imports.
    pub id: String,
    /// Its name; the name of its parent comes first.
    pub name: String,
}

/// All existing resources, sorted by ID. `query` contains filters of the resource's listing (`region`, `projectId`,
/// `instanceId`); the defaults are the provider's region and project.
pub(crate) async fn all(cx: &Context<'_>, query: &Object) -> Result<Vec<Listed>, Error> {
    let all = listed(cx, query, Which::Manageable).await?;
    let all: BTreeSet<Listed> = all.into_iter().map(|(listed, _)| listed).collect();
    Ok(all.into_iter().collect())
}

/// Each object with its list element, including objects that a listing for imports omits: a create can have created one of
/// these, such as a trigger with a cron source, or an NS record.
pub(crate) async fn elements_of(cx: &Context<'_>, query: &Object) -> Result<Vec<(Listed, Wire)>, Error> {
    listed(cx, query, Which::Any).await
}

/// Which resources are included.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Resources that a program can manage.
    Manageable,
    /// Also resources that Scaleway manages: they may have children that a program can manage.
    Any,
}

async fn listed(cx: &Context<'_>, query: &Object, which: Which) -> Result<Vec<(Listed, Wire)>, Error> {
    let mut all = Vec::new();
    // Local and discontinued resources cannot be listed.
    let Some(listing) = &cx.resource.listing else { return Ok(Vec::new()) };
    for parent in parents(cx, listing, query).await? {
        let found = of_one(cx, listing, parent.as_ref(), query, which).await;
        match found {
            Ok(found) => all.extend(found),
            // The parent was deleted between two calls, so its children were deleted too.
            Err(error) if parent.is_some() && error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The ID of the resource with a name: `id` contains the name instead of a UUID.
pub(crate) async fn named(cx: &Context<'_>, id: &str) -> Result<Option<String>, Error> {
    let can_be_listed = cx.resource.listing.as_ref().is_some_and(|listing| listing.list.is_some());
    if !can_be_listed || !id::is_name(cx.resource, id) {
        return Ok(None);
    }
    let (locality, name) = place::split(id);
    let mut query = Object::new();
    if let Some((property, locality)) = place::property(cx.resource.locality).zip(locality) {
        query.insert(property.to_owned(), Value::from(locality));
    }
    let all = all(cx, &query).await?;
    let fitting: Vec<&str> = all.iter().filter(|listed| listed.name == name).map(|listed| listed.id.as_str()).collect();
    match fitting.as_slice() {
        [one] => Ok(Some((*one).to_owned())),
        // Read reports that it does not exist.
        [] => Ok(None),
        several => {
            let fact = format!("more than one {} has the name \"{name}\": {}", cx.resource.label, several.join(", "));
            Err(Error::new(ErrorKind::Precondition, fact).hint("import one of them by its ID"))
        }
    }
}

/// The parent, and the property with its ID.
struct Parent<'l> {
    property: &'l str,
    thing: Listed,
}

/// The ID of a resource that exists at most once. If it does not follow from the inputs, the response contains it.
async fn id_of_single(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Option<String>, Error> {
    if let Some(id) = scope.id() {
        return Ok(Some(id));
    }
    let mut scope = scope.clone();
    match fetch::read(cx, &mut scope, false).await {
        Ok(()) => Ok(scope.id()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The parents of the resources; a single `None` if they have no parent.
async fn parents<'l>(cx: &Context<'_>, listing: &'l Listing, query: &Object) -> Result<Vec<Option<Parent<'l>>>, Error> {
    if listing.of.is_empty() {
        return Ok(vec![None]);
    }
    let given = |of: &'l Within| {
        let thing = Listed { id: query.text(&of.property)?.to_owned(), name: String::new() };
        Some(Some(Parent { property: &of.property, thing }))
    };
    if let Some(given) = listing.of.iter().find_map(given) {
        return Ok(vec![given]);
    }
    let mut parents = Vec::new();
    for of in &listing.of {
        let parent = cx.catalog.resources.get(&of.token).ok_or_else(|| {
            let fact = format!("a {} is part of {}, which does not exist", cx.resource.label, of.token);
            Error::new(ErrorKind::Internal, fact)
        })?;
        let all = Box::pin(listed(&cx.on(parent), query, Which::Any)).await?;
        let all: BTreeSet<Listed> = all.into_iter().map(|(listed, _)| listed).collect();
        parents.extend(all.into_iter().map(|thing| Some(Parent { property: &of.property, thing })));
    }
    Ok(parents)
}

/// The resources of one parent, or without a parent.
async fn of_one(
    cx: &Context<'_>,
    listing: &Listing,
    parent: Option<&Parent<'_>>,
    query: &Object,
    which: Which,
) -> Result<Vec<(Listed, Wire)>, Error> {
    let scope = scope_of_query(cx, listing, parent, query)?;
    let part_of = parent.map(|parent| &parent.thing);
    let named = |name: String| match part_of.filter(|parent| !parent.name.is_empty()) {
        Some(parent) => format!("{}-{name}", parent.name),
        None => name,
    };
    let Some(list) = &listing.list else {
        let Some(id) = id_of_single(cx, &scope).await? else { return Ok(Vec::new()) };
        let found = read::read(cx, &id, &Object::new(), &Object::new()).await?;
        let whole = part_of.map(|parent| parent.name.clone()).filter(|name| !name.is_empty());
        let name = whole.unwrap_or_else(|| cx.resource.label.replace(' ', "-"));
        let listed = found.map(|found| {
            let id = id::in_full(cx.resource, &found.id, &found.state, cx.defaults).unwrap_or(found.id);
            (Listed { id, name }, Wire::new())
        });
        return Ok(listed.into_iter().collect());
    };
    let answer = cx.perform(&Step::of(list.clone()), &scope, &[], false).await?.unwrap_or_default();
    let answer = with_fields(answer, cx.resource, listing);
    let mut found = Vec::new();
    for element in elements(listing.element.as_deref(), &answer) {
        let is_own = which == Which::Manageable && any_has(&listing.without, element);
        if is_own || !is_of_kind(listing, element) || is_of_another_project(&scope, element) {
            continue;
        }
        let mut known = scope.clone();
        fetch::merge(cx.resource, &mut known, None, Json::Object(element.clone()));
        let name = wire::get(element, &listing.name).and_then(wire::plain_text).filter(|name| !name.is_empty());
        if let Some(members) = members(&known) {
            let whole = name.map(|name| format!("{name}-")).unwrap_or_default();
            let members = members.into_iter().filter_map(|(member, known)| {
                Some((Listed { id: known.id()?, name: named(format!("{whole}{member}")) }, Wire::new()))
            });
            found.extend(members);
            continue;
        }
        // Objects that Scaleway created itself may be listed without an ID.
        let Some(id) = known.id() else { continue };
        if fetch::is_gone(&known) {
            continue;
        }
        let name = name.unwrap_or_else(|| id.rsplit('/').next().unwrap_or_default().to_owned());
        found.push((Listed { id, name: named(name) }, element.clone()));
    }
    Ok(found)
}

/// A list of strings as a list of objects with that composed field or name, and all objects with the parts of composed fields.
fn with_fields(mut answer: Json, resource: &Resource, listing: &Listing) -> Json {
    let field = resource.composed.keys().next().unwrap_or(&listing.name);
    for item in answer.as_array_mut().into_iter().flatten() {
        if item.is_string() {
            *item = serde_json::json!({ field: item.take() });
        }
        if let Json::Object(fields) = item {
            composed::add_parts(resource, fields);
        }
    }
    answer
}

/// The known data before the call: the region or zone, the owner and the parent.
fn scope_of_query<'a>(
    cx: &Context<'a>,
    listing: &Listing,
    parent: Option<&Parent<'_>>,
    query: &Object,
) -> Result<Scope<'a>, Error> {
    let mut inputs = Object::new();
    let mut owners = Wire::new();
    for name in &listing.inputs {
        let default = match name.as_str() {
            "projectId" => cx.defaults.project_id.clone(),
            "organizationId" => cx.defaults.organization_id.clone(),
            _ => None,
        };
        let Some(text) = query.text(name).map(str::to_owned).or(default) else { continue };
        if cx.resource.properties.contains_key(name) {
            inputs.insert(name.clone(), Value::from(text));
        } else {
            owners.insert(catalog::usual_field(name), Json::from(text));
        }
    }
    if let Some(Parent { property, thing }) = parent {
        inputs.insert((*property).to_owned(), Value::from(thing.id.as_str()));
    }
    let mut scope = Scope::of_inputs(cx.resource, &inputs, cx.defaults)?;
    scope.desired.extend(owners);
    // Such as the project of queues, which is that of the credentials, whatever the provider's is.
    scope.desired.retain(|field, _| !is_composed_part(&cx.resource.composed, field));
    Ok(scope)
}

/// The resources in the response of a list, each with its element.
pub(crate) fn elements<'j>(element: Option<&str>, answer: &'j Json) -> Vec<&'j Wire> {
    // A response that is not a list is the only element.
    let all = answer.as_array().map_or_else(|| std::slice::from_ref(answer), Vec::as_slice).iter();
    let inside: Vec<&Json> = match element {
        None => all.collect(),
        Some(path) => nested::inside(all.collect(), path).into_iter().map(|(_, element)| element).collect(),
    };
    inside.into_iter().filter_map(Json::as_object).collect()
}

/// The members of the lists in an element, for resources that represent a membership: each with its known data.
fn members<'a>(known: &Scope<'a>) -> Option<Vec<(String, Scope<'a>)>> {
    let lists = &known.resource.deleted_if.as_ref()?.missing_from;
    let mut members = Vec::new();
    for (list, source) in lists {
        let Source::Property(property) = source else { continue };
        let sent = known.resource.properties.get(property).and_then(|property| property.send.clone());
        let field = sent.unwrap_or_else(|| catalog::usual_field(property));
        let list = wire::get(&known.answers, list).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        for member in list.iter().filter_map(wire::plain_text) {
            let mut with_member = known.clone();
            wire::set(&mut with_member.desired, &field, Json::from(member.as_str()));
            members.push((member, with_member));
        }
    }
    (!lists.is_empty()).then_some(members)
}

/// Whether an element is of the listed type, if the list also contains other types.
fn is_of_kind(listing: &Listing, element: &Wire) -> bool {
    listing.only.iter().all(|field| has(field, element))
}

fn any_has(fields: &BTreeMap<String, Vec<Json>>, element: &Wire) -> bool {
    fields.iter().any(|field| has(field, element))
}

fn has((field, values): (&String, &Vec<Json>), element: &Wire) -> bool {
    wire::get(element, field).is_some_and(|value| values.iter().any(|pattern| fits(pattern, value)))
}

/// Whether a value matches a pattern; `*.example.org` matches all values with this suffix.
fn fits(pattern: &Json, value: &Json) -> bool {
    match pattern.as_str().and_then(|pattern| pattern.strip_prefix('*')) {
        Some(end) => value.as_str().is_some_and(|text| text.ends_with(end)),
        None => pattern == value,
    }
}

/// Some lists return more than the filter matches.
fn is_of_another_project(scope: &Scope<'_>, element: &Wire) -> bool {
    wire::project(&scope.desired).zip(wire::project(element)).is_some_and(|(desired, has)| desired != has)
}
