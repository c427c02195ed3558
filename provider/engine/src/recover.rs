//! Creates whose response is ambiguous: the request was sent, and nothing shows whether the object exists. It is looked
//! up before the call is repeated, in the same operation, or by the next process if this one was killed.
//!
//! Adopts only an object that the attempt can have created: with the same name and parent, created after the attempt started
//! by the API's clock, not assigned to another resource of this process, and updatable in place to match the program. If
//! several objects match, none is adopted. Does not handle the later calls of a create.

mod search;

use std::time::{Duration, Instant};

use catalog::{Input, Resource};
use serde_json::{Map, Value as Json};
use value::Object;

use crate::client_error::api_error;
use crate::context::Context;
use crate::journal::Attempt;
use crate::outcome::not_in_first_step;
use crate::parent_locks::ParentLocks;
use crate::{created_with, delete, existing, fetch, special, steps};
use rules::error::{Error, ErrorKind};
use rules::operation::{Created, ReadBack};
use rules::scope::Scope;
use rules::wire;
use search::{
    Candidate, PAUSES, Since, Sought, differs, has_automatic_name, ids, is_recognized_by_inputs, is_secret, name_of,
    needs_snapshot, read, search as look_up,
};

/// The result of the create call.
pub(crate) enum Creation {
    /// The object, as returned by the call or the look-up.
    Response(Json),
    /// An object that existed before and was updated to match the program.
    Adopted(Created),
}

/// The maximum number of create calls if each response is ambiguous and the object does not exist afterwards.
const ATTEMPTS: u32 = 4;

/// Pauses between the look-ups after an interrupted call of an earlier process, in milliseconds.
const PAUSES_LATER: [u64; 1] = [500];

/// Longer than a plugin runs after its engine was killed: 2 s until it detects that, and 4 s until it ends.
const ORPHANED: Duration = Duration::from_secs(7);

/// The interval of the check that another process is still running.
const RUNNING_CHECK: Duration = Duration::from_millis(500);

/// Finishes the create of an earlier process for the same URN; `None` if there is no such object.
pub(crate) async fn former(cx: &Context<'_>, inputs: &Object) -> Result<Option<Created>, Error> {
    let parent_locks = ParentLocks::default();
    let cx = &Context { parent_locks: &parent_locks, ..*cx };
    let scope = Scope::of_inputs(cx.resource, inputs, cx.defaults)?;
    let Some(attempt) = interrupted(cx).await? else {
        if cx.journal.is_foreign(cx.urn) {
            unrecorded(cx, &scope, inputs).await?;
        }
        return Ok(None);
    };
    if attempt.id.is_none() && existing::repeats_creates(cx.resource) {
        return Ok(None);
    }
    cx.progress.status("looking up the object of an interrupted create");
    // The program may have changed since, and inputs select the part of an object that a resource without a name is.
    let sent = Since::Former(&attempt).inputs(cx.resource, inputs);
    let candidate = if let Some(id) = &attempt.id {
        let found = read_created(cx, id, &sent).await?;
        found.map(|found| Candidate { id: id.clone(), differs: differs(cx, inputs, &found), found })
    } else {
        let sought = Sought {
            since: Since::Former(&attempt),
            name: attempt.name.as_deref(),
            before: &attempt.before,
            pauses: &PAUSES_LATER,
        };
        look_up(cx, &scope, inputs, &sought).await?
    };
    let Some(mut candidate) = candidate else {
        cx.journal.closed(cx.urn);
        return Ok(None);
    };
    // The interrupted call returned the ID, so the object is certain.
    let certain = attempt.id.is_some();
    if candidate.differs && !certain {
        cx.progress.warning(&format!(
            "an interrupted run probably created the {} {}, which differs from the program in properties that cannot be updated: \
             delete it if it is not used",
            cx.resource.label, candidate.id
        ));
        return Ok(None);
    }
    created_with::note(cx.resource, &sent, &mut candidate.found.state);
    if candidate.differs || shows_secret_once(cx.resource) {
        discard(cx, &candidate).await?;
        return Ok(None);
    }
    adopt(cx, &scope, candidate, inputs, "an interrupted run").await.map(Some)
}

/// The create of an earlier process for the same URN, which no other process continues. The process of a killed engine runs for
/// some seconds, and is waited for. One that runs longer belongs to another command, which stores its object.
pub(crate) async fn interrupted(cx: &Context<'_>) -> Result<Option<Attempt>, Error> {
    let mut waited = Duration::ZERO;
    while cx.journal.is_running(cx.urn) && waited < ORPHANED {
        let waiting = "waiting for another process that creates this resource";
        cx.progress.status(waiting);
        cx.pause(RUNNING_CHECK, waiting).await?;
        waited += RUNNING_CHECK;
    }
    Ok(cx.journal.claim(cx.urn).filter(|attempt| attempt.token == cx.resource.token))
}

