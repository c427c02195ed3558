//! The look-up of an object that a create may have created. Makes no changes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use catalog::{Input, Kind, Listing, Property, Resource};
use jiff::{SignedDuration, Timestamp};
use value::{Object, Value};

use crate::context::Context;
use crate::journal::Attempt;
use crate::{list, outcome, read};
use rules::diff;
use rules::error::{Error, ErrorKind};
use rules::operation::{DiffRequest, ReadBack};
use rules::place;
use rules::presence;
use rules::scope::Scope;
use rules::secret_reference::contains_secrets;
use rules::wire::{self, Wire};

/// Pauses between the look-ups in milliseconds, if lists and reads may lag behind.
pub(super) const PAUSES: [u64; 4] = [500, 1000, 2000, 4000];

/// The tolerance for the clocks of the API's servers: `Date` headers have a resolution of one second.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

/// The maximum age of an object with an automatic name that may come from an attempt without a journal.
const RECENT: SignedDuration = SignedDuration::from_hours(24);

/// The fields of list elements that contain the creation time.
const CREATED: [&str; 2] = ["created_at", "creation_date"];

/// The criteria of a look-up.
pub(super) struct Sought<'s> {
    /// The earliest creation time.
    pub(super) since: Since<'s>,
    /// The name, if the object has one.
    pub(super) name: Option<&'s str>,
    /// The IDs of the objects that existed before.
    pub(super) before: &'s [String],
    pub(super) pauses: &'s [u64],
}

/// The objects that the attempt can have created, and whether reads lag behind lists: a listed object could not be read.
#[derive(Default)]
struct Candidates {
    found: Vec<Candidate>,
    lag: bool,
}

/// The earliest creation time. It is computed after the first response of a look-up, which contains the API's clock.
#[derive(Clone, Copy)]
pub(super) enum Since<'s> {
    /// A call of this process that started then.
    Call(Instant),
    /// A call of an earlier process.
    Former(&'s Attempt),
    /// A call without a journal.
    Recent,
}

impl Since<'_> {
    /// The inputs of the call, with the secrets of the program: the journal contains none.
    pub(super) fn inputs(&self, resource: &Resource, inputs: &Object) -> Object {
        let sent = match self {
            Self::Former(attempt) => attempt.inputs.as_ref(),
            Self::Call(_) | Self::Recent => None,
        };
        let Some(sent) = sent else { return inputs.clone() };
        let secrets = inputs.iter().filter(|(name, value)| is_secret(resource, name, value));
        let secrets = secrets.map(|(name, value)| (name.clone(), value.clone()));
        secrets.chain(sent.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())))).collect()
    }
}

/// An object that the attempt can have created.
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) found: ReadBack,
    /// It would have to be replaced to match the program.
    pub(super) differs: bool,
}

/// Looks up the object, with retries if it is not found; several matches are an error.
pub(super) async fn search(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    sought: &Sought<'_>,
) -> Result<Option<Candidate>, Error> {
    let mut pauses = sought.pauses.iter();
    let mut lagged = false;
    loop {
        let Candidates { mut found, lag } = candidates(cx, scope, inputs, sought).await?;
        if lag && !lagged {
            lagged = true;
            pauses = PAUSES.iter();
        }
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
) -> Result<Candidates, Error> {
    let is_free = |id: &str| !cx.journal.is_of_another(&cx.resource.token, cx.urn, id);
    // An ID that follows from the inputs can be read: no other object can have it. The object may be older than the attempt.
    if let Some(id) = scope.id() {
        let found = if is_free(&id) { read(cx, &id, inputs).await? } else { None };
        let since = earliest(cx, sought.since);
        let found = found.filter(|found| read::created_at(&found.state).is_none_or(|created| created >= since));
        let candidate = found.map(|found| Candidate { differs: differs(cx, inputs, &found), id, found });
        return Ok(Candidates { found: candidate.into_iter().collect(), lag: false });
    }
    let Some(listing) = &cx.resource.listing else { return Ok(Candidates::default()) };
    let sent = sought.since.inputs(cx.resource, inputs);
    let later = outcome::not_in_first_step(cx, scope, &sent);
    let elements = list::elements_of(cx, &query(cx.resource, scope, inputs)).await?;
    let since = earliest(cx, sought.since);
    let must_equal = is_recognized_by_inputs(cx.resource, sought.name, inputs);
    let mut candidates = Candidates::default();
    for (listed, element) in elements {
        let has_name = |name: &str| {
            let other = wire::get(&element, &listing.name).and_then(wire::plain_text);
            other.is_some_and(|other| other == name)
        };
        let is_older = !listing.undated && created(&element).is_some_and(|created| created < since);
        if is_older || !sought.name.is_none_or(has_name) || !is_free(&listed.id) || sought.before.contains(&listed.id) {
            continue;
        }
        let Some(found) = read(cx, &listed.id, inputs).await? else {
            candidates.lag = true;
            continue;
        };
        let differs = differs(cx, inputs, &found);
        if must_equal && differs_at_all(cx, &sent, &found, &later) {
            continue;
        }
        candidates.found.push(Candidate { id: listed.id, found, differs });
    }
    Ok(candidates)
}

/// The filters of a list: the region or zone, the owner, and the parent.
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

/// The live object in the program's spelling; `None` if it does not exist.
pub(super) async fn read(cx: &Context<'_>, id: &str, inputs: &Object) -> Result<Option<ReadBack>, Error> {
    match read::read(cx, id, inputs, &Object::new()).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found,
    }
}

/// Whether an object would have to be replaced to match the program, by its readable properties.
pub(super) fn differs(cx: &Context<'_>, inputs: &Object, found: &ReadBack) -> bool {
    changes(cx, inputs, found).into_iter().any(|(_, replace)| replace)
}

