//! The context of an operation: the client, the timeout, and progress messages. Performs single calls with the retries that
//! depend on the resource.

pub(crate) mod access;
pub(crate) mod rights;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use catalog::{Catalog, Resource, Step};
use client::{Call, Client, Kind, Response};
use jiff::Timestamp;
use serde_json::Value as Json;
use value::Object;

use crate::client_error::{api_error, of_client};
use crate::content::Files;
use crate::elements::{found, only};
use crate::hour::hour;
use crate::identity;
use crate::journal::JournalEntries;
use crate::nested;
use crate::parent_locks::ParentLocks;
use crate::poll_interval::PollInterval;
use crate::recent::{self, Recent};
use crate::request;
use crate::secret_values::SecretValues;
use crate::shared_lists::SharedLists;
use access::Access;
use rights::{Named, PermissionCheck, Rights, Verdict};
use rules::error::{Error, ErrorKind};
use rules::moved::Moved;
use rules::operation::Progress;
use rules::place::Defaults;
use rules::rng::Rng;
use rules::scope::Scope;
use rules::wire;

/// One operation on one resource.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub catalog: &'a Catalog,
    pub client: &'a Client,
    pub defaults: &'a Defaults,
    pub parent_locks: &'a ParentLocks,
    pub moved: &'a Moved,
    pub recent: &'a Recent,
    pub shared_lists: &'a SharedLists,
    pub access: &'a Access,
    pub rights: &'a Rights,
    pub files: &'a dyn Files,
    /// The values of secrets that the inputs refer to.
    pub secrets: &'a SecretValues,
    /// The random number generator.
    pub rng: &'a dyn Rng,
    /// The journal of creates, updates and deletes.
    pub journal: &'a JournalEntries,
    pub resource: &'a Resource,
    /// The URN of the resource; empty if there is none.
    pub urn: &'a str,
    pub progress: &'a dyn Progress,
    /// Whether a call of this operation may have changed an object at Scaleway.
    pub wrote: &'a AtomicBool,
    pub started: Instant,
    pub limit: Duration,
    /// Whether the timeout applies to single calls: calls of lookups and lists have the limit of the client.
    pub bounded: bool,
}

/// The errors after which a call is retried.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience<'a> {
    /// Preconditions that are retried until they are satisfied.
    pub preconditions: &'a [String],
    /// Strings in messages of rejections that are retried, with the condition that is awaited.
    pub awaited: &'a [(String, String)],
    /// How long a 404 is retried, because a new object may not be visible yet.
    pub missing: Duration,
    /// The UUID of the object whose 404 is retried, in addition to new objects of this process; `None` means all objects.
    pub own: Option<&'a str>,
    /// A permission error is a valid response and is not retried.
    pub optional: bool,
}

const APPEARING: &str = "waiting for the new object to appear";
/// How long a conflict (409) without a known error type is retried, and the first pause.
const UNNAMED_CONFLICT: Duration = Duration::from_secs(10);
const UNNAMED_CONFLICT_PAUSE: Duration = Duration::from_secs(1);

/// The time that is reserved for a last read before the timeout.
const LAST_READ: Duration = Duration::from_secs(1);

impl<'a> Context<'a> {
    /// The context of the same operation for another resource, such as the parent.
    pub(crate) fn on(&self, resource: &'a Resource) -> Self {
        Self { resource, ..*self }
    }

    /// The ID of the resource with the current ID of its parent.
    pub(crate) fn followed_id(&self, id: &str, inputs: &Object) -> String {
        self.moved.followed_id(self.resource, id, inputs, self.defaults)
    }

    /// Makes one call and retries it as long as its error may be temporary.
    pub(crate) async fn send(&self, call: Call, patience: Patience<'_>) -> Result<Response, Error> {
        let call = self.bounded(call);
        let is_read = call.is_read();
        if !is_read {
            self.shared_lists.note_write();
        }
        let complete = self.secrets.inserted(&call);
        let answered = self.patiently(patience, &call, || self.client.send(Call::clone(&complete))).await;
        if !is_read && answered.as_ref().err().is_none_or(Error::is_ambiguous) {
            self.wrote.store(true, Ordering::Relaxed);
        }
        answered.map_err(|error| identity::about(&call, &self.resource.label, error))
    }

