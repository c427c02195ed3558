//! Paces the calls to one host: so many at a time, so many per second, fewer after a 429 and slowly more again.
//!
//! Knows no call and no retry. The arithmetic ([`Pace`]) is told the time; only [`Limiter::turn`] waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Gate, OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// Calls at a time before the first answer: a host with a small allowance shows it within a few calls.
const FIRST_PLACES: usize = 1;
/// So many good answers open one more place. Fewer would send a larger burst into a limit that is not known yet.
const ANSWERS_PER_PLACE: u32 = 4;
/// Rate after the first 429, as a share of the calls accepted in the second before it: these include the burst that the
/// host allowed.
const FIRST_SHARE: f64 = 0.8;
/// Weight of the measured rate after the first measurement, and after later ones. Between two 429 the host accepted as
/// many calls per second as its limit allows, except for what it did not save up while the rate was lower; the rest of
/// the weight is on the rate that was just too high.
const FIRST_WEIGHT: f64 = 0.5;
const WEIGHT: f64 = 0.8;
/// The rate after a 429 is between these shares of the rate that caused it.
const LOWEST_SHARE: f64 = 0.5;
const HIGHEST_SHARE: f64 = 0.95;
/// A measurement of fewer calls than this is too coarse to rely on.
const MEASURED_CALLS: u32 = 3;
/// Growth per second until the limit of the host was measured.
const SEARCHING_GROWTH: f64 = 1.05;
/// Growth per second afterwards: one 429 in about a minute shows whether the limit is higher now.
const GROWTH: f64 = 1.002;
/// Growth per second after [`QUIET`]: the limit of the host is clearly higher than measured.
const QUIET_GROWTH: f64 = 1.05;
/// See [`QUIET_GROWTH`].
const QUIET: Duration = Duration::from_secs(90);
/// No calls for this long after a 429 without `Retry-After`: limits are mostly counted per second.
const REST: Duration = Duration::from_secs(1);
/// The lowest rate that 429 answers lead to, per second.
const SLOWEST: f64 = 0.1;
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

    /// The host answered a call, sent at `sent`, with 429.
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
    /// When the last 429 that counted arrived, and the calls accepted since.
    shrunk: Option<Instant>,
    accepted_since: u32,
    /// Whether the limit of the host was measured: two 429 with accepted calls between them.
    measured: bool,
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
        Self {
            places,
            most_places,
            good: 0,
            ceiling,
            rate,
            next,
            shrunk: None,
            accepted_since: 0,
            measured: false,
            grown,
            accepted,
        }
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
        self.accepted_since = self.accepted_since.saturating_add(1);
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
        let growth = match now.saturating_duration_since(shrunk) {
            _ if !self.measured => SEARCHING_GROWTH,
            quiet if quiet < QUIET => GROWTH,
            _ => QUIET_GROWTH,
        };
        let rate = rate * growth.powf(now.saturating_duration_since(self.grown).as_secs_f64());
        self.grown = now;
        self.rate = Some(rate);
        if rate >= self.ceiling.unwrap_or(UNPACED) {
            self.rate = self.ceiling;
            self.shrunk = None;
            self.measured = false;
        }
    }

    fn throttled(&mut self, sent: Instant, now: Instant, retry_after: Option<Duration>) {
        let hold = retry_after.map(|hold| hold.min(LONGEST_HOLD));
        self.next = self.next.max(now + hold.unwrap_or_default());
        // Calls that were sent before the rate was reduced say nothing about the new rate.
        if self.shrunk.is_some_and(|shrunk| sent <= shrunk) {
            return;
        }
        let rate = match (self.shrunk, self.rate) {
            (Some(shrunk), Some(rate)) => self.measure(rate, now.saturating_duration_since(shrunk)),
            (_, rate) => {
                let seen = self.accepted.per_second(now).max(1.0);
                rate.map_or(seen, |rate| rate.min(seen)) * FIRST_SHARE
            }
        };
        let rate = self.ceiling.map_or(rate, |ceiling| rate.min(ceiling)).max(SLOWEST);
        self.rate = Some(rate);
        self.next = self.next.max(now + hold.unwrap_or(REST).max(Duration::from_secs_f64(1.0 / rate)));
        self.shrunk = Some(now);
        self.accepted_since = 0;
        self.grown = now;
    }

    /// The rate after another 429, from what was accepted in the time since the last one.
    fn measure(&mut self, rate: f64, time: Duration) -> f64 {
        if self.accepted_since == 0 || time.is_zero() {
            return rate * LOWEST_SHARE;
        }
        let accepted = f64::from(self.accepted_since) / time.as_secs_f64();
        let weight = if self.measured { WEIGHT } else { FIRST_WEIGHT };
        self.measured |= self.accepted_since >= MEASURED_CALLS;
        (accepted * weight + rate * 0.9 * (1.0 - weight)).clamp(rate * LOWEST_SHARE, rate * HIGHEST_SHARE)
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
