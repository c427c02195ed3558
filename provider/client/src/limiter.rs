//! Paces the calls to one host: so many at a time, so many per second, fewer after a 429 and slowly more again.
//!
//! Knows no call and no retry. The arithmetic ([`Pace`]) is told the time; only [`Limiter::turn`] waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Gate, OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// Calls at a time before anything was answered. A host with a small allowance says so after a few calls, and a
/// generous one is at full speed after a few round trips.
const FIRST_PLACES: usize = 4;
/// So many good answers open one more place.
const ANSWERS_PER_PLACE: u32 = 2;
/// Rate after a 429, as a share of what the host was seen to accept.
const SHRINK: f64 = 0.7;
/// Growth per second while the last 429 is recent. So slow that probing the host's limit costs about one refusal in a
/// hundred calls.
const GROWTH: f64 = 1.01;
/// Growth per second once the host has been content for [`QUIET`]: a passing shortage is soon forgotten.
const QUIET_GROWTH: f64 = 1.25;
/// See [`QUIET_GROWTH`].
const QUIET: Duration = Duration::from_secs(30);
/// No host is asked less often than this, per second.
const SLOWEST: f64 = 1.0;
/// The lowest rate a user can ask for, per second: one call in a hundred seconds.
const LOWEST_CEILING: f64 = 0.01;
/// Beyond this many calls per second pacing has no effect worth its bookkeeping.
const UNPACED: f64 = 1000.0;
/// A server may hold up all calls for this long at most; a single call still honours what it was told.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// One host's limiter.
#[derive(Debug)]
pub(crate) struct Limiter {
    places: Arc<Semaphore>,
    /// Held by the one caller who is next to send. The others have no moment of their own yet, so that a change of
    /// pace holds for all of them.
    gate: Gate<()>,
    pace: Mutex<Pace>,
}

/// The right to send one call; its place is free again when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _place: Option<OwnedSemaphorePermit>,
}

impl Limiter {
    /// At most `most_places` calls at a time (at least one) and `ceiling` per second, if given.
    pub(crate) fn new(most_places: usize, ceiling: Option<f64>, now: Instant) -> Self {
        let pace = Pace::new(most_places.clamp(1, Semaphore::MAX_PERMITS), ceiling, now);
        Self { places: Arc::new(Semaphore::new(pace.places)), gate: Gate::new(()), pace: Mutex::new(pace) }
    }

    /// Waits for a place and then for the moment to send. May be dropped at any time.
    pub(crate) async fn turn(&self, clock: &dyn Clock) -> Turn {
        // The semaphore is never closed; were it, calls would go unlimited rather than never.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let _gate = self.gate.lock().await;
        loop {
            let taken = self.pace().take(clock.now());
            match taken {
                Ok(()) => return Turn { _place: place },
                Err(wait) => clock.sleep(wait).await,
            }
        }
    }

    /// The host took a call, whatever it answered.
    pub(crate) fn accepted(&self, now: Instant) {
        if self.pace().accepted(now) {
            self.places.add_permits(1);
        }
    }

    /// The host refused a call, sent at `sent`, for the rate of calls.
    pub(crate) fn throttled(&self, sent: Instant, now: Instant, retry_after: Option<Duration>) {
        self.pace().throttled(sent, now, retry_after);
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the next call may go.
#[derive(Debug)]
struct Pace {
    /// Calls allowed at a time, now and at best.
    places: usize,
    most_places: usize,
    /// Good answers since a place was opened.
    good: u32,
    /// What the user allows, per second.
    ceiling: Option<f64>,
    /// What is allowed now, per second; `None` is no limit.
    rate: Option<f64>,
    /// No call before this.
    next: Instant,
    shrunk: Option<Instant>,
    grown: Instant,
    accepted: Accepted,
}

impl Pace {
    fn new(most_places: usize, ceiling: Option<f64>, now: Instant) -> Self {
        // A ceiling that is no positive number would stop everything or mean nothing, and so would one near zero.
        let ceiling = ceiling.filter(|rate| rate.is_finite() && *rate > 0.0).map(|rate| rate.max(LOWEST_CEILING));
        let accepted = Accepted { second: now, count: 0, before: 0 };
        let places = most_places.min(FIRST_PLACES);
        let (rate, next, grown) = (ceiling, now, now);
        Self { places, most_places, good: 0, ceiling, rate, next, shrunk: None, grown, accepted }
    }

    /// Takes this moment for a call, or says how far off the next free one is.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        if now < self.next {
            return Err(self.next - now);
        }
        if let Some(rate) = self.rate {
            // A sleeper that overslept a little does not slow down those behind it.
            self.next = (self.next + Duration::from_secs_f64(1.0 / rate)).max(now);
        }
        Ok(())
    }

    /// Notes a call the host took; true when that opens one more place.
    fn accepted(&mut self, now: Instant) -> bool {
        self.accepted.add(now);
        self.grow(now);
        self.good += 1;
        if self.good < ANSWERS_PER_PLACE || self.places == self.most_places {
            return false;
        }
        self.good = 0;
        self.places += 1;
        true
    }

    fn grow(&mut self, now: Instant) {
        let (Some(rate), Some(shrunk)) = (self.rate, self.shrunk) else {
            return;
        };
        let growth = if now.saturating_duration_since(shrunk) < QUIET { GROWTH } else { QUIET_GROWTH };
        let rate = rate * growth.powf(now.saturating_duration_since(self.grown).as_secs_f64());
        self.grown = now;
        self.rate = Some(rate);
        if rate >= self.ceiling.unwrap_or(UNPACED) {
            self.rate = self.ceiling;
            self.shrunk = None;
        }
    }

    fn throttled(&mut self, sent: Instant, now: Instant, retry_after: Option<Duration>) {
        if let Some(hold) = retry_after {
            self.next = self.next.max(now + hold.min(LONGEST_HOLD));
        }
        // Calls already under way when the rate shrank say nothing about the new rate.
        if self.shrunk.is_some_and(|shrunk| sent <= shrunk) {
            return;
        }
        let seen = self.accepted.per_second(now).max(SLOWEST);
        let rate = (self.rate.map_or(seen, |rate| rate.min(seen)) * SHRINK).max(SLOWEST);
        self.rate = Some(self.ceiling.map_or(rate, |ceiling| rate.min(ceiling)));
        self.next = self.next.max(now + Duration::from_secs_f64(1.0 / rate));
        self.shrunk = Some(now);
        self.grown = now;
    }
}

/// How many calls the host accepted in this second and in the one before.
#[derive(Debug)]
struct Accepted {
    second: Instant,
    count: u32,
    before: u32,
}

impl Accepted {
    fn add(&mut self, now: Instant) {
        self.turn_over(now);
        self.count += 1;
    }

    fn per_second(&mut self, now: Instant) -> f64 {
        self.turn_over(now);
        f64::from(self.count.max(self.before))
    }

    fn turn_over(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.second).as_secs();
        if age == 0 {
            return;
        }
        self.before = if age == 1 { self.count } else { 0 };
        self.count = 0;
        self.second += Duration::from_secs(age);
    }
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
