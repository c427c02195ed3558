//! What an operation has at hand: the client, a time limit, and somebody to tell how it gets on. Makes single calls
//! with the patience they deserve; knows no property.

use std::borrow::Cow;
use std::pin::pin;
use std::time::{Duration, Instant};

use catalog::{Catalog, Resource, Step};
use client::{Answer, Call, Client, Kind};
use serde_json::Value as Json;
use value::Object;

use crate::chance::Chance;
use crate::content::Files;
use crate::encode;
use crate::error::{Error, ErrorKind};
use crate::moved::Moved;
use crate::operation::Progress;
use crate::pace::Pace;
use crate::place::Defaults;
use crate::rights::{self, Named, Rights, Verdict};
use crate::scope::Scope;
use crate::turns::{Turn, Turns};
use crate::wire;

/// One operation on one resource.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub catalog: &'a Catalog,
    pub client: &'a Client,
    pub defaults: &'a Defaults,
    pub turns: &'a Turns,
    pub moved: &'a Moved,
    pub rights: &'a Rights,
    pub files: &'a dyn Files,
    /// What cannot be predicted.
    pub chance: &'a dyn Chance,
    pub resource: &'a Resource,
    pub progress: &'a dyn Progress,
    pub started: Instant,
    pub limit: Duration,
    /// Whether the limit bounds single calls: those of lookups and lists have the limit of the client.
    pub bounded: bool,
}

/// What a call may be told that is not the end of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience<'a> {
    /// Preconditions that pass by themselves.
    pub preconditions: &'a [String],
    /// How messages of refusals begin that pass once something outside is there, and what that is.
    pub awaited: &'a [(String, String)],
    /// For how long something not found may still appear.
    pub missing: Duration,
    /// A refusal is an answer like another: it is not waited out.
    pub optional: bool,
}

/// For how long a conflict (409) is retried whose reason the API does not name, and the first pause.
const UNNAMED_CONFLICT: Duration = Duration::from_secs(10);
const UNNAMED_CONFLICT_PAUSE: Duration = Duration::from_secs(1);

/// The time for a last read before the limit.
const LAST_READ: Duration = Duration::from_secs(1);

/// How often somebody who waits for a turn asks whether the time is over; a cancel is heard at once.
const TURN_CHECK: Duration = Duration::from_secs(1);

impl<'a> Context<'a> {
    /// The same operation's view of another resource, such as the one it is a part of.
    pub(crate) fn on(&self, resource: &'a Resource) -> Self {
        Self { resource, ..*self }
    }

    /// An id of the resource in which what it is a part of is named as it is now.
    pub(crate) fn followed_id(&self, id: &str, inputs: &Object) -> String {
        self.moved.followed_id(self.resource, id, inputs, self.defaults)
    }

    /// Makes one call, again and again as long as there is reason to believe that it will pass.
    pub(crate) async fn send(&self, call: Call, patience: Patience<'_>) -> Result<Answer, Error> {
        let call = self.bounded(call);
        self.patiently(patience, &call, || self.client.send(call.clone())).await
    }

    /// When the operation has to be over.
    pub(crate) fn deadline(&self) -> Instant {
        self.started + self.limit
    }

    /// Fails at once if the API is in an outage that outlasts the limit: nothing has begun yet.
    pub(crate) fn expects_answers(&self) -> Result<(), Error> {
        if self.resource.local.is_some() || self.resource.withdrawn.is_some() {
            return Ok(());
        }
        self.client.expects_answers_before(self.deadline()).map_err(Error::of_client)
    }

    fn bounded(&self, call: Call) -> Call {
        if self.bounded { call.until(self.deadline()) } else { call }
    }

