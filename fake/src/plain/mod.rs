//! The operations of plain kinds, served from the API document and the facts in `kinds/`.
//!
//! It implements the verbs create, get, list, update and delete, and depends on no product.

mod fields;
mod values;

use scaleway_api::Operation;
use serde_json::{Map, Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::facts::{self, Parent, Plain, Status};
use crate::paging;
use crate::response::ApiError;
use crate::store::{Kind, Object};
use fields::{at, base, derive, given, set, shape};

/// What an operation does with an object of a plain kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Read(ReadVerb),
    Write(WriteVerb),
}

/// What an operation does that changes no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadVerb {
    Get,
    List,
}

/// What an operation does that changes an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WriteVerb {
    Create,
    Update,
    Delete,
    /// Sets the fields that the facts give for the operation.
    Act,
}

/// The plain kind and verb of an operation, found by its id: a verb and the noun of the kind.
pub(crate) fn find(document: &str, operation: &Operation) -> Option<(&'static Plain, Verb)> {
    let facts = facts::of(document)?;
    facts.plain.iter().find_map(|plain| {
        if plain.facts.actions.contains_key(&operation.id) {
            return Some((plain, Verb::Write(WriteVerb::Act)));
        }
        if plain.facts.creates.contains_key(&operation.id) {
            return Some((plain, Verb::Write(WriteVerb::Create)));
        }
        let noun = &plain.facts.noun;
        let verb = match operation.id.strip_suffix(noun.as_str()) {
            Some("Create") => Verb::Write(WriteVerb::Create),
            Some("Get") => Verb::Read(ReadVerb::Get),
            Some("Update") => Verb::Write(WriteVerb::Update),
            Some("Delete") => Verb::Write(WriteVerb::Delete),
            _ if operation.id.strip_prefix("List").is_some_and(|plural| is_plural(plural, noun)) => {
                Verb::Read(ReadVerb::List)
            }
            _ => return None,
        };
        Some((plain, verb))
    })
}

fn is_plural(plural: &str, noun: &str) -> bool {
    let regular = plural.strip_prefix(noun).is_some_and(|ending| match ending {
        "" => noun.ends_with('s'),
        ending => matches!(ending, "s" | "es"),
    });
    let stem = noun.strip_suffix('y');
    regular || stem.is_some_and(|stem| plural.strip_prefix(stem) == Some("ies"))
}

/// Serves an operation that changes no object.
pub(crate) fn read(call: &mut ReadCall<'_>, plain: &'static Plain, verb: ReadVerb) -> Handled {
    match verb {
        ReadVerb::Get => call.get(&plain.kind),
        ReadVerb::List => list(call, plain),
    }
}

/// Serves an operation that changes an object.
pub(crate) fn write(call: &mut Call<'_>, plain: &'static Plain, verb: WriteVerb) -> Handled {
    match verb {
        WriteVerb::Create => create(call, plain, json!({})),
        WriteVerb::Update => update(call, plain),
        WriteVerb::Delete => delete(call, plain),
        WriteVerb::Act => act(call, plain),
    }
}

