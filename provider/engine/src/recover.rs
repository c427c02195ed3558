//! Creates whose response is ambiguous: the request was sent, and nothing shows whether the object exists. It is looked
//! up before the call is repeated, in the same operation, or by the next process if this one was killed.
//!
//! Adopts only what the attempt can have made: an object of the same name and parent that was created after the attempt
//! began, by the API's clock, that belongs to no other resource of this process and needs no replacement to be what the
//! program wants. Of several such objects none is adopted. Decides nothing about later calls of a create.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use catalog::{Input, Resource};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use value::{Object, Value};

use crate::context::Context;
use crate::engine::hour;
use crate::error::{Error, ErrorKind, Left};
use crate::journal::Attempt;
use crate::operation::{Created, DiffRequest, ReadBack};
use crate::place;
use crate::scope::Scope;
use crate::turns::Turns;
use crate::wire::{self, Wire};
use crate::{diff, list, look, run};

/// What the creating call came to.
pub(crate) enum Begun {
    /// The object, as the call or the look-up has answered.
    Made(Json),
    /// An object that existed before, now as the program wants it.
    Adopted(Created),
}

/// How often the creating call is made if each response is ambiguous and the object does not exist afterwards.
const ATTEMPTS: u32 = 4;

/// Pauses between the look-ups after an ambiguous response, in milliseconds: lists may lag behind.
const PAUSES: [u64; 4] = [500, 1000, 2000, 4000];

/// The same where another process sent the call, some time ago.
const PAUSES_LATER: [u64; 1] = [500];

/// How far the clocks of the API's machines may differ: `Date` headers are whole seconds.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

/// How long an object with an automatic name may exist to be the result of an attempt that no journal shows.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// Fields in which elements of lists carry their time of creation.
const CREATED: [&str; 2] = ["created_at", "creation_date"];

/// What a look-up is for.
struct Sought<'s> {
    /// The object was not created before.
    since: Timestamp,
    /// Its name, if it has one.
    name: Option<&'s str>,
    /// What existed before.
    before: &'s [String],
    pauses: &'s [u64],
}

/// An object that the attempt can have made.
struct Candidate {
    id: String,
    found: ReadBack,
    /// It has to be replaced to be what the program wants.
    differs: bool,
}

/// Finishes what a former process has begun for the same URN; nothing if there is no such object.
pub(crate) async fn former(cx: &Context<'_>, inputs: &Object) -> Result<Option<Created>, Error> {
    let turns = Turns::default();
    let cx = &Context { turns: &turns, ..*cx };
    let scope = Scope::of_inputs(cx.resource, inputs, cx.defaults)?;
    let Some(attempt) = cx.creates.unfinished(cx.urn).filter(|attempt| attempt.token == cx.resource.token) else {
        return if cx.creates.is_foreign(cx.urn) { unrecorded(cx, &scope, inputs).await } else { Ok(None) };
    };
    cx.progress.status("looking up what an interrupted run has created");
    let candidate = match &attempt.id {
        Some(id) => read(cx, id, inputs).await?.map(|found| {
            let differs = differs(cx, inputs, &found, |_| true);
            Candidate { id: id.clone(), found, differs }
        }),
        None => {
            let sought = Sought {
                since: since_of(cx, &attempt),
                name: attempt.name.as_deref(),
                before: &attempt.before,
                pauses: &PAUSES_LATER,
            };
            search(cx, &scope, inputs, &sought).await?
        }
    };
    let Some(candidate) = candidate else {
        cx.creates.closed(cx.urn);
        return Ok(None);
    };
    // Nothing else can be meant by an id that the interrupted call was answered with.
    let certain = attempt.id.is_some();
    if candidate.differs && !certain {
        cx.progress.warning(&format!(
            "an interrupted run has probably created the {} {}, which differs from the program in what cannot be changed: \
             delete it if nothing uses it",
            cx.resource.label, candidate.id
        ));
        return Ok(None);
    }
    if candidate.differs || shows_secret_once(cx.resource) {
        discard(cx, &candidate).await?;
        return Ok(None);
    }
    adopt(cx, candidate, inputs, "an interrupted run").await.map(Some)
}