/// Whether any readable property of the create request differs from the program.
fn differs_at_all(cx: &Context<'_>, inputs: &Object, found: &ReadBack, later: &BTreeSet<String>) -> bool {
    changes(cx, inputs, found).into_iter().any(|(name, _)| !later.contains(&name))
}

/// The readable properties that differ, and whether each requires a replacement.
fn changes(cx: &Context<'_>, inputs: &Object, found: &ReadBack) -> Vec<(String, bool)> {
    let now = cx.now();
    let request = DiffRequest { olds: &found.state, old_inputs: &found.inputs, news: inputs, ignore_changes: &[], now };
    let diff = diff::diff(cx.resource, &request);
    let changes = diff.changes.iter().filter_map(|(path, change)| Some((path.top()?.to_owned(), change.replace)));
    changes.filter(|(name, _)| cx.resource.properties.get(name).is_some_and(|own| own.read.is_some())).collect()
}

/// The earliest creation time by the API's clock, otherwise by this machine's.
fn earliest(cx: &Context<'_>, since: Since<'_>) -> Timestamp {
    let clock = cx.client.clock();
    let own = cx.now();
    let server = |instant| cx.client.server_time(instant);
    let time = match since {
        Since::Call(began) => server(began).unwrap_or(own),
        Since::Recent => server(clock.now()).unwrap_or(own).checked_sub(RECENT).unwrap_or_default(),
        // There was no response before that call: its time is this machine's.
        Since::Former(attempt) if !attempt.by_server => {
            let offset = server(clock.now()).map_or(SignedDuration::ZERO, |server| server.duration_since(own));
            attempt.began.checked_add(offset).unwrap_or(attempt.began)
        }
        Since::Former(attempt) => attempt.began,
    };
    time.checked_sub(SKEW).unwrap_or(time)
}

fn created(element: &Wire) -> Option<Timestamp> {
    CREATED.iter().find_map(|field| wire::get(element, field)?.as_str()?.parse().ok())
}

/// The IDs of all existing objects.
pub(super) async fn ids(cx: &Context<'_>, scope: &Scope<'_>) -> Result<Vec<String>, Error> {
    let mut query = query(cx.resource, scope, &Object::new());
    let listing = cx.resource.listing.as_ref();
    let parents = listing.into_iter().flat_map(|listing| &listing.of).map(|of| &of.property);
    // The query has the region or zone of the scope, which may be that of the parent.
    let is_filter =
        |name: &&String| cx.resource.properties.contains_key(*name) && !["region", "zone"].contains(&name.as_str());
    let filters = listing.into_iter().flat_map(|listing| &listing.inputs).filter(is_filter);
    for name in parents.chain(filters) {
        let value = scope.source(&catalog::Source::Property(name.clone()));
        if let Some(text) = value.as_ref().and_then(wire::plain_text) {
            query.insert(name.clone(), Value::from(text));
        }
    }
    Ok(list::elements_of(cx, &query).await?.into_iter().map(|(listed, _)| listed.id).collect())
}

/// Whether a new object cannot be distinguished from older ones by ID, name or creation time.
pub(super) fn needs_snapshot(resource: &Resource, scope: &Scope<'_>) -> bool {
    let Some(listing) = resource.listing.as_ref().filter(|listing| listing.undated || listing.list.is_none()) else {
        return false;
    };
    let is_named = resource.properties.values().any(|property| is_shown(property, listing) && property.send.is_some());
    !is_named && resource.named_by.is_empty() && scope.id().is_none()
}

/// The name in the request that lists return.
pub(super) fn name_of(resource: &Resource, scope: &Scope<'_>) -> Option<String> {
    let listing = resource.listing.as_ref()?;
    let shown = resource.properties.values().filter(|property| is_shown(property, listing));
    let mut sent = shown.filter_map(|property| property.send.as_deref());
    sent.find_map(|field| scope.desired_field(field).and_then(wire::plain_text)).filter(|name| !name.is_empty())
}

/// Whether an input is not written to the journal: it is marked as secret in the descriptor or in the program.
pub(super) fn is_secret(resource: &Resource, name: &str, value: &Value) -> bool {
    value.contains_secret() || resource.properties.get(name).is_some_and(contains_secrets)
}

/// Whether only an object that is equal to the create request matches: it has no name, or one that is not unique.
pub(super) fn is_recognized_by_inputs(resource: &Resource, name: Option<&str>, inputs: &Object) -> bool {
    let is_undated = resource.listing.as_ref().is_some_and(|listing| listing.undated);
    name.is_none() || (is_undated && !has_automatic_name(resource, inputs))
}

/// Whether the name is automatic.
pub(super) fn has_automatic_name(resource: &Resource, inputs: &Object) -> bool {
    let mut names = resource.properties.iter().filter(|(_, property)| property.input == Input::Auto);
    names.any(|(name, _)| presence::is_filled_in(inputs, name))
}

fn several(resource: &Resource, found: &[Candidate]) -> Error {
    let ids = found.iter().map(|candidate| candidate.id.as_str()).collect::<Vec<_>>().join(", ");
    let label = &resource.label;
    let fact =
        format!("the response to the create request of the {label} is ambiguous, and several objects match: {ids}");
    Error::new(ErrorKind::Precondition, fact)
        .hint("import one of them with the `import` option, or delete all of them, and run `up` again")
}

/// Whether lists return a property as the name. A flag is not a name, also if it is read from one, such as an address.
fn is_shown(property: &Property, listing: &Listing) -> bool {
    property.read.as_deref() == Some(listing.name.as_str()) && !matches!(property.kind, Kind::Boolean)
}