/// The warning about an object that an interrupted replacement may have created, while the state contains the old object. It is
/// not deleted: the user may have imported it.
pub(crate) fn unstored(resource: &Resource, attempt: &Attempt) -> String {
    format!(
        "an interrupted replacement {}, which is not in the state. Another replacement adopts it; otherwise delete it if it is \
         not used, and run `pulumi refresh`, which ends this warning",
        created(resource, attempt)
    )
}

/// The same warning of a delete. The state may contain the object as the replacement of the one that is deleted.
pub(crate) fn not_deleted(resource: &Resource, attempt: &Attempt) -> String {
    let created = created(resource, attempt);
    format!("an interrupted replacement {created}: delete it if it is not used, and if the state does not contain it")
}

fn created(resource: &Resource, attempt: &Attempt) -> String {
    let label = &resource.label;
    let name = attempt.name.as_ref().map(|name| format!(" named \"{name}\"")).unwrap_or_default();
    match &attempt.id {
        Some(id) => format!("has created the {label} {id}{name}"),
        None => format!("may have created another {label}{name} at {}", attempt.began),
    }
}

/// Looks up the object of an interrupted replacement during a refresh of the old object: its ID is noted, or that there is none.
/// The refresh does not depend on it.
pub(crate) async fn find_unstored(cx: &Context<'_>, id: &str, inputs: &Object) {
    let Some(attempt) = cx.journal.unstored(cx.resource, cx.urn, id) else { return };
    let found = if let Some(id) = attempt.id.as_ref().or(attempt.expected_id.as_ref()) {
        read_created(cx, id, inputs).await.map(|found| found.map(|_| id.clone()))
    } else {
        let before = [attempt.before.as_slice(), &[id.to_owned()]].concat();
        let sought = Sought {
            since: Since::Former(&attempt),
            name: attempt.name.as_deref(),
            before: &before,
            pauses: &PAUSES_LATER,
        };
        match Scope::of_inputs(cx.resource, inputs, cx.defaults) {
            Ok(scope) => look_up(cx, &scope, inputs, &sought).await.map(|found| found.map(|found| found.id)),
            Err(error) => Err(error),
        }
    };
    match found {
        Ok(Some(found)) if attempt.id.is_none() => cx.journal.found(cx.urn, &found),
        Ok(Some(_)) => {}
        Ok(None) => cx.journal.closed(cx.urn),
        Err(error) => {
            tracing::debug!(resource = %cx.resource.label, %error, "the look-up of an unstored object failed");
        }
    }
}

/// Reads an object whose create call returned this ID, with retries: the read may lag behind.
async fn read_created(cx: &Context<'_>, id: &str, inputs: &Object) -> Result<Option<ReadBack>, Error> {
    for pause in PAUSES {
        if let Some(found) = read(cx, id, inputs).await? {
            return Ok(Some(found));
        }
        cx.pause(Duration::from_millis(pause), "looking up the new object").await?;
    }
    read(cx, id, inputs).await
}

