//! Waiting before and between attempts: for the host, the rate limit, and the next attempt.

use std::pin::pin;
use std::time::{Duration, Instant};

use http::Method;
use jiff::Timestamp;

use super::{Client, Host, Shared, cancelled, lock};
use crate::breaker::Admission;
use crate::call::{Call, Repeatable};
use crate::error::{Error, Lost, Unavailable};
use crate::limiter::Permit;
use crate::retry::{ATTEMPTS_ALONE, FailureClass};

/// The time limits of one call.
pub(super) struct Time {
    pub(super) started: Instant,
    pub(super) deadline: Option<Instant>,
    /// The limit of attempts and pauses if there is no deadline.
    pub(super) total: Duration,
    /// The time spent in the queue of the limiter, which counts towards the deadline only.
    pub(super) queued: Duration,
}

impl Time {
    pub(super) fn left(&self, now: Instant) -> Duration {
        if let Some(deadline) = self.deadline {
            return deadline.saturating_duration_since(now);
        }
        let spent = now.saturating_duration_since(self.started).saturating_sub(self.queued);
        self.total.saturating_sub(spent)
    }

    /// The error of a call whose time is over, with the last failure as its cause.
    pub(super) fn is_over(&self, host: &Host, error: Error) -> Error {
        if self.deadline.is_none() {
            return error;
        }
        let what = format!("the time limit was reached before {} responded", host.name);
        let ambiguous = error.is_ambiguous();
        let help = "Run the command again, or set a longer timeout with `customTimeouts`.";
        let cause = match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Error::Deadline(Box::new(Lost::new(what).help(Some(help)).cause(cause.into()))).or_ambiguous(ambiguous)
    }
}

impl Client {
    /// Fails immediately if the breaker admits no call before `deadline`: for operations that have not begun.
    pub fn expects_answers_before(&self, deadline: Instant) -> Result<(), Error> {
        let Shared { host, meter, .. } = &*self.shared;
        let (breaker, now) = (lock(&host.breaker), self.now());
        let rests = breaker.time_until_probe(now);
        if rests.is_zero() || rests < deadline.saturating_duration_since(now) {
            return Ok(());
        }
        meter.unsent();
        Err(Error::Unavailable(Box::new(Unavailable::new(&host.name, breaker.last_failure()))))
    }

    /// Whether a call should be sent again after a failure of the host: not if only this call fails while others succeed,
    /// and not if no connection has ever succeeded.
    pub(super) fn is_worth_another(&self, host: &Host, attempt: u32, first_failure: Instant) -> bool {
        let breaker = lock(&host.breaker);
        let alone = attempt >= ATTEMPTS_ALONE && breaker.succeeded_since(first_failure);
        !alone && !breaker.is_unreachable(self.now())
    }

    /// Waits before another attempt. After a failure of the host the wait ends as soon as another call succeeds.
    pub(super) async fn pause_for(&self, host: &Host, pause: Duration, class: FailureClass) -> Result<(), Error> {
        if pause.is_zero() {
            return Ok(());
        }
        if class.has_retry_after() || lock(&host.breaker).is_closed() {
            return self.pause(pause).await;
        }
        tokio::select! {
            biased;
            paused = self.pause(pause) => paused,
            () = host.answers.notified() => Ok(()),
        }
    }

    /// Waits for the breaker and the limiter of the host.
    pub(super) async fn acquire(&self, host: &Host, call: &Call, time: &mut Time) -> Result<Permit, Error> {
        loop {
            let probes = self.pass(host, call, time).await?;
            let queued = self.now();
            let permit = self.queue(host, time).await?;
            time.queued += self.now().saturating_duration_since(queued);
            // An outage may have begun while the call was queued.
            if probes || lock(&host.breaker).is_closed() {
                return Ok(permit);
            }
        }
    }