/// Creates an object. `known` are fields that the product computes, also the `id` if it is not a UUID.
pub(crate) fn create(call: &mut Call<'_>, plain: &'static Plain, known: Value) -> Handled {
    let facts = &plain.facts;
    check(call, plain)?;
    let project = call.project()?;
    let parents = parents(call, plain, "create")?;
    let id = known["id"].as_str().map_or_else(|| call.world.uuid(), str::to_owned);
    let mut fields = base(call, plain, &id, &project);
    let mut hidden = Map::new();
    let is_shown =
        |name: &str| facts::properties(plain.document, plain.kind.schema).is_some_and(|shown| shown.contains_key(name));
    for (field, parent) in &parents {
        for name in facts.parents.get(field).into_iter().flat_map(|parent| &parent.take) {
            let value = call.world.store.inherited(parent, name).cloned().unwrap_or_default();
            let place = if is_shown(name) { &mut fields } else { &mut hidden };
            place.insert(name.clone(), value);
        }
    }
    fields.extend(crate::call::object(known));
    set(call, &facts.set, &mut fields);
    if let Some(create) = facts.creates.get(&call.operation.id) {
        set(call, &create.set, &mut fields);
    }
    if let Some(status) = &plain.status {
        fields.entry(status.field.clone()).or_insert_with(|| json!(status.created));
    }
    shape(plain, &mut fields);
    derive(plain, &mut fields);
    unique(call, plain, &fields)?;
    let mut object = Object::new(&plain.kind, &call.locality(), &id, fields);
    hidden.extend(facts.hidden.iter().filter_map(|name| Some((name.clone(), named(call, name)?))));
    object.hidden.extend(hidden);
    let passes = |status: &&Status| status.created != status.settled && object.text(&status.field) == status.created;
    if let Some(status) = plain.status.as_ref().filter(passes) {
        let mut then = Map::from_iter([(status.field.clone(), json!(status.settled))]);
        set(call, &facts.then, &mut then);
        object.settle(call.now, call.world.settle, vec![then]);
    }
    let mut shown = crate::call::object(call.insert(&plain.kind, object));
    set(call, &facts.created_response, &mut shown);
    let answer = changed(call, plain, Value::Object(shown));
    Ok(if facts.nanoseconds { call.precise(answer, &["created_at", "updated_at"]) } else { answer })
}

/// A page of the objects that the query selects.
pub(crate) fn list(call: &mut Call<'_, impl WorldRef>, plain: &'static Plain) -> Handled {
    let facts = &plain.facts;
    for parameter in &facts.ignored {
        call.query.remove(parameter);
    }
    for (parameter, id) in &call.parameters {
        if let Some(parent) = facts.parents.get(parameter) {
            call.find(kind(call, &parent.kind)?, id)?;
        }
    }
    for (parameter, field) in &facts.filters {
        if let Some(value) = call.query.remove(parameter) {
            call.query.insert(field.clone(), value);
        }
    }
    let parts: Vec<(&String, Value)> =
        facts.contains.iter().filter_map(|name| Some((name, call.query.remove(name)?))).collect();
    let holds =
        |object: &Object, name: &str, part: &Value| object.text(name).contains(part.as_str().unwrap_or_default());
    call.list_where(&plain.kind, |object| parts.iter().all(|(name, part)| holds(object, name, part)))
}

/// Sets the fields of the request that the response shows.
pub(crate) fn update(call: &mut Call<'_>, plain: &'static Plain) -> Handled {
    let id = call.id_of(&plain.kind);
    settled(call, plain, &id, "update")?;
    parents(call, plain, "update")?;
    let before = call.find(&plain.kind, &id)?.fields.clone();
    let mut given = given(call, plain, &before);
    let hidden: Vec<_> =
        plain.facts.hidden.iter().filter_map(|name| Some((name.clone(), call.body.get(name)?.clone()))).collect();
    call.change(&plain.kind, &id)?.hidden.extend(hidden);
    let passing =
        plain.status.as_ref().and_then(|status| Some((status, passing(call, plain, status, &before, &given)?)));
    if let Some((status, (value, later))) = passing {
        given.retain(|field, _| !later.contains(field));
        change(call, plain, &id, given)?;
        let mut then = fields::given(call, plain, &before);
        then.retain(|field, _| later.contains(field));
        then.insert(status.field.clone(), json!(status.settled));
        let mut settled = call.find(&plain.kind, &id)?.fields.clone();
        settled.extend(then.clone());
        derive(plain, &mut settled);
        then.extend(plain.facts.derived.keys().filter_map(|field| Some((field.clone(), settled.get(field)?.clone()))));
        let (now, over) = (call.now, call.world.settle);
        let object = call.change(&plain.kind, &id)?;
        object.fields.insert(status.field.clone(), json!(value));
        object.settle(now, over, vec![then]);
    } else {
        let others = fields::others(plain, &given);
        let mut after = before;
        after.extend(given);
        after.retain(|field, _| !others.contains(field));
        derive(plain, &mut after);
        call.change(&plain.kind, &id)?.fields.retain(|field, _| !others.contains(field));
        change(call, plain, &id, after)?;
    }
    let answer = call.get(&plain.kind)?;
    let answer = changed(call, plain, answer);
    Ok(if plain.facts.nanoseconds { call.precise(answer, &["updated_at"]) } else { answer })
}

