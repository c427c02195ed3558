//! Limits the calls to one host: the number of concurrent calls, and the rate per second, which is reduced after a 429 and
//! then increased slowly.
//!
//! The arithmetic ([`Schedule`]) receives the time as an argument; only [`Limiter::acquire`] waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Gate, OwnedSemaphorePermit, Semaphore};

use crate::clock::Clock;

/// Concurrent calls before the first response: a host with a low limit returns 429 within a few calls.
const FIRST_SLOTS: usize = 1;
/// The number of responses after which one more concurrent call is allowed. A smaller number would send a larger burst
/// before the limit of the host is known.
const RESPONSES_PER_SLOT: u32 = 4;
/// Rate after the first 429, as a share of the calls accepted in the second before it: these include the burst that the
/// host allowed.
const FIRST_SHARE: f64 = 0.8;
/// Weight of the measured rate after the first measurement, and after later ones. Between two 429 the host accepted as
/// many calls per second as its limit allows, except for the burst that it did not accumulate while the rate was lower; the
/// remaining weight is on the rate that was too high.
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
/// The lowest rate after 429 responses, per second.
const SLOWEST: f64 = 0.1;
/// The lowest rate a user can set, per second: one call in 100 seconds.
const LOWEST_CEILING: f64 = 0.01;
/// Rates above this are not limited.
const UNPACED: f64 = 1000.0;
/// The maximum time for which `Retry-After` delays all calls; the retry of the call itself waits the full time.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// One host's limiter.
#[derive(Debug)]
pub(crate) struct Limiter {
    slots: Arc<Semaphore>,
    /// Held by the next caller. The other callers have no time slot yet, so a changed rate applies to all of them.
    gate: Gate<()>,
    schedule: Mutex<Schedule>,
}

/// The permission to send one call; its slot is released when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _slot: Option<OwnedSemaphorePermit>,
}

impl Limiter {
    /// At most `max_slots` concurrent calls (at least one), and `ceiling` calls per second, if set.
    pub(crate) fn new(max_slots: usize, ceiling: Option<f64>, now: Instant) -> Self {
        let schedule = Schedule::new(max_slots.clamp(1, Semaphore::MAX_PERMITS), ceiling, now);
        Self { slots: Arc::new(Semaphore::new(schedule.slots)), gate: Gate::new(()), schedule: Mutex::new(schedule) }
    }

    /// Waits for a slot, and then for the time to send. Cancel-safe.
    pub(crate) async fn acquire(&self, clock: &dyn Clock) -> Permit {
        // The semaphore is never closed. If it were, calls would not be limited.
        let place = Arc::clone(&self.slots).acquire_owned().await.ok();
        let _gate = self.gate.lock().await;
        loop {
            let taken = self.schedule().take(clock.now());
            match taken {
                Ok(()) => return Permit { _slot: place },
                Err(wait) => clock.sleep(wait).await,
            }
        }
    }

    /// Records a response other than 429.
    pub(crate) fn accepted(&self, now: Instant) {
        if self.schedule().accepted(now) {
            self.slots.add_permits(1);
        }
    }

    /// Records a 429 for a call sent at `sent`.
    pub(crate) fn throttled(&self, sent: Instant, now: Instant, retry_after: Option<Duration>) {
        self.schedule().throttled(sent, now, retry_after);
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Computes when the next call may be sent.
#[derive(Debug)]
struct Schedule {
    /// Concurrent calls: the current and the highest limit.
    slots: usize,
    max_slots: usize,
    /// Responses since the last increase of `slots`.
    good: u32,
    /// The rate limit set by the user, per second.
    ceiling: Option<f64>,
    /// The current rate limit, per second; `None`: not limited.
    rate: Option<f64>,
    /// No call is sent before this time.
    next: Instant,
    /// The time of the last 429 that reduced the rate, and the calls accepted since.
    shrunk: Option<Instant>,
    accepted_since: u32,
    /// Whether the limit of the host was measured: two 429 with accepted calls between them.
    measured: bool,
    grown: Instant,
    accepted: Accepted,
}

impl Schedule {
    fn new(max_slots: usize, ceiling: Option<f64>, now: Instant) -> Self {
        // A ceiling that is not a positive number is ignored; one near zero would stop all calls.
        let ceiling = ceiling.filter(|rate| rate.is_finite() && *rate > 0.0).map(|rate| rate.max(LOWEST_CEILING));
        let accepted = Accepted { second: now, count: 0, before: 0 };
        let slots = max_slots.min(FIRST_SLOTS);
        let (rate, next, grown) = (ceiling, now, now);
        Self {
            slots,
            max_slots,
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

    /// Reserves the current time for a call, or returns the time to wait.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        if now < self.next {
            return Err(self.next - now);
        }
        if let Some(rate) = self.rate {
            // A caller that wakes up late does not delay the next callers.
            self.next = (self.next + Duration::from_secs_f64(1.0 / rate)).max(now);
        }
        Ok(())
    }

    /// Records an accepted call; returns true if one more concurrent call is allowed.
    fn accepted(&mut self, now: Instant) -> bool {
        self.accepted.add(now);
        self.accepted_since = self.accepted_since.saturating_add(1);
        self.grow(now);
        self.good += 1;
        if self.good < RESPONSES_PER_SLOT || self.slots == self.max_slots {
            return false;
        }
        self.good = 0;
        self.slots += 1;
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
        // Calls that were sent before the rate was reduced do not measure the new rate.
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

    /// The rate after another 429, from the calls accepted since the previous one.
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

/// The number of calls that the host accepted in this second and in the previous one.
#[derive(Debug)]
struct Accepted {
    second: Instant,
    count: u32,
    before: u32,
}

impl Accepted {
    fn add(&mut self, now: Instant) {
        self.roll_over(now);
        self.count += 1;
    }

    fn per_second(&mut self, now: Instant) -> f64 {
        self.roll_over(now);
        f64::from(self.count.max(self.before))
    }

    fn roll_over(&mut self, now: Instant) {
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