    /// Waits until the breaker admits the call. Returns whether the call is the probe.
    async fn pass(&self, host: &Host, call: &Call, time: &Time) -> Result<bool, Error> {
        let Shared { settings, meter, .. } = &*self.shared;
        loop {
            let mut answers = pin!(host.answers.notified());
            answers.as_mut().enable();
            let admission = lock(&host.breaker).admit(self.now());
            let wait = match admission {
                Admission::Free => return Ok(false),
                Admission::Probe if call.repeatable == Repeatable::Yes || call.method.is_safe() => return Ok(true),
                Admission::Probe => {
                    Box::pin(self.probe_host(host, call, time)).await;
                    continue;
                }
                Admission::Wait(wait) => wait,
                Admission::Unreachable => {
                    meter.unsent();
                    return Err(Error::Unavailable(Box::new(Unavailable::new(
                        &host.name,
                        lock(&host.breaker).last_failure(),
                    ))));
                }
            };
            let left = time.left(self.now());
            if left.is_zero() {
                let why = lock(&host.breaker).last_failure().to_owned();
                let error = Error::Unavailable(Box::new(Unavailable::new(&host.name, &why)));
                return Err(time.is_over(host, error));
            }
            tokio::select! {
                biased;
                () = settings.cancel.cancelled() => return Err(cancelled()),
                () = answers => {}
                () = settings.clock.sleep(wait.min(left)) => {}
            }
        }
    }

    /// Probes the host with a read of the same path, before a call that is not repeatable: a create that fails during an
    /// outage could not be repeated.
    async fn probe_host(&self, host: &Host, call: &Call, time: &Time) {
        let mut probe = call.clone();
        probe.method = Method::GET;
        probe.repeatable = Repeatable::Yes;
        probe.body = None;
        probe.query = vec![("page_size".to_owned(), "1".to_owned())];
        probe.operation = format!("GET {} (probe)", call.path);
        if let Some(request) = self.write(&probe).ok().and_then(|request| self.sign(&probe, request).ok()) {
            // `attempt` reports the outcome to the breaker.
            let _ = self.attempt(host, &probe, request, 1, time).await;
        }
    }

    /// Waits for the limiter until the deadline, regardless of other limits.
    async fn queue(&self, host: &Host, time: &Time) -> Result<Permit, Error> {
        let Shared { settings, .. } = &*self.shared;
        let over = async {
            match time.deadline {
                Some(deadline) => settings.clock.sleep(deadline.saturating_duration_since(self.now())).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = settings.cancel.cancelled() => Err(cancelled()),
            permit = host.limiter.acquire(&*settings.clock) => Ok(permit),
            () = over => {
                let what = format!("the time limit was reached while the request waited for the rate limit of {}", host.name);
                let help = "Set a longer timeout with `customTimeouts`, or reduce the number of parallel operations.";
                Err(Error::Deadline(Box::new(Lost::new(what).help(Some(help)))))
            }
        }
    }

    /// Records a failure of the host, and reports the begin of an outage to the user.
    pub(super) fn failed(&self, host: &Host, sent: Instant, now: Instant, error: &Error) {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let why = match error.api() {
            Some(answer) => format!("HTTP {}", answer.status()),
            None => cause.unwrap_or_else(|| error.to_string()),
        };
        let (begins, since) = {
            let mut breaker = lock(&host.breaker);
            (breaker.record_failure(sent, now, why.clone()), breaker.since())
        };
        if !begins {
            return;
        }
        let settings = &self.shared.settings;
        let ago = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let began = settings.clock.today().checked_sub(ago).and_then(|time| Timestamp::try_from(time).ok());
        let began = began.map(|time| format!(" since {}", time.strftime("%H:%M:%S UTC"))).unwrap_or_default();
        let message = format!("the Scaleway API at {} has not responded{began} ({why}); waiting for it", host.name);
        tracing::warn!("{message}");
        if let Some(observer) = &settings.observer {
            observer.outage(&message);
        }
    }
}

/// Records a response of the host, and wakes the calls that wait for it.
pub(super) fn answered(host: &Host, now: Instant) {
    let outage = lock(&host.breaker).record_success(now);
    if let Some(outage) = outage {
        tracing::info!(host = host.name, seconds = outage.as_secs(), "the host responds again");
        host.answers.notify_waiters();
    }
}
