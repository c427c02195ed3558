//! What a call waits for before it is sent and after it failed: the host, the rate limit, the next attempt. Knows no
//! request and no response.

use std::pin::pin;
use std::time::{Duration, Instant};

use http::Method;
use jiff::Timestamp;

use super::{Client, Host, Shared, cancelled, lock};
use crate::breaker::Admission;
use crate::call::{Call, Repeatable};
use crate::error::{Error, Lost, Refused};
use crate::limiter::Turn;
use crate::retry::{ATTEMPTS_ALONE, Trouble};

/// The time of one call.
pub(super) struct Time {
    pub(super) started: Instant,
    pub(super) deadline: Option<Instant>,
    /// Bound of attempts and pauses where there is no deadline.
    pub(super) total: Duration,
    /// What was spent in the queue of the limiter, which counts for the deadline alone.
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

    /// The error of a call whose time is over, with what it met last.
    pub(super) fn is_over(&self, host: &Host, error: Error) -> Error {
        if self.deadline.is_none() {
            return error;
        }
        let what = format!("the time limit was reached before {} answered the call", host.name);
        let doubt = error.maybe_done();
        let help = "Run it again, or allow more time with `customTimeouts`.";
        let cause = match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Error::Deadline(Box::new(Lost::new(what).help(Some(help)).cause(cause.into()))).doubting(doubt)
    }
}

impl Client {
    /// Fails at once if the API is in an outage that lasts until then: for work that has not begun.
    pub fn expects_answers_before(&self, deadline: Instant) -> Result<(), Error> {
        let Shared { host, meter, .. } = &*self.shared;
        let (breaker, now) = (lock(&host.breaker), self.now());
        let rests = breaker.rests(now);
        if rests.is_zero() || rests < deadline.saturating_duration_since(now) {
            return Ok(());
        }
        meter.refused();
        Err(Error::Refused(Box::new(Refused::new(&host.name, breaker.why()))))
    }

    /// Whether a call that failed because of the host should be sent again: not if it fails while others are answered,
    /// nor if no connection could ever be made.
    pub(super) fn is_worth_another(&self, host: &Host, attempt: u32, first_failure: Instant) -> bool {
        let breaker = lock(&host.breaker);
        let alone = attempt >= ATTEMPTS_ALONE && breaker.was_well_since(first_failure);
        !alone && !breaker.is_hopeless(self.now())
    }

    /// Waits before another attempt; after a failure of the host no longer than until it answers another call.
    pub(super) async fn pause_for(&self, host: &Host, pause: Duration, trouble: Trouble) -> Result<(), Error> {
        if pause.is_zero() {
            return Ok(());
        }
        if trouble.asks_for_time() || lock(&host.breaker).is_closed() {
            return self.pause(pause).await;
        }
        tokio::select! {
            biased;
            paused = self.pause(pause) => paused,
            () = host.answers.notified() => Ok(()),
        }
    }

    /// Waits until the host answers and the limiter lets the call pass.
    pub(super) async fn turn(&self, host: &Host, call: &Call, time: &mut Time) -> Result<Turn, Error> {
        loop {
            let probes = self.pass(host, call, time).await?;
            let queued = self.now();
            let turn = self.queue(host, time).await?;
            time.queued += self.now().saturating_duration_since(queued);
            // An outage may have begun in the meantime.
            if probes || lock(&host.breaker).is_closed() {
                return Ok(turn);
            }
        }
    }

    /// Waits while the host does not answer. Returns whether the call is the one that probes it.
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
                    Box::pin(self.look(host, call, time)).await;
                    continue;
                }
                Admission::Wait(wait) => wait,
                Admission::Hopeless => {
                    meter.refused();
                    return Err(Error::Refused(Box::new(Refused::new(&host.name, lock(&host.breaker).why()))));
                }
            };
            let left = time.left(self.now());
            if left.is_zero() {
                let why = lock(&host.breaker).why().to_owned();
                let error = Error::Refused(Box::new(Refused::new(&host.name, &why)));
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

    /// Probes the host for a call that must not be sent twice, by reading at the same address: a create that meets an
    /// outage could not be repeated.
    async fn look(&self, host: &Host, call: &Call, time: &Time) {
        let mut look = call.clone();
        look.method = Method::GET;
        look.repeatable = Repeatable::Yes;
        look.body = None;
        look.query = vec![("page_size".to_owned(), "1".to_owned())];
        look.operation = format!("GET {} (probe)", call.path);
        if let Some(request) = self.write(&look).ok().and_then(|request| self.sign(&look, request).ok()) {
            // The outcome is in the breaker.
            let _ = self.attempt(host, &look, request, 1, time).await;
        }
    }

    /// Waits for the limiter, until the deadline of the operation alone.
    async fn queue(&self, host: &Host, time: &Time) -> Result<Turn, Error> {
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
            turn = host.limiter.turn(&*settings.clock) => Ok(turn),
            () = over => {
                let what = format!("the time limit was reached while the call waited for the rate limit of {}", host.name);
                let help = "Allow more time with `customTimeouts`, or lower the number of parallel operations.";
                Err(Error::Deadline(Box::new(Lost::new(what).help(Some(help)))))
            }
        }
    }

    /// Notes a failure of the host; the first one of an outage is reported to the user.
    pub(super) fn failed(&self, host: &Host, sent: Instant, now: Instant, error: &Error) {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let why = match error.api() {
            Some(answer) => format!("HTTP {}", answer.status()),
            None => cause.unwrap_or_else(|| error.to_string()),
        };
        let (begins, since) = {
            let mut breaker = lock(&host.breaker);
            (breaker.unwell(sent, now, why.clone()), breaker.since())
        };
        if !begins {
            return;
        }
        let settings = &self.shared.settings;
        let ago = since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let began = settings.clock.today().checked_sub(ago).and_then(|time| Timestamp::try_from(time).ok());
        let began = began.map(|time| format!(" since {}", time.strftime("%H:%M:%S UTC"))).unwrap_or_default();
        let message = format!("the Scaleway API at {} has not answered{began} ({why}); waiting for it", host.name);
        tracing::warn!("{message}");
        if let Some(observer) = &settings.observer {
            observer.outage(&message);
        }
    }
}

/// Notes that the host answers, and wakes the calls that wait for it.
pub(super) fn answered(host: &Host, now: Instant) {
    let outage = lock(&host.breaker).well(now);
    if let Some(outage) = outage {
        tracing::info!(host = host.name, seconds = outage.as_secs(), "the host answers again");
        host.answers.notify_waiters();
    }
}
