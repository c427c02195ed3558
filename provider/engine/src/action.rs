//! Actions on existing objects, such as a restart: performed once by a create, and waited for.
//!
//! The object of an action exists before and after, so no look-up shows whether an ambiguous request was accepted. A request
//! that can be repeated is sent again. After any other one, a status that the descriptor lists (`accepted`) shows that it
//! was accepted. If the object has another status within some seconds after the request, the request was not accepted, and
//! is sent again. Later its status shows nothing: the action is not performed again, and the error explains that. The object of an
//! action that ends it does not exist afterwards, which shows the same at any time.
//!
//! Actions that create an object (`creates`) are not performed here: they are recovered like other creates.

use std::time::{Duration, Instant};

use catalog::{Action, RUN};
use jiff::SignedDuration;
use serde_json::Value as Json;
use value::Object;

use crate::context::Context;
use crate::journal::Attempt;
use crate::{complete, fetch, parent, recover, steps, wait};
use rules::decode::Known;
use rules::error::{Error, ErrorKind, PartialState};
use rules::operation::Created;
use rules::scope::Scope;
use rules::{action, wire};

/// How long after its request an accepted action shows in the status of its object: the shortest recorded one takes longer.
const SHOWN: Duration = Duration::from_secs(10);

/// The maximum number of requests if each response is ambiguous.
const ATTEMPTS: usize = 4;

/// Pauses between the reads after an ambiguous response, in milliseconds.
const PAUSES: [u64; 3] = [500, 1000, 2000];

/// What is known about a request.
enum Request {
    /// The API accepted it, perhaps in an interrupted run; the response if there is one.
    Accepted(Option<Json>),
    /// It is unknown whether the API accepted it.
    Unknown(Error),
}

/// Performs the action, and waits until its object is ready again.
pub(crate) async fn perform(cx: &Context<'_>, inputs: &Object, action: &Action) -> Result<Created, Error> {
    let mut scope = Scope::of_inputs(cx.resource, inputs, cx.defaults)?;
    let run = action::run(inputs, cx.urn);
    scope.parts.properties.insert(RUN.to_owned(), run.clone());
    let Some(id) = scope.id() else { return Err(recover::without_id(cx.resource)) };
    let _lock = parent::lock(cx, &scope).await?;
    let request = request(cx, &scope, inputs, action, &run).await?;
    // From here on Pulumi must store the action, whatever fails: the next program with the same triggers does not repeat it.
    cx.journal.made(&cx.resource.token, cx.urn, &id);
    scope.fresh = true;
    let finished = match request {
        Request::Accepted(answer) => finish(cx, &mut scope, action, answer).await,
        Request::Unknown(error) => Err(error),
    };
    let none = Object::new();
    let state = steps::state_of(cx, &scope, Known { inputs, state: &none, just_sent: true });
    match finished {
        Ok(()) => Ok(Created { id, state }),
        Err(error) => Err(error.with_partial_state(PartialState { id, state, inputs: inputs.clone() })),
    }
}

/// Waits until the object, and what it is a part of, is ready.
async fn finish(cx: &Context<'_>, scope: &mut Scope<'_>, action: &Action, answer: Option<Json>) -> Result<(), Error> {
    let into = cx.resource.create.first().and_then(|step| step.into.as_deref());
    fetch::merge(cx.resource, scope, into, answer.unwrap_or_default());
    if action.ends_target {
        // "Not found" is final.
        scope.fresh = false;
        return wait::until_deleted(cx, scope).await;
    }
    let read_first = !wait::is_passing(scope);
    wait::settled(cx, scope, read_first).await?;
    if cx.resource.within.as_ref().is_some_and(|within| within.property != action.target) {
        parent::settled(cx, scope).await?;
    }
    complete::refresh(cx, scope, cx.resource.wait.is_none(), true).await
}

/// Sends the request, unless an interrupted run has sent it.
async fn request(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    action: &Action,
    run: &str,
) -> Result<Request, Error> {
    let earlier = recover::interrupted(cx).await?;
    let earlier = earlier.filter(|earlier| earlier.name.as_deref() == Some(run));
    if let Some(earlier) = earlier.filter(|earlier| earlier.id.is_some() || !action.repeatable) {
        if earlier.id.is_some() || is_accepted(cx, scope, action).await? {
            cx.progress.status("waiting for the action of an interrupted run");
            return Ok(Request::Accepted(None));
        }
        if !is_recent(cx, &earlier) {
            let error =
                Error::new(ErrorKind::Precondition, "a run was interrupted while it sent the request".to_owned());
            return Ok(Request::Unknown(unknown(cx, error)));
        }
    }
    send(cx, scope, inputs, action, run).await
}

