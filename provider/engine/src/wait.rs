//! Waits until a resource has a stable status or no longer exists: polls it at the interval of its type.

use std::time::Duration;

use catalog::Wait;
use serde_json::Value as Json;

use crate::context::Context;
use crate::fetch;
use crate::listed_object::SharedPoll;
use crate::poll_interval::PollInterval;
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;

/// A failed status is final only if a second read after this time, or after the time in the descriptor, returns it again: as
/// recorded, some objects have a failed status temporarily.
const SECOND_READ: Duration = Duration::from_secs(2);

/// The classification of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Settled,
    Passing,
    Failed,
    /// An unknown status.
    Unknown,
}

/// Waits until the resource has a stable status, starting with its known status.
///
/// With `read_first` it is read at least once. A failed status is an error with the API's reason.
pub(crate) async fn settled(cx: &Context<'_>, scope: &mut Scope<'_>, read_first: bool) -> Result<(), Error> {
    let Some(wait) = &cx.resource.wait else { return Ok(()) };
    if !is_enabled(wait, scope) {
        return Ok(());
    }
    let interval = PollInterval::of(Some(wait));
    let began = cx.spent();
    let mut read_first = read_first || status(wait, scope).is_none();
    let mut failed_at = None;
    let mut warned = false;
    let mut shared = None;
    loop {
        let lasts = |since| cx.spent().saturating_sub(since) >= confirmation(wait);
        match standing(wait, scope) {
            Standing::Settled if !read_first => return Ok(()),
            Standing::Failed if !read_first && scope.without_code => return Ok(()),
            Standing::Failed if failed_at.is_some_and(lasts) => return Err(failure(cx, wait, scope)),
            _ => {}
        }
        let now_failed = standing(wait, scope) == Standing::Failed && !read_first;
        if matches!(standing(wait, scope), Standing::Passing | Standing::Unknown) {
            scope.was_passing = true;
            cx.progress.status(&message(cx, wait, scope));
        }
        warn_about_unknown(cx, wait, scope, &mut warned);
        failed_at = now_failed.then(|| failed_at.unwrap_or_else(|| cx.spent()));
        if !read_first {
            let pause = if now_failed { SECOND_READ } else { interval.pause(cx.spent().saturating_sub(began)) };
            cx.pause(pause, &format!("waiting for the {}{}", cx.resource.label, seen(wait, scope))).await?;
            if !now_failed && Box::pin(still_passing(cx, wait, scope, &mut shared, pause)).await {
                continue;
            }
        }
        read_first = false;
        fetch::read(cx, scope, true).await?;
    }
}

/// Whether the program does not disable the wait.
fn is_enabled(wait: &Wait, scope: &Scope<'_>) -> bool {
    let only = wait.only.clone().map(catalog::Source::Property);
    only.is_none_or(|only| scope.source(&only) != Some(Json::Bool(false)))
}

/// Waits until the resource no longer exists.
pub(crate) async fn until_deleted(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<(), Error> {
    let Some(wait) = &cx.resource.wait else {
        return if scope.odd_delete { not_there(cx, scope).await } else { Ok(()) };
    };
    let interval = PollInterval::of(Some(wait));
    let began = cx.spent();
    let mut failed_at = None;
    let mut warned = false;
    let mut shared = None;
    let mut paused = None;
    loop {
        let is_shared = match paused {
            Some(pause) if failed_at.is_none() => Box::pin(still_passing(cx, wait, scope, &mut shared, pause)).await,
            _ => false,
        };
        if !is_shared {
            match fetch::read(cx, scope, false).await {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
                Ok(()) if fetch::is_gone(scope) => return Ok(()),
                Ok(()) => {}
            }
        }
        let now_failed = standing(wait, scope) == Standing::Failed;
        let lasts = |since| cx.spent().saturating_sub(since) >= confirmation(wait);
        if now_failed && failed_at.is_some_and(lasts) {
            return Err(failure(cx, wait, scope)
                .hint("the object still exists: run the command again, or check the object in the Scaleway console"));
        }
        failed_at = now_failed.then(|| failed_at.unwrap_or_else(|| cx.spent()));
        warn_about_unknown(cx, wait, scope, &mut warned);
        cx.progress.status(&message(cx, wait, scope));
        let pause = if now_failed { SECOND_READ } else { interval.pause(cx.spent().saturating_sub(began)) };
        cx.pause(pause, &format!("waiting for the deletion of the {}{}", cx.resource.label, seen(wait, scope))).await?;
        paused = Some(pause);
    }
}

/// Whether a list that other waits use too shows that the object still has a transient status. Everything else in a list is
/// confirmed by a read of the object, because a list may lag behind.
async fn still_passing<'a>(
    cx: &Context<'a>,
    wait: &Wait,
    scope: &mut Scope<'_>,
    shared: &mut Option<Box<SharedPoll<'a>>>,
    pause: Duration,
) -> bool {
    // Most waits end without a poll.
    let shared = shared.get_or_insert_with(|| Box::new(SharedPoll::of(cx, scope)));
    let Some(Json::String(status)) = shared.field(cx, scope, pause, &wait.field).await else { return false };
    let is_passing = wait.passing.contains(&status);
    if is_passing {
        wire::set(&mut scope.answers, &wait.field, Json::String(status));
    }
    is_passing
}