    /// Makes the call of a step and gives the object or the list it answers; nothing if an optional one is refused.
    ///
    /// For lists that are searched, the one element that fits is the object; none that fits is `NotFound`.
    pub(crate) async fn perform(
        &self,
        step: &Step,
        scope: &Scope<'_>,
        fields: &[String],
        fresh: bool,
    ) -> Result<Option<Json>, Error> {
        let call = self.bounded(encode::call(step, scope, fields)?);
        let missing = if fresh { Duration::from_millis(step.missing_window_ms) } else { Duration::ZERO };
        let awaited: Vec<(String, String)> =
            step.awaits.iter().map(|(refusal, what)| (refusal.to_lowercase(), filled_in(what, scope))).collect();
        // One aspect of several may be for others to look at: that is told, and not waited for.
        let optional = step.optional || !step.tells.is_empty();
        let patience = Patience { preconditions: &step.retry, awaited: &awaited, missing, optional };
        let answered = match &step.call.pages {
            None => self.send(call, patience).await.map(|answer| answer.body),
            Some(items) => {
                self.patiently(patience, &call, || self.client.list(call.clone(), items)).await.map(Json::Array)
            }
        };
        match answered {
            Ok(json) => match &step.find {
                None => Ok(Some(only(json, step, scope))),
                Some(find) => match found(&json, find, scope) {
                    Some(element) => Ok(Some(element)),
                    None if step.optional => Ok(None),
                    None => Err(Error::new(
                        ErrorKind::NotFound,
                        format!("{} does not list the {}", step.call.id, self.resource.label),
                    )),
                },
            },
            Err(error) if step.optional && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits for the turn to change what the resource is a part of, no longer than the operation may take.
    pub(crate) async fn turn(&self, scope: &Scope<'_>) -> Result<Option<Turn>, Error> {
        let parent = self.resource.within.as_ref().map(|within| catalog::Source::Property(within.property.clone()));
        // What has parts takes its turn with them.
        let whole = || {
            let has_part =
                |part: &Resource| part.within.as_ref().is_some_and(|within| within.token == self.resource.token);
            self.catalog.resources.values().any(has_part).then(|| scope.parts.uuid.clone()).flatten()
        };
        let key = parent.and_then(|parent| scope.source(&parent)).as_ref().and_then(wire::plain_text).or_else(whole);
        let Some(key) = key else { return Ok(None) };
        let mut turn = pin!(self.turns.take(&key));
        loop {
            tokio::select! {
                biased;
                turn = &mut turn => return Ok(Some(turn)),
                paused = self.pause(TURN_CHECK, "waiting for its turn") => paused?,
            }
        }
    }

    /// Waits a while; fails when the time of the operation is over. A pause that would last until then ends a little
    /// earlier, so that there is time for a last read.
    pub(crate) async fn pause(&self, pause: Duration, what_for: &str) -> Result<(), Error> {
        let left = self.limit.saturating_sub(self.spent());
        if pause < left {
            return self.client.pause(pause).await.map_err(Error::of_client);
        }
        if left > LAST_READ * 2 {
            return self.client.pause(left.saturating_sub(LAST_READ)).await.map_err(Error::of_client);
        }
        self.client.pause(left).await.map_err(Error::of_client)?;
        let message = format!("gave up {what_for} after {} s", self.limit.as_secs());
        Err(Error::new(ErrorKind::TimedOut, message)
            .hint("run it again to go on waiting, or allow more time with `customTimeouts`"))
    }

    /// How long the operation has taken so far.
    pub(crate) fn spent(&self) -> Duration {
        self.client.clock().now().saturating_duration_since(self.started)
    }

    async fn patiently<T, F, A>(&self, patience: Patience<'_>, call: &Call, attempt: A) -> Result<T, Error>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, client::Error>>,
    {
        let began = self.spent();
        let pace = Pace::of(self.resource.wait.as_ref());
        let mut last = None;
        loop {
            let error = match (Box::pin(attempt()).await, last.take()) {
                (Ok(answer), _) => {
                    self.rights.note(call, self.client.clock().now());
                    return Ok(answer);
                }
                // An answer of the API explains more than that the time is over.
                (Err(client::Error::Deadline(_)), Some(answered)) => {
                    return Err(self.given_up(answered, patience, self.spent().saturating_sub(began)));
                }
                (Err(error), _) => error,
            };
            let waited = self.spent().saturating_sub(began);
            let awaited = awaited(&error, patience);
            let reason = match awaited {
                Some(what) => Cow::from(format!("waiting for {what}")),
                None => match Box::pin(self.passes(&error, patience, waited)).await {
                    Ok(reason) => Cow::from(reason),
                    Err(None) if patience.optional => return Err(self.error(error)),
                    Err(None) => return Err(Box::pin(self.explained(call, error)).await),
                    Err(Some(rejected)) => return Err(self.error(rejected)),
                },
            };
            self.progress.status(&reason);
            let unnamed = error.kind() == Some(Kind::Busy) && !is_transient(&error);
            let pause = if unnamed { UNNAMED_CONFLICT_PAUSE + waited / 2 } else { pace.pause(waited) };
            match self.pause(pause, "trying").await {
                Err(over) if over.kind() == ErrorKind::TimedOut => return Err(self.given_up(error, patience, waited)),
                paused => paused?,
            }
            if error.kind() == Some(Kind::Busy) {
                tracing::debug!(resource = %self.resource.label, "busy, trying again");
            }
            last = error.api().is_some().then_some(error);
        }
    }

    /// The error of a call that was retried until the time of the operation was over.
    fn given_up(&self, error: client::Error, patience: Patience<'_>, waited: Duration) -> Error {
        let awaited = awaited(&error, patience);
        let error = self.error(error);
        match awaited {
            Some(what) => error.hint(format!(
                "waited {} s for {what}: see that it is there and run again, or allow more time with \
                 `customTimeouts`",
                waited.as_secs()
            )),
            None => error,
        }
    }

    /// The error of a call that will not pass: a project that does not exist is named.
    async fn explained(&self, call: &Call, error: client::Error) -> Error {
        match rights::unknown_place(self, &Named::in_call(call), &error).await {
            Some(unknown) => unknown.because(error),
            None => self.error(error),
        }
    }

    /// An error of the client; a permission error names the permission set that the call needs.
    fn error(&self, error: client::Error) -> Error {
        let error = Error::of_client(error);
        if error.kind() == ErrorKind::TimedOut {
            return error.while_doing(&format!("gave up after {} s", self.limit.as_secs_f64().ceil()));
        }
        let denied = error.api().filter(|_| error.kind() == ErrorKind::Denied);
        let Some(needed) = denied.and_then(|api| self.resource.permissions.get(api.operation())) else { return error };
        let scope = if needed.organization { "the organization" } else { "its project" };
        let hint = format!("the API key needs a policy with the permission set {} for {scope}", needed.set);
        error.hint(hint)
    }

    /// Why an error may pass; if it will not, the error that says more, if there is one.
    async fn passes(
        &self,
        error: &client::Error,
        patience: Patience<'_>,
        waited: Duration,
    ) -> Result<&'static str, Option<client::Error>> {
        match error.kind().ok_or(None)? {
            Kind::Busy if is_transient(error) => Ok("waiting for another change to end"),
            Kind::Busy if waited < UNNAMED_CONFLICT => Ok("waiting for the end of a conflict (HTTP 409)"),
            Kind::Denied if !patience.optional => {
                let window = Duration::from_millis(self.resource.denied_window_ms);
                match rights::verdict(self, window).await {
                    Verdict::Wait if waited < window => Ok("waiting for access rights to take effect"),
                    Verdict::Wait | Verdict::Final => Err(None),
                    Verdict::Rejected(rejected) => Err(Some(rejected)),
                }
            }
            Kind::NotFound if waited < patience.missing => Ok("waiting for the new object to appear"),
            Kind::Conflict => {
                let precondition = error.precondition().ok_or(None)?;
                let passing = patience.preconditions.iter().any(|passing| passing == precondition);
                passing.then_some("waiting until nothing uses it any more").ok_or(None)
            }
            _ => Err(None),
        }
    }
}

/// Whether the API names the reason for a conflict that passes by itself.
fn is_transient(error: &client::Error) -> bool {
    error.api().is_some_and(client::ApiError::is_transient)
}

/// What is awaited, if a refusal tells that it is not there yet.
fn awaited<'a>(error: &client::Error, patience: Patience<'a>) -> Option<&'a str> {
    let api = error.api()?;
    // What is wrong with an argument is told in its own words, under a message that says no more than that one is wrong.
    let texts: Vec<String> = api.message().into_iter().chain(api.of_arguments()).map(str::to_lowercase).collect();
    let fits = |(refusal, _): &&(String, String)| texts.iter().any(|text| text.starts_with(refusal.as_str()));
    patience.awaited.iter().find(fits).map(|(_, what)| what.as_str())
}

/// A text with the properties that it names in braces in place of their names.
fn filled_in(text: &str, scope: &Scope<'_>) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let json = scope.source(&catalog::Source::Property(name.to_owned()));
        filled.push_str(&json.as_ref().and_then(wire::plain_text).unwrap_or_else(|| name.to_owned()));
        filled.push_str(rest);
    }
    filled
}

/// Of a list what fits everything that is given.
fn only(mut json: Json, step: &Step, scope: &Scope<'_>) -> Json {
    if let (false, Json::Array(items)) = (step.only.is_empty(), &mut json) {
        items.retain(|item| {
            step.only.iter().all(|(field, source)| match scope.source(source) {
                Some(wanted) => item.get(field).is_some_and(|has| wire::reads_like(has, &wanted)),
                None => true,
            })
        });
    }
    json
}

/// The one element of a list that fits.
fn found(list: &Json, find: &catalog::Find, scope: &Scope<'_>) -> Option<Json> {
    let fits = |element: &&Json| {
        find.by.iter().all(|(field, source)| match (element.get(field), scope.source(source)) {
            (Some(has), Some(wanted)) => wire::reads_like(has, &wanted),
            _ => false,
        })
    };
    list.as_array()?.iter().find(fits).cloned()
}