/// Sends the request until its outcome is known.
async fn send(
    cx: &Context<'_>,
    scope: &Scope<'_>,
    inputs: &Object,
    action: &Action,
    run: &str,
) -> Result<Request, Error> {
    recover::note(cx, scope, Some(run), &[], &Object::new(), cx.client.clock().now());
    let mut attempt = 1;
    loop {
        let began = cx.client.clock().now();
        let error = match steps::send_create(cx, scope, inputs).await {
            Ok(answer) => return Ok(Request::Accepted(Some(answer))),
            Err(error) if error.kind() == ErrorKind::Precondition && !error.is_ambiguous() => {
                if attempt > 1 && is_accepted(cx, scope, action).await.unwrap_or(false) {
                    return Ok(Request::Accepted(None));
                }
                // Instances reject an action with 412 while another one is in progress.
                if was_busy(cx, scope).await {
                    continue;
                }
                cx.journal.closed(cx.urn);
                return Err(error);
            }
            Err(error) if !error.is_ambiguous() => {
                cx.journal.closed(cx.urn);
                return Err(error);
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => error,
        };
        tracing::debug!(resource = %cx.resource.label, %error, "ambiguous response to the request of an action");
        if !action.repeatable {
            match shows(cx, scope, action, began).await {
                Ok(Some(true)) => return Ok(Request::Accepted(None)),
                Ok(Some(false)) => {}
                Ok(None) | Err(_) => return Ok(Request::Unknown(unknown(cx, error))),
            }
        }
        if attempt == ATTEMPTS {
            // The next `up` sends it again.
            cx.journal.closed(cx.urn);
            return Err(error);
        }
        cx.pause(Duration::from_millis(PAUSES[0]), "sending the request again").await?;
        attempt += 1;
    }
}

/// Waits for the end of another operation on the object, if there is one.
async fn was_busy(cx: &Context<'_>, scope: &Scope<'_>) -> bool {
    let mut seen = scope.clone();
    let is_read = fetch::read(cx, &mut seen, false).await.is_ok();
    is_read && wait::is_passing(&seen) && wait::settled(cx, &mut seen, false).await.is_ok()
}

/// Reads the object after an ambiguous response: whether the request was accepted, or `None` if that is unknown.
async fn shows(cx: &Context<'_>, scope: &Scope<'_>, action: &Action, began: Instant) -> Result<Option<bool>, Error> {
    cx.progress.status("the response is ambiguous: reading the object");
    let mut pauses = PAUSES.iter();
    loop {
        if is_accepted(cx, scope, action).await? {
            return Ok(Some(true));
        }
        // The request may have been processed at any time since it was sent.
        if cx.client.clock().now().saturating_duration_since(began) > SHOWN {
            return Ok(None);
        }
        let Some(pause) = pauses.next() else { return Ok(Some(false)) };
        cx.pause(Duration::from_millis(*pause), "reading the object").await?;
    }
}

/// Whether the object has a status that shows that the request was accepted.
async fn is_accepted(cx: &Context<'_>, scope: &Scope<'_>, action: &Action) -> Result<bool, Error> {
    let Some(wait) = &cx.resource.wait else { return Ok(false) };
    let mut seen = scope.clone();
    match fetch::read(cx, &mut seen, false).await {
        Err(error) if error.kind() == ErrorKind::NotFound && action.ends_target => return Ok(true),
        read => read?,
    }
    let status = wire::get(&seen.answers, &wait.field).and_then(Json::as_str);
    Ok(status.is_some_and(|status| action.accepted.iter().any(|accepted| accepted == status)))
}

/// Whether an interrupted run sent its request only some seconds ago.
fn is_recent(cx: &Context<'_>, earlier: &Attempt) -> bool {
    let now = cx.client.server_time(cx.client.clock().now()).filter(|_| earlier.by_server).unwrap_or_else(|| cx.now());
    let age = now.duration_since(earlier.began);
    SignedDuration::try_from(SHOWN).is_ok_and(|shown| age <= shown)
}

/// The error of an action that may have been performed, and is not performed again.
fn unknown(cx: &Context<'_>, error: Error) -> Error {
    let label = &cx.resource.label;
    error.hint(format!(
        "it is unknown whether the API accepted the request, and the {label} is not repeated: check the object, and change \
         `triggers` to perform the {label} again"
    ))
}