/// Makes the create call; after an ambiguous response the object is looked up before the call is repeated.
pub(crate) async fn create(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<Creation, Error> {
    let parent_locks = ParentLocks::default();
    let aside = &Context { parent_locks: &parent_locks, ..*cx };
    let name = name_of(cx.resource, scope);
    let key = format!("{} {}", cx.resource.token, name.as_deref().unwrap_or_default());
    let lock = cx.journal.lock(&key);
    let handler = special::handler(cx.resource);
    let repeats = existing::repeats_creates(cx.resource);
    let is_looked_up = !repeats && needs_snapshot(cx.resource, scope);
    let before = if is_looked_up { ids(aside, scope).await? } else { Vec::new() };
    let interrupted = cx.journal.unfinished(cx.urn).filter(|attempt| attempt.token == cx.resource.token);
    if !repeats || interrupted.is_none_or(|attempt| attempt.name != name) {
        existing::reject(aside, scope).await?;
        handler.before_create(aside, scope).await?;
    }
    let began = cx.client.clock().now();
    note(cx, scope, name.as_deref(), &before, inputs, began);
    let mut ambiguous: Option<Error> = None;
    for attempt in 1.. {
        let made = {
            let _under_way = lock.read().await;
            steps::send_create(cx, scope, inputs).await
        };
        let error = match made {
            Ok(answer) if has_id(scope, &answer) => return Ok(Creation::Response(answer)),
            Ok(_) => without_id(cx.resource),
            Err(error) => error,
        };
        if ambiguous.is_none() && !error.is_ambiguous() {
            return rejected(aside, scope, inputs, name.as_deref(), error).await;
        }
        if error.kind() == ErrorKind::Cancelled {
            return Err(if error.has_hint() { error } else { unclear(cx.resource, error, None) });
        }
        tracing::debug!(resource = %cx.resource.label, %error, "ambiguous response to a create request");
        cx.progress.status("the response to the create request is ambiguous: looking up the object");
        if let Some(found) = if repeats { Some(Ok(None)) } else { handler.created(aside, scope).await } {
            match found {
                Ok(Some(answer)) => return Ok(Creation::Response(answer)),
                Ok(None) if attempt < ATTEMPTS => {
                    aside.pause(Duration::from_millis(PAUSES[0]), "creating the object again").await?;
                    ambiguous = Some(error);
                    continue;
                }
                Ok(None) => return Err(unclear(cx.resource, error, None)),
                Err(lookup) => return Err(unclear(cx.resource, error, Some(&lookup))),
            }
        }
        let _alone = lock.write().await;
        let sought = Sought { since: Since::Call(began), name: name.as_deref(), before: &before, pauses: &PAUSES };
        match look_up(aside, scope, inputs, &sought).await {
            Ok(Some(candidate)) if shows_secret_once(cx.resource) => {
                discard(aside, &candidate).await?;
                note(cx, scope, name.as_deref(), &before, inputs, began);
            }
            Ok(Some(mut candidate)) => {
                if let Ok(answer) = answer_of(aside, &candidate.id, inputs).await {
                    return Ok(Creation::Response(answer));
                }
                created_with::note(cx.resource, inputs, &mut candidate.found.state);
                return adopt(aside, scope, candidate, inputs, "this run").await.map(Creation::Adopted);
            }
            Ok(None) => {}
            Err(several) if several.kind() == ErrorKind::Precondition => return Err(several),
            Err(lookup) => {
                return Err(unclear(cx.resource, error, Some(&lookup)));
            }
        }
        // The object does not exist, so a rejection of the repeated call is final.
        if !error.is_ambiguous() {
            cx.journal.closed(cx.urn);
            return Err(error);
        }
        if attempt == ATTEMPTS || cx.limit.saturating_sub(cx.spent()).is_zero() {
            return Err(unclear(cx.resource, error, None));
        }
        ambiguous = Some(error);
    }
    Err(without_id(cx.resource))
}

/// A response without an ID does not identify the created object.
pub(crate) fn without_id(resource: &Resource) -> Error {
    let fact = format!("the response to the create request of the {} has no ID", resource.label);
    Error::new(ErrorKind::Internal, fact).ambiguous()
}

/// The error of a rejected create call. An object with the automatic name of this resource is named in the error: no journal
/// shows which stack created it, so it is not adopted.
async fn rejected(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    name: Option<&str>,
    error: Error,
) -> Result<Creation, Error> {
    cx.journal.closed(cx.urn);
    if !exists_already(&error) || !has_automatic_name(cx.resource, inputs) {
        return Err(error);
    }
    let sought = Sought { since: Since::Recent, name, before: &[], pauses: &[] };
    Err(match look_up(cx, scope, inputs, &sought).await {
        Ok(Some(candidate)) => error.hint(import_hint(cx.resource, &candidate.id)),
        _ => error,
    })
}

/// A stack whose objects are stored, but were not created on this machine. An object with the automatic name of this resource
/// may come from an interrupted run on another machine, or from another stack of the same name: it is not adopted, and
/// no second one is created.
async fn unrecorded(cx: &Context<'_>, scope: &Scope<'_>, inputs: &Object) -> Result<(), Error> {
    let is_listed = cx.resource.listing.as_ref().is_some_and(|listing| listing.list.is_some() && !listing.undated);
    let Some(name) = name_of(cx.resource, scope).filter(|_| is_listed && has_automatic_name(cx.resource, inputs))
    else {
        return Ok(());
    };
    let sought = Sought { since: Since::Recent, name: Some(&name), before: &[], pauses: &[] };
    let Some(candidate) = look_up(cx, scope, inputs, &sought).await? else { return Ok(()) };
    let label = &cx.resource.label;
    let fact = format!("a {label} with the automatic name \"{name}\" exists: {}", candidate.id);
    Err(Error::new(ErrorKind::Precondition, fact).hint(import_hint(cx.resource, &candidate.id)))
}

fn import_hint(resource: &Resource, id: &str) -> String {
    format!(
        "if an interrupted run of this stack on another machine created the {} {id}, import it with the `import` option; \
         otherwise set a `name`",
        resource.label
    )
}

/// The object in the form of the create call's response.
async fn answer_of(cx: &Context<'_>, id: &str, inputs: &Object) -> Result<Json, Error> {
    let mut scope = Scope::of_id(cx.resource, id, inputs, cx.defaults)?;
    fetch::read(cx, &mut scope, true).await?;
    Ok(Json::Object(scope.answers))
}

/// Adopts an object and updates it to match the program, with all unreadable inputs sent again.
async fn adopt(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    candidate: Candidate,
    inputs: &Object,
    who: &str,
) -> Result<Created, Error> {
    let Candidate { id, found, .. } = candidate;
    let label = &cx.resource.label;
    cx.journal.made(&cx.resource.token, cx.urn, &id);
    cx.progress
        .warning(&format!("{who} already created the {label} {id}: it is adopted instead of creating another one"));
    // Inputs that the create call does not send may never have been sent, and unreadable ones cannot be compared.
    let mut uncertain = not_in_first_step(cx, scope, inputs);
    let (_, unlike) = rules::special::handler(cx.resource).differences_of_new(inputs);
    uncertain.extend(unlike.iter().map(|name| (*name).to_owned()));
    uncertain.extend(delete::unreadable(cx.resource, inputs).cloned());
    let stored = &found.state.clone();
    let state = delete::update_found(cx, &id, found, uncertain, inputs, (stored, inputs)).await?;
    Ok(Created { id, state })
}

/// Deletes an object that cannot be adopted, because its secret was returned only once.
async fn discard(cx: &Context<'_>, candidate: &Candidate) -> Result<(), Error> {
    let what = format!(
        "deleting the {} {}, because the response to its create request was not received, and creating it again",
        cx.resource.label, candidate.id
    );
    cx.progress.warning(&what);
    delete::delete(cx, &candidate.id, &candidate.found.state, &candidate.found.inputs).await?;
    cx.journal.closed(cx.urn);
    Ok(())
}

/// Notes an attempt in the journal before its request is sent. `began` is the time on the clock of this process.
pub(crate) fn note(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    name: Option<&str>,
    before: &[String],
    inputs: &Object,
    began: Instant,
) {
    let by_server = cx.client.server_time(began);
    let is_needed = is_recognized_by_inputs(cx.resource, name, inputs) || cx.resource.created_with.is_some();
    let inputs = is_needed.then(|| without_secrets(cx.resource, inputs));
    cx.journal.began(&Attempt {
        urn: cx.urn.to_owned(),
        token: cx.resource.token.clone(),
        began: by_server.unwrap_or_else(|| cx.now()),
        by_server: by_server.is_some(),
        name: name.map(str::to_owned),
        locality: scope.locality().map(str::to_owned),
        project: scope.source(&catalog::Source::Project).as_ref().and_then(wire::plain_text),
        before: before.to_vec(),
        inputs,
        expected_id: scope.id(),
        id: None,
        process: String::new(),
    });
}

/// The inputs that contain no secret.
fn without_secrets(resource: &Resource, inputs: &Object) -> Map<String, Json> {
    let plain = inputs.iter().filter(|(name, value)| !is_secret(resource, name, value));
    plain.filter_map(|(name, value)| Some((name.clone(), value.to_json().ok()?))).collect()
}

/// Whether the API returns a secret of the resource only in the response to the create call.
fn shows_secret_once(resource: &Resource) -> bool {
    fn shows(property: &catalog::Property) -> bool {
        let nested = match &property.kind {
            catalog::Kind::Object(properties) => properties.values().any(shows),
            _ => false,
        };
        nested || (property.returned_once && property.secret && property.input == Input::No)
    }
    resource.properties.values().any(shows)
}

fn has_id(scope: &Scope<'_>, answer: &Json) -> bool {
    let mut scope = scope.clone();
    fetch::merge(scope.resource, &mut scope, None, answer.clone());
    scope.id().is_some()
}

/// Whether a call was rejected because the object already exists.
fn exists_already(error: &Error) -> bool {
    let Some(api) = api_error(error) else { return false };
    let messages: Vec<String> = api.message().into_iter().chain(api.of_arguments()).map(str::to_lowercase).collect();
    api.error_type().is_some_and(|kind| matches!(kind, "already_exists" | "BucketAlreadyOwnedByYou"))
        || messages.iter().any(|text| text.contains("already exist") || text.contains("already taken"))
}

/// The error of a create after which the object may exist, with the reason why the look-up failed.
pub(crate) fn unclear(resource: &Resource, error: Error, lookup: Option<&Error>) -> Error {
    if !error.is_ambiguous() {
        return error;
    }
    // After a timeout the look-up fails for the same reason.
    let failed = lookup
        .filter(|lookup| lookup.kind() != ErrorKind::TimedOut)
        .map(|lookup| format!(", and the look-up failed ({})", lookup.fact()))
        .unwrap_or_default();
    let advice =
        if error.kind() == ErrorKind::TimedOut { "; or increase the timeout with `customTimeouts`" } else { "" };
    error.hint(format!(
        "the {} may exist{failed}: the next `up` on this machine looks it up before it creates a new one{advice}",
        resource.label
    ))
}