/// Reads once after a delete whose response is not in the API document.
async fn not_there(cx: &Context<'_>, scope: &mut Scope<'_>) -> Result<(), Error> {
    match fetch::read(cx, scope, false).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Ok(()) if fetch::is_gone(scope) => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            let fact = format!("the API answered the delete of the {}, but the object still exists", cx.resource.label);
            Err(Error::new(ErrorKind::Unreachable, fact)
                .hint("check `apiUrl` (SCW_API_URL) and any proxy, and run the command again"))
        }
    }
}

fn confirmation(wait: &Wait) -> Duration {
    SECOND_READ.max(Duration::from_millis(wait.failed_for_ms))
}

/// Warns once about an unknown status.
fn warn_about_unknown(cx: &Context<'_>, wait: &Wait, scope: &Scope<'_>, warned: &mut bool) {
    let Some(status) = status(wait, scope).filter(|_| standing(wait, scope) == Standing::Unknown && !*warned) else {
        return;
    };
    *warned = true;
    cx.progress.warning(&format!(
        "the {} has the unknown status `{status}`; waiting until it changes, for at most {} s",
        cx.resource.label,
        cx.limit.as_secs()
    ));
}

/// Whether the resource has a transient status. A read does not wait for the end of an unknown status, which may be stable.
pub(crate) fn is_passing(scope: &Scope<'_>) -> bool {
    scope.resource.wait.as_ref().is_some_and(|wait| standing(wait, scope) == Standing::Passing)
}

fn standing(wait: &Wait, scope: &Scope<'_>) -> Standing {
    match status(wait, scope) {
        Some(status) if wait.passing.iter().any(|passing| passing == status) => Standing::Passing,
        Some(status) if wait.failed.iter().any(|failed| failed == status) => Standing::Failed,
        Some(status) if !wait.settled.is_empty() && !wait.settled.iter().any(|settled| settled == status) => {
            Standing::Unknown
        }
        _ if further(wait, scope).is_some() => Standing::Passing,
        _ => Standing::Settled,
    }
}

/// A further field with a transient value.
fn further<'s>(wait: &'s Wait, scope: &'s Scope<'_>) -> Option<(&'s str, &'s str)> {
    let fields = wait
        .also_passing
        .iter()
        .map(|(field, passing)| (field.as_str(), passing, wire::text(&scope.answers, field).unwrap_or_default()));
    let mut found = fields.filter(|(_, passing, value)| passing.iter().any(|passing| passing == value));
    found.next().map(|(field, _, value)| (field, value))
}

fn status<'s>(wait: &Wait, scope: &'s Scope<'_>) -> Option<&'s str> {
    wire::get(&scope.answers, &wait.field).and_then(Json::as_str)
}

fn message(cx: &Context<'_>, wait: &Wait, scope: &Scope<'_>) -> String {
    format!("waiting for the {}{}", cx.resource.label, seen(wait, scope))
}

fn seen(wait: &Wait, scope: &Scope<'_>) -> String {
    let status = status(wait, scope);
    match further(wait, scope).filter(|_| status.is_none_or(|status| !wait.passing.iter().any(|one| one == status))) {
        Some((field, "")) => format!(" (no {field})"),
        Some((_, value)) => format!(" ({value})"),
        None => status.map(|status| format!(" ({status})")).unwrap_or_default(),
    }
}

fn failure(cx: &Context<'_>, wait: &Wait, scope: &Scope<'_>) -> Error {
    let status = status(wait, scope).unwrap_or("failed");
    let reason = wait.reason.as_deref().and_then(|field| wire::get(&scope.answers, field)).and_then(Json::as_str);
    let fact = match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("the {} ended in the status `{status}`: {reason}", cx.resource.label),
        None => format!("the {} ended in the status `{status}`; the API returned no reason", cx.resource.label),
    };
    Error::new(ErrorKind::Precondition, fact)
        .hint("the object exists: fix its inputs and run the command again, or destroy it")
}