/// Deletes an object, at once or through a status, with the objects that the facts name.
pub(crate) fn delete(call: &mut Call<'_>, plain: &'static Plain) -> Handled {
    let (facts, id) = (&plain.facts, call.id_of(&plain.kind));
    call.find(&plain.kind, &id)?;
    of_parents_settled(call, plain, &id, "delete")?;
    for by in &facts.kept_by {
        if call.world.store.of_name(&by.kind).any(|other| names(other, &by.field, &id)) {
            return Err(ApiError::precondition("resource_still_in_use", &by.help));
        }
    }
    let (now, over) = (call.now, call.world.settle);
    let deleted = plain.status.as_ref().and_then(|status| Some((&status.field, status.deleted.as_ref()?)));
    let answer = match deleted {
        None => call.delete(&plain.kind)?,
        Some((field, value)) => {
            change(call, plain, &id, crate::call::object(json!({ field: value })))?;
            call.change(&plain.kind, &id)?.vanish(now, over);
            call.get(&plain.kind)?
        }
    };
    remove_parts(call, plain, &id);
    Ok(if facts.nanoseconds && !answer.is_null() { call.precise(answer, &["updated_at"]) } else { answer })
}

/// Deletes the parts of an object (`removed_with`), also for kinds with a delete of their own.
pub(crate) fn remove_parts(call: &mut Call<'_>, plain: &'static Plain, id: &str) {
    for by in &plain.facts.removed_with {
        call.world.store.remove_where(|object| object.kind == by.kind && names(object, &by.field, id));
    }
}

fn act(call: &mut Call<'_>, plain: &'static Plain) -> Handled {
    let id = call.id_of(&plain.kind);
    settled(call, plain, &id, "update")?;
    let fields = plain.facts.actions.get(&call.operation.id).cloned().unwrap_or_default();
    change(call, plain, &id, fields)?;
    let transient = |status: &&Status| {
        let object = call.find(&plain.kind, &id);
        object.is_ok_and(|object| plain.kind.transient.contains(&object.text(&status.field)))
    };
    if let Some(status) = plain.status.as_ref().filter(transient) {
        let (now, over) = (call.now, call.world.settle);
        let settled = crate::call::object(json!({ &status.field: status.settled }));
        call.change(&plain.kind, &id)?.settle(now, over, vec![settled]);
    }
    call.get(&plain.kind)
}

/// The transient status after an update with this call, and the fields that change when it is settled.
fn passing<'a>(
    call: &Call<'_>,
    plain: &'a Plain,
    status: &'a Status,
    before: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Option<(&'a str, Vec<String>)> {
    let target = |field: &str| {
        let renamed = plain.facts.renamed.get(field).map_or(field, String::as_str);
        renamed.split('.').next().unwrap_or(renamed).to_owned()
    };
    let differs = |field: &&String| {
        let target = target(field);
        call.body.contains_key(*field) && given.contains_key(&target) && given.get(&target) != before.get(&target)
    };
    let changed: Vec<&String> = status.updated_by.keys().filter(differs).collect();
    match changed.first() {
        Some(first) => Some((status.updated_by.get(*first)?, changed.iter().map(|field| target(field)).collect())),
        None => status.updated.as_deref().map(|updated| (updated, Vec::new())),
    }
}

/// Whether a field of an object, shown or hidden, names this ID. The field can be a path through objects and lists.
fn names(object: &Object, field: &str, id: &str) -> bool {
    paging::holds(object, field, &json!(id))
}

