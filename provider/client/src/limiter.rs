//! Paces the calls to one host: so many at a time, so many per second, fewer after a 429 and slowly more again.
//!
//! Knows no call and no retry. The arithmetic ([`Pace`]) is told the time; only [`Limiter::turn`] waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// Calls at a time before anything was answered; each good answer lets in one more. So a host with a small allowance
/// says so after a few calls, and a generous one is at full speed after a few round trips.
const FIRST_PLACES: usize = 4;
/// Rate after a 429, as a share of what the host was seen to accept.
const SHRINK: f64 = 0.7;
/// Growth per second while the last 429 is recent: back where it was in about 20 s, so that probing the host's limit
/// costs one refusal in about a hundred calls.
const GROWTH: f64 = 1.02;
/// Growth per second once the host has been content for [`QUIET`].
const QUIET_GROWTH: f64 = 1.25;
/// See [`QUIET_GROWTH`].
const QUIET: Duration = Duration::from_secs(30);
/// No host is asked less often than this, per second.
const SLOWEST: f64 = 1.0;
/// Beyond this many calls per second pacing has no effect worth its bookkeeping.
const UNPACED: f64 = 1000.0;
/// A server may hold up all calls for this long at most; a single call still honours what it was told.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// One host's limiter.
#[derive(Debug)]
pub(crate) struct Limiter {
    places: Arc<Semaphore>,
    most_places: usize,
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
        let most_places = most_places.clamp(1, Semaphore::MAX_PERMITS);
        let open = most_places.min(FIRST_PLACES);
        Self { places: Arc::new(Semaphore::new(open)), most_places, pace: Mutex::new(Pace::new(open, ceiling, now)) }
    }

    /// Waits for a place and then for the moment to send. May be dropped at any time.
    pub(crate) async fn turn(&self, clock: &dyn Clock) -> Turn {
        // The semaphore is never closed; were it, calls would go unlimited rather than never.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let wait = self.pace().reserve(clock.now());
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
        Turn { _place: place }
    }

    /// The host took a call, whatever it answered.
    pub(crate) fn accepted(&self, now: Instant) {
        let mut pace = self.pace();
        pace.accepted(now);
        if pace.places < self.most_places {
            pace.places += 1;
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
    places: usize,
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
    fn new(places: usize, ceiling: Option<f64>, now: Instant) -> Self {
        // A ceiling that is no positive number would stop everything or mean nothing.
        let ceiling = ceiling.filter(|rate| rate.is_finite() && *rate > 0.0);
        let accepted = Accepted { second: now, count: 0, before: 0 };
        Self { places, ceiling, rate: ceiling, next: now, shrunk: None, grown: now, accepted }
    }

    /// Takes the next free moment and says how far off it is.
    fn reserve(&mut self, now: Instant) -> Duration {
        let moment = self.next.max(now);
        if let Some(rate) = self.rate {
            self.next = moment + Duration::from_secs_f64(1.0 / rate);
        }
        moment - now
    }

    fn accepted(&mut self, now: Instant) {
        self.accepted.add(now);
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