    /// Whether a call so far may have changed an object at Scaleway: it was accepted, or its outcome is unknown.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote.load(Ordering::Relaxed)
    }

    /// Notes that an update is about to change a property for a step, with the value to restore: in the journal for the next process,
    /// and in the scope for the pending changes of this update if it fails.
    pub(crate) fn note_changed_for_step(&self, scope: &mut Scope<'_>, name: &str, before: &str) {
        scope.changed_for_step.insert(name.to_owned(), before.to_owned());
        if let Some(id) = scope.id() {
            self.journal.changing_for_step(self.urn, &id, name, before);
        }
    }

    /// The current time, for values that change with it.
    pub(crate) fn now(&self) -> Timestamp {
        hour(&*self.client.clock())
    }

    /// The deadline of the operation.
    pub(crate) fn deadline(&self) -> Instant {
        self.started + self.limit
    }

    /// Fails at once if the API has been unavailable for longer than the timeout: the operation has not started yet.
    pub(crate) fn expects_answers(&self) -> Result<(), Error> {
        if self.resource.local.is_some() || self.resource.discontinued.is_some() {
            return Ok(());
        }
        self.client.expects_answers_before(self.deadline()).map_err(of_client)
    }

    fn bounded(&self, call: Call) -> Call {
        if self.bounded { call.until(self.deadline()) } else { call }
    }

    /// Makes the call of a step and returns the object or list in its response; `None` if the object of an optional call is not found.
    ///
    /// In a list that is searched, the matching element is the object; no match is `NotFound`.
    pub(crate) async fn perform(
        &self,
        step: &Step,
        scope: &Scope<'_>,
        fields: &[String],
        fresh: bool,
    ) -> Result<Option<Json>, Error> {
        let call = self.bounded(request::call(step, scope, fields)?);
        let missing = self.missing_window(&call, scope, fresh.then_some(step));
        let awaited: Vec<(String, String)> =
            step.awaits.iter().map(|(message, what)| (message.to_lowercase(), filled_in(what, scope))).collect();
        // The key may have no permission for one of several reads: that is a warning, and is not retried.
        // So may a list of queues or topics by the provider's key, which is not one of their credentials.
        let is_by_provider = call.messaging.as_ref().is_some_and(|messaging| messaging.credentials.is_none());
        let optional = step.optional || !step.reads.is_empty() || (is_by_provider && step.call.pages.is_some());
        // The rules of a security group have its ID, and no other.
        let own = scope.source(&catalog::Source::Id).as_ref().and_then(wire::plain_text);
        let own = own.or_else(|| scope.id()?.rsplit('/').next().map(str::to_owned)).unwrap_or_default();
        // A `missingWindow` in the descriptor applies to every object that the call reports as missing.
        let own = (step.missing_window_ms == 0).then_some(own.as_str());
        let patience = Patience { preconditions: &step.retry, awaited: &awaited, missing, own, optional };
        let (began, interval) = (self.spent(), PollInterval::of(self.resource.wait.as_ref()));
        let answered = loop {
            let answered = match &step.call.pages {
                None => self.send(call.clone(), patience).await.map(|answer| answer.body),
                Some(items) => {
                    self.patiently(patience, &call, || self.client.list(call.clone(), items)).await.map(Json::Array)
                }
            };
            // A list may lag behind recent changes.
            let waited = self.spent().saturating_sub(began);
            let is_listed = |json: &Json| step.find.as_ref().is_none_or(|find| found(json, find, scope).is_some());
            if step.optional || waited >= missing || !answered.as_ref().is_ok_and(|json| !is_listed(json)) {
                break answered;
            }
            self.pause(interval.pause(waited), APPEARING).await?;
        };
        match answered.map_err(|error| identity::about(&call, &self.resource.label, error)) {
            Ok(json) => match &step.find {
                None => {
                    identity::check(&step.call, scope, &json)?;
                    let json = nested::with_id(nested::beside(json, step.object.as_deref()), step.id_from.as_deref());
                    Ok(Some(only(json, step, scope)))
                }
                Some(find) => match found(&json, find, scope) {
                    Some(element) => Ok(Some(element)),
                    None if step.optional => Ok(None),
                    None => Err(Error::new(
                        ErrorKind::NotFound,
                        format!("{} does not list the {}", step.call.id, self.resource.label),
                    )),
                },
            },
            Err(error) if step.optional && error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How long a 404 may be a lag: for an object that this operation created or changed, and for a call that creates a child
    /// of a new object of this process.
    pub(crate) fn missing_window(&self, call: &Call, scope: &Scope<'_>, fresh: Option<&Step>) -> Duration {
        let own = Duration::from_millis(fresh.map_or(0, |step| step.missing_window_ms));
        let follows = scope.fresh && (fresh.is_some() || call.is_read());
        let now = self.client.clock().now();
        if follows || (!call.is_read() && self.recent.has_any(identity::strings(call), now)) {
            own.max(recent::LAG)
        } else {
            own
        }
    }

    /// Pauses; fails when the timeout is reached. A pause that would last until then ends earlier, so that there is time for a
    /// last read.
    pub(crate) async fn pause(&self, pause: Duration, what_for: &str) -> Result<(), Error> {
        let left = self.limit.saturating_sub(self.spent());
        if pause < left {
            return self.client.pause(pause).await.map_err(of_client);
        }
        if left > LAST_READ * 2 {
            return self.client.pause(left.saturating_sub(LAST_READ)).await.map_err(of_client);
        }
        self.client.pause(left).await.map_err(of_client)?;
        let message = format!("gave up {what_for} after {} s", self.limit.as_secs());
        Err(Error::new(ErrorKind::TimedOut, message)
            .hint("run the command again to continue waiting, or increase the timeout with `customTimeouts`"))
    }

    /// Shows what the operation waits for, and pauses until the next poll. `began` is the elapsed time at the first poll.
    pub(crate) async fn pause_poll(&self, began: Duration, waiting: &str) -> Result<(), Error> {
        self.progress.status(waiting);
        let interval = PollInterval::of(self.resource.wait.as_ref());
        self.pause(interval.pause(self.spent().saturating_sub(began)), waiting).await
    }

    /// The elapsed time of the operation.
    pub(crate) fn spent(&self) -> Duration {
        self.client.clock().now().saturating_duration_since(self.started)
    }

    async fn patiently<T, F, A>(&self, patience: Patience<'_>, call: &Call, attempt: A) -> Result<T, Error>
    where
        A: Fn() -> F,
        F: Future<Output = Result<T, client::Error>>,
    {
        let began = self.spent();
        let interval = PollInterval::of(self.resource.wait.as_ref());
        let mut last = None;
        let mut ambiguous = false;
        loop {
            let error = match (Box::pin(attempt()).await, last.take()) {
                (Ok(answer), _) => {
                    self.rights.note(call, self.client.clock().now());
                    return Ok(answer);
                }
                // The API's last response explains more than the timeout.
                (Err(client::Error::Deadline(_)), Some(answered)) => {
                    return Err(self.given_up(answered, patience, self.spent().saturating_sub(began)));
                }
                // A rejection does not show the outcome of an earlier attempt.
                (Err(error), _) => error.or_ambiguous(ambiguous),
            };
            ambiguous = error.is_ambiguous();
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
            let pause = if unnamed { UNNAMED_CONFLICT_PAUSE + waited / 2 } else { interval.pause(waited) };
            match self.pause(pause, "retrying").await {
                Err(over) if over.kind() == ErrorKind::TimedOut => return Err(self.given_up(error, patience, waited)),
                paused => paused?,
            }
            if error.kind() == Some(Kind::Busy) {
                tracing::debug!(resource = %self.resource.label, "busy, retrying");
            }
            last = error.api().is_some().then_some(error);
        }
    }

    /// The error of a call that was retried until the timeout.
    fn given_up(&self, error: client::Error, patience: Patience<'_>, waited: Duration) -> Error {
        let awaited = awaited(&error, patience);
        let error = self.error(error);
        match awaited {
            Some(what) => error.hint(format!(
                "waited {} s for {what}: check that it exists and run the command again, or increase the timeout with \
                 `customTimeouts`",
                waited.as_secs()
            )),
            None => error,
        }
    }

    fn permission_check(&self) -> PermissionCheck<'a> {
        PermissionCheck { client: self.client, rights: self.rights, deadline: self.deadline() }
    }

    /// The error of a call that is not retried; a project that does not exist is named.
    async fn explained(&self, call: &Call, error: client::Error) -> Error {
        match rights::unknown_place(self.permission_check(), &Named::in_call(call), &error).await {
            Some(unknown) => unknown.because(error),
            None => self.error(error),
        }
    }

    /// An error of the client; a permission error names the permission set that the call needs.
    fn error(&self, error: client::Error) -> Error {
        let error = of_client(error);
        if error.kind() == ErrorKind::TimedOut {
            return error.while_doing(&format!("gave up after {} s", self.limit.as_secs_f64().ceil()));
        }
        let denied = api_error(&error).filter(|_| error.kind() == ErrorKind::Denied);
        let Some(needed) = denied.and_then(|api| self.resource.permissions.get(api.operation())) else { return error };
        let scope = if needed.organization { "the organization" } else { "its project" };
        let hint = format!("the API key needs a policy with the permission set {} for {scope}", needed.set);
        error.hint(hint)
    }

    /// Whether the missing object can be a new one that is not visible yet: not a setting of a bucket, and not an older object
    /// of another operation.
    fn may_lag(&self, error: &client::ApiError, patience: Patience<'_>) -> bool {
        let code = error.error_type().unwrap_or_default();
        if code.starts_with("NoSuch") || code.ends_with("NotFoundError") {
            return matches!(code, "NoSuchBucket" | "NoSuchKey");
        }
        let (Some(own), Some(id)) = (patience.own, error.resource_id()) else { return true };
        own == id || self.recent.has_any(std::iter::once(id.to_owned()), self.client.clock().now())
    }

    /// The reason to retry after an error; otherwise a more specific error, if there is one.
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
                match rights::verdict(self.permission_check(), window).await {
                    Verdict::Wait if waited < window => Ok("waiting for access rights to take effect"),
                    Verdict::Wait | Verdict::Final => Err(None),
                    Verdict::Rejected(rejected) => Err(Some(rejected)),
                }
            }
            Kind::NotFound if waited < patience.missing && self.may_lag(error.api().ok_or(None)?, patience) => {
                Ok(APPEARING)
            }
            Kind::Conflict => {
                let precondition = error.precondition().ok_or(None)?;
                let passing = patience.preconditions.iter().any(|passing| passing == precondition);
                passing.then_some("waiting until no other resource uses it").ok_or(None)
            }
            _ => Err(None),
        }
    }
}

/// Whether the API returned an error type that is known to be temporary.
fn is_transient(error: &client::Error) -> bool {
    error.api().is_some_and(client::ApiError::is_transient)
}

/// The awaited condition, if a rejection shows that it is not satisfied yet.
fn awaited<'a>(error: &client::Error, patience: Patience<'a>) -> Option<&'a str> {
    let api = error.api()?;
    // The string may follow a code, be inside JSON in the message, or be in the details of an argument.
    let messages: Vec<String> = api.messages().map(str::to_lowercase).collect();
    let fits = |(rejection, _): &&(String, String)| messages.iter().any(|text| text.contains(rejection.as_str()));
    patience.awaited.iter().find(fits).map(|(_, what)| what.as_str())
}

/// Replaces property names in braces by their values.
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