fn check(call: &Call<'_>, plain: &Plain) -> Result<(), ApiError> {
    let create = plain.facts.creates.get(&call.operation.id);
    for field in create.map_or(&plain.facts.required, |create| &create.required) {
        let value = call.body.get(field);
        if value.is_none_or(|value| value.as_str() == Some("")) {
            return Err(ApiError::required(field));
        }
    }
    for group in plain.facts.exactly_one.iter().filter(|_| create.is_none()) {
        let given = group.iter().filter(|field| call.body.get(*field).is_some_and(|value| value.as_str() != Some("")));
        if given.count() != 1 {
            let help = format!("exactly one of {} is expected", group.join(", "));
            return Err(ApiError::constraint(group.first().map_or("", String::as_str), &help));
        }
    }
    Ok(())
}

/// A field of the request, or a path in it, or a parameter of its path.
fn named(call: &Call<'_>, field: &str) -> Option<Value> {
    at(&call.body, field).or_else(|| call.parameters.get(field).map(|value| json!(value)))
}

/// The objects that fields of the request name; they must exist, and be settled if the facts require it.
fn parents(call: &Call<'_>, plain: &Plain, verb: &str) -> Result<Vec<(String, Object)>, ApiError> {
    let mut found = Vec::new();
    for (field, parent) in &plain.facts.parents {
        let id = named(call, field).and_then(|id| id.as_str().map(str::to_owned));
        let Some(id) = id.filter(|id| !id.is_empty()) else { continue };
        let object = parent_of(call, parent, &id, verb)?;
        found.push((field.clone(), object.clone()));
    }
    Ok(found)
}

fn parent_of<'a>(call: &'a Call<'_>, parent: &Parent, id: &str, verb: &str) -> Result<&'a Object, ApiError> {
    let kind = kind(call, &parent.kind)?;
    if parent.settled.iter().any(|other| other == verb) {
        call.settled(kind, id)?;
    }
    call.find(kind, id)
}

/// Returns 409 while the status of the object, or of a parent that the facts name, is transient.
fn settled(call: &Call<'_>, plain: &Plain, id: &str, verb: &str) -> Result<(), ApiError> {
    call.settled(&plain.kind, id)?;
    of_parents_settled(call, plain, id, verb)
}

fn of_parents_settled(call: &Call<'_>, plain: &Plain, id: &str, verb: &str) -> Result<(), ApiError> {
    let object = call.find(&plain.kind, id)?;
    for (field, parent) in &plain.facts.parents {
        let id = object.fields.get(field).or_else(|| object.hidden.get(field)).and_then(Value::as_str);
        if let Some(id) = id.filter(|id| parent.settled.iter().any(|other| other == verb) && !id.is_empty()) {
            parent_of(call, parent, id, verb)?;
        }
    }
    Ok(())
}

fn kind(call: &Call<'_, impl WorldRef>, name: &str) -> Result<&'static Kind, ApiError> {
    (call.world.kinds)(name).ok_or_else(|| ApiError::defect(&format!("kinds/ names {name}, which does not exist")))
}

fn unique(call: &Call<'_>, plain: &Plain, fields: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(unique) = &plain.facts.unique else { return Ok(()) };
    let locality = call.locality();
    let same = |other: &Object| {
        other.locality == locality && unique.fields.iter().all(|name| other.fields.get(name) == fields.get(name))
    };
    if call.world.store.of(&plain.kind).any(same) {
        let name = fields.get("name").and_then(Value::as_str).unwrap_or_default();
        return Err(ApiError::already_exists(plain.kind.noun(), name, &unique.help));
    }
    Ok(())
}

/// Sets fields of an object, and `updated_at`.
fn change(call: &mut Call<'_>, plain: &Plain, id: &str, fields: Map<String, Value>) -> Result<(), ApiError> {
    let updated_at = call.timestamp();
    let object = call.change(&plain.kind, id)?;
    object.fields.extend(fields);
    crate::call::touch(object, &updated_at);
    Ok(())
}

/// Fields of a response to a change that differ from those of a later GET.
fn changed(call: &mut Call<'_>, plain: &Plain, answer: Value) -> Value {
    let mut shown = crate::call::object(answer);
    set(call, &plain.facts.changed_response, &mut shown);
    Value::Object(shown)
}