/// Makes the creating call; after an ambiguous response the object is looked up before the call is repeated.
pub(crate) async fn begin(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Begun, Error> {
    let turns = Turns::default();
    let aside = &Context { turns: &turns, ..*cx };
    let name = name_of(cx.resource, scope);
    let key = format!("{} {}", cx.resource.token, name.as_deref().unwrap_or_default());
    let lock = cx.creates.lock(&key);
    let before =
        if needs_snapshot(cx.resource, scope, name.as_deref()) { ids(aside, scope).await? } else { Vec::new() };
    let began = cx.client.clock().now();
    note(cx, scope, name.as_deref(), &before, began);
    let mut doubt: Option<Error> = None;
    for attempt in 1.. {
        let made = {
            let _under_way = lock.read().await;
            run::begin(cx, scope, inputs).await
        };
        let error = match made {
            Ok(answer) if has_id(scope, &answer) => return Ok(Begun::Made(answer)),
            Ok(_) => without_id(cx.resource),
            Err(error) => error,
        };
        if doubt.is_none() && !error.maybe_done() {
            return rejected(aside, scope, inputs, name.as_deref(), error).await;
        }
        if error.kind() == ErrorKind::Cancelled {
            return Err(unclear(cx.resource, error));
        }
        tracing::debug!(resource = %cx.resource.label, %error, "ambiguous response to a create request");
        cx.progress.status("the response to the create request is ambiguous: looking up the object");
        let _alone = lock.write().await;
        let since = || since(cx, began);
        let sought = Sought { since: since(), name: name.as_deref(), before: &before, pauses: &PAUSES };
        match search(aside, scope, inputs, &sought).await {
            Ok(Some(candidate)) if shows_secret_once(cx.resource) => {
                discard(aside, &candidate).await?;
                note(cx, scope, name.as_deref(), &before, began);
            }
            Ok(Some(candidate)) => match answer_of(aside, &candidate.id, inputs).await {
                Ok(answer) => return Ok(Begun::Made(answer)),
                Err(_) => return adopt(aside, candidate, inputs, "this run").await.map(Begun::Adopted),
            },
            Ok(None) => {}
            Err(several) if several.kind() == ErrorKind::Precondition => return Err(several),
            Err(lookup) => {
                tracing::debug!(%lookup, "the look-up failed");
                return Err(unclear(cx.resource, error));
            }
        }
        // The object does not exist, so a repeated call that is rejected is the end.
        if !error.maybe_done() {
            cx.creates.closed(cx.urn);
            return Err(error);
        }
        if attempt == ATTEMPTS || cx.limit.saturating_sub(cx.spent()).is_zero() {
            return Err(unclear(cx.resource, error));
        }
        doubt = Some(error);
    }
    Err(without_id(cx.resource))
}

/// A response without an id leaves open what was created.
pub(crate) fn without_id(resource: &Resource) -> Error {
    let fact = format!("the API answered the create request of the {} without an id", resource.label);
    Error::new(ErrorKind::Internal, fact).doubtful()
}

/// A call that certainly created nothing. What exists already under an automatic name was created by a run that no
/// journal shows, such as a killed CI job.
async fn rejected(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    name: Option<&str>,
    error: Error,
) -> Result<Begun, Error> {
    cx.creates.closed(cx.urn);
    if !exists_already(&error) || !has_automatic_name(cx.resource, inputs) {
        return Err(error);
    }
    let since = now(cx).checked_sub(RECENT).unwrap_or_default();
    let sought = Sought { since, name, before: &[], pauses: &[] };
    match search(cx, scope, inputs, &sought).await {
        Ok(Some(candidate)) if !candidate.differs && !shows_secret_once(cx.resource) => {
            adopt(cx, candidate, inputs, "an earlier run").await.map(Begun::Adopted)
        }
        _ => Err(error),
    }
}

/// A stack whose objects are stored, but not created, on this machine: an automatic name shows what a killed run left.
async fn unrecorded(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Option<Created>, Error> {
    let is_listed = cx.resource.listing.as_ref().is_some_and(|listing| listing.list.is_some() && !listing.undated);
    let Some(name) = name_of(cx.resource, scope).filter(|_| is_listed && has_automatic_name(cx.resource, inputs))
    else {
        return Ok(None);
    };
    let since = now(cx).checked_sub(RECENT).unwrap_or_default();
    let sought = Sought { since, name: Some(&name), before: &[], pauses: &[] };
    let candidate = search(cx, scope, inputs, &sought).await?;
    let Some(candidate) = candidate.filter(|candidate| !candidate.differs) else { return Ok(None) };
    if shows_secret_once(cx.resource) {
        discard(cx, &candidate).await?;
        return Ok(None);
    }
    adopt(cx, candidate, inputs, "an earlier run").await.map(Some)
}

/// Looks up the object, several times if it does not show; several that fit are an error.
async fn search(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    sought: &Sought<'_>,
) -> Result<Option<Candidate>, Error> {
    let mut pauses = sought.pauses.iter();
    loop {
        let mut found = candidates(cx, scope, inputs, sought).await?;
        if found.iter().any(|candidate| !candidate.differs) {
            found.retain(|candidate| !candidate.differs);
        }
        match (found.len(), pauses.next()) {
            (0, Some(pause)) => cx.pause(Duration::from_millis(*pause), "looking up the new object").await?,
            (0, None) => return Ok(None),
            (1, _) => return Ok(found.pop()),
            _ => return Err(several(cx.resource, &found)),
        }
    }
}

async fn candidates(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    sought: &Sought<'_>,
) -> Result<Vec<Candidate>, Error> {
    let is_free = |id: &str| !cx.creates.is_of_another(&cx.resource.token, cx.urn, id);
    // An id that follows from the inputs can be read: nothing else can have it.
    if let Some(id) = scope.id() {
        let found = if is_free(&id) { read(cx, &id, inputs).await? } else { None };
        let candidate = found.map(|found| Candidate { differs: differs(cx, inputs, &found, |_| true), id, found });
        return Ok(candidate.into_iter().collect());
    }
    let Some(listing) = &cx.resource.listing else { return Ok(Vec::new()) };
    let later = run::not_in_first_step(cx, scope, inputs);
    let mut candidates = Vec::new();
    for (listed, element) in list::elements_of(cx, &query(cx.resource, scope, inputs)).await? {
        let has_name = |name: &str| {
            let other = wire::get(&element, &listing.name).and_then(wire::plain_text);
            other.is_some_and(|other| other == name)
        };
        let is_older = created(&element).is_some_and(|created| created < sought.since);
        if is_older || !sought.name.is_none_or(has_name) || !is_free(&listed.id) || sought.before.contains(&listed.id) {
            continue;
        }
        let Some(found) = read(cx, &listed.id, inputs).await? else { continue };
        // Without a name, only an object that is all that the creating call asks for can be meant.
        let differs = differs(cx, inputs, &found, |_| true);
        let deviates = differs_at_all(cx, inputs, &found, &later);
        if sought.name.is_none() && deviates {
            continue;
        }
        candidates.push(Candidate { id: listed.id, found, differs });
    }
    Ok(candidates)
}

/// What narrows a list down: the place, the owner, and what the object is a part of.
fn query(resource: &Resource, scope: &Scope<'_>, inputs: &Object) -> Object {
    let mut query = Object::new();
    let Some(listing) = &resource.listing else { return query };
    let parents = listing.of.iter().map(|of| &of.property);
    for name in listing.inputs.iter().chain(parents) {
        if let Some(text) = inputs.text(name) {
            query.insert(name.clone(), Value::from(text));
        }
    }
    if let (Some(name), Some(locality)) = (place::property(resource.locality), scope.locality()) {
        query.insert(name.to_owned(), Value::from(locality));
    }
    query
}

/// An object as it is, in the program's spelling; nothing if it does not exist.
async fn read(cx: &Context<'_>, id: &str, inputs: &Object) -> Result<Option<ReadBack>, Error> {
    match run::read(cx, id, inputs, &Object::new()).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found,
    }
}

/// Whether an object has to be replaced to be what the program wants, as far as can be read.
fn differs(cx: &Context<'_>, inputs: &Object, found: &ReadBack, counts: impl Fn(&str) -> bool) -> bool {
    changes(cx, inputs, found).into_iter().any(|(name, replace)| replace && counts(&name))
}

/// Whether anything that the creating call carries is not what the program wants, as far as can be read.
fn differs_at_all(cx: &Context<'_>, inputs: &Object, found: &ReadBack, later: &BTreeSet<String>) -> bool {
    changes(cx, inputs, found).into_iter().any(|(name, _)| !later.contains(&name))
}

/// The readable properties that differ, and whether each needs a replacement.
fn changes(cx: &Context<'_>, inputs: &Object, found: &ReadBack) -> Vec<(String, bool)> {
    let now = hour(&*cx.client.clock());
    let request = DiffRequest { olds: &found.state, old_inputs: &found.inputs, news: inputs, ignore_changes: &[], now };
    let diff = diff::diff(cx.resource, &request);
    let changes = diff.changes.iter().filter_map(|(path, change)| Some((path.top()?.to_owned(), change.replace)));
    changes.filter(|(name, _)| cx.resource.properties.get(name).is_some_and(|own| own.read.is_some())).collect()
}

/// The object in the shape of the creating call's answer.
async fn answer_of(cx: &Context<'_>, id: &str, inputs: &Object) -> Result<Json, Error> {
    let mut scope = Scope::of_id(cx.resource, id, inputs, cx.defaults)?;
    look::first(cx, &mut scope, true).await?;
    Ok(Json::Object(scope.answers))
}

/// Takes over an object and makes it what the program wants, with everything that cannot be read sent again.
async fn adopt(cx: &Context<'_>, candidate: Candidate, inputs: &Object, who: &str) -> Result<Created, Error> {
    let Candidate { id, found, .. } = candidate;
    let label = &cx.resource.label;
    cx.creates.made(&cx.resource.token, cx.urn, &id);
    cx.progress.warning(&format!("{who} has created the {label} {id} already: it is used instead of a second one"));
    let is_known = |name: &str| {
        let property = cx.resource.properties.get(name);
        property.is_none_or(|own| own.read.is_some() || own.replace || own.once || own.send.is_none())
    };
    let mut old_inputs = found.inputs.clone();
    old_inputs.retain(|name, _| is_known(name));
    match run::update(cx, &id, &found.state, &old_inputs, inputs).await {
        Ok(state) => Ok(Created { id, state }),
        Err(error) if error.left().is_some() => Err(error),
        Err(error) => Err(error.leaving(Left { id, state: found.state, inputs: old_inputs })),
    }
}

/// Deletes an object that cannot be used: what it showed once is lost.
async fn discard(cx: &Context<'_>, candidate: &Candidate) -> Result<(), Error> {
    let what =
        format!("deleting the {} {}, whose response was lost, to create it again", cx.resource.label, candidate.id);
    cx.progress.warning(&what);
    run::delete(cx, &candidate.id, &candidate.found.state, &candidate.found.inputs).await?;
    cx.creates.closed(cx.urn);
    Ok(())
}

fn note(cx: &Context<'_>, scope: &Scope<'_>, name: Option<&str>, before: &[String], began: Instant) {
    let by_server = cx.client.server_time(began);
    cx.creates.began(&Attempt {
        urn: cx.urn.to_owned(),
        token: cx.resource.token.clone(),
        began: by_server.unwrap_or_else(|| hour(&*cx.client.clock())),
        by_server: by_server.is_some(),
        name: name.map(str::to_owned),
        locality: scope.locality().map(str::to_owned),
        project: scope.source(&catalog::Source::Project).as_ref().and_then(wire::plain_text),
        before: before.to_vec(),
        id: None,
    });
}

/// The earliest time of creation of what a call of this process has made.
fn since(cx: &Context<'_>, began: Instant) -> Timestamp {
    let time = cx.client.server_time(began).unwrap_or_else(|| hour(&*cx.client.clock()));
    time.checked_sub(SKEW).unwrap_or(time)
}

/// The same for a call of a former process. Its clock was this machine's if the API had not answered yet.
fn since_of(cx: &Context<'_>, attempt: &Attempt) -> Timestamp {
    let clock = cx.client.clock();
    let offset = match cx.client.server_time(clock.now()).filter(|_| !attempt.by_server) {
        Some(server) => server.duration_since(hour(&*clock)),
        None => SignedDuration::ZERO,
    };
    let time = attempt.began.checked_add(offset).and_then(|time| time.checked_sub(SKEW));
    time.unwrap_or(attempt.began)
}

/// The time by the API's clock, or else by ours.
fn now(cx: &Context<'_>) -> Timestamp {
    let clock = cx.client.clock();
    cx.client.server_time(clock.now()).unwrap_or_else(|| hour(&*clock))
}

fn created(element: &Wire) -> Option<Timestamp> {
    CREATED.iter().find_map(|field| wire::get(element, field)?.as_str()?.parse().ok())
}

/// The ids of all that exist.
async fn ids(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Vec<String>, Error> {
    let mut query = query(cx.resource, scope, &Object::new());
    for of in cx.resource.listing.iter().flat_map(|listing| &listing.of) {
        let parent = scope.source(&catalog::Source::Property(of.property.clone()));
        if let Some(text) = parent.as_ref().and_then(wire::plain_text) {
            query.insert(of.property.clone(), Value::from(text));
        }
    }
    Ok(list::elements_of(cx, &query).await?.into_iter().map(|(listed, _)| listed.id).collect())
}

/// Whether a new object of a kind cannot be told from older ones: neither id, name nor time of creation does.
fn needs_snapshot(resource: &Resource, scope: &Scope<'_>, name: Option<&str>) -> bool {
    let is_undated = resource.listing.as_ref().is_some_and(|listing| listing.undated && listing.list.is_some());
    is_undated && name.is_none() && scope.id().is_none()
}

/// The name in the request that lists show.
fn name_of(resource: &Resource, scope: &Scope<'_>) -> Option<String> {
    let listing = resource.listing.as_ref()?;
    let shown = |property: &&catalog::Property| property.read.as_deref() == Some(listing.name.as_str());
    let mut sent = resource.properties.values().filter(shown).filter_map(|property| property.send.as_deref());
    sent.find_map(|field| scope.wanted_field(field).and_then(wire::plain_text)).filter(|name| !name.is_empty())
}

/// Whether the name was not given by the program.
fn has_automatic_name(resource: &Resource, inputs: &Object) -> bool {
    let made = inputs.get("__defaults").and_then(Value::as_array).unwrap_or_default();
    let is_automatic = |name: &str| resource.properties.get(name).is_some_and(|own| own.input == Input::Auto);
    made.iter().filter_map(Value::as_str).any(is_automatic)
}

/// Whether the API shows a secret of the resource only in the answer to the creating call.
fn shows_secret_once(resource: &Resource) -> bool {
    resource.properties.values().any(|property| property.told_once && property.secret && property.input == Input::No)
}

fn has_id(scope: &Scope<'_>, answer: &Json) -> bool {
    let mut scope = scope.clone();
    look::learn(scope.resource, &mut scope, None, answer.clone());
    scope.id().is_some()
}

/// Whether a call was rejected because there is such an object.
fn exists_already(error: &Error) -> bool {
    let Some(api) = error.api() else { return false };
    let texts: Vec<String> = api.message().into_iter().chain(api.of_arguments()).map(str::to_lowercase).collect();
    api.error_type().is_some_and(|kind| matches!(kind, "already_exists" | "BucketAlreadyOwnedByYou"))
        || texts.iter().any(|text| text.contains("already exist") || text.contains("already taken"))
}

/// An error of a create after which the object may exist.
fn unclear(resource: &Resource, error: Error) -> Error {
    if !error.maybe_done() {
        return error;
    }
    error.hint(format!(
        "the {} may exist: the next `up` on this machine looks it up before it creates another one",
        resource.label
    ))
}

fn several(resource: &Resource, found: &[Candidate]) -> Error {
    let ids = found.iter().map(|candidate| candidate.id.as_str()).collect::<Vec<_>>().join(", ");
    let label = &resource.label;
    let fact =
        format!("the response to the create request of the {label} is ambiguous, and several objects fit: {ids}");
    Error::new(ErrorKind::Precondition, fact)
        .hint("import the right one with the `import` option, or delete them all, and run `up` again")
}
