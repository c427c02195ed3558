//! Stops calling a host that keeps failing, and probes it now and then. Pure: told the time, never asks it.
//!
//! Knows no call; it hears only whether the host seemed well.

use std::time::{Duration, Instant};

/// The host is given up after this many failures in a row ...
const FAILURES: u32 = 10;
/// ... that span at least this long. Both, because a restart of the API fails many calls at once but not for long,
/// and a single call's retries are few but last.
const STREAK: Duration = Duration::from_secs(15);
/// The first time a host is left alone; doubles with each failed probe.
const FIRST_REST: Duration = Duration::from_secs(10);
/// The longest time a host is left alone.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// One host's breaker.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: State,
    /// What the host last did wrong.
    why: String,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Calls pass. `since` is the first failure of the streak.
    Closed { failures: u32, since: Option<Instant> },
    /// No call passes before `until`; the first one after is the probe.
    Open { until: Instant, rest: Duration },
    /// One call is under way to find out. Should it never report, another may go at `until`.
    Probing { until: Instant, rest: Duration },
}

impl Breaker {
    pub(crate) fn new() -> Self {
        Self { state: State::Closed { failures: 0, since: None }, why: String::new() }
    }

    /// Lets a call pass, or says how long the host will still be left alone.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match self.state {
            State::Closed { .. } => Ok(()),
            State::Open { until, rest } | State::Probing { until, rest } => {
                if now < until {
                    return Err(until - now);
                }
                self.state = State::Probing { until: now + rest, rest };
                Ok(())
            }
        }
    }

    /// The host answered, be it with a refusal.
    pub(crate) fn well(&mut self) {
        self.state = State::Closed { failures: 0, since: None };
    }

    /// What the host last did wrong; empty if nothing.
    pub(crate) fn why(&self) -> &str {
        &self.why
    }

    /// The host did not answer, or with its own failure, described by `why`.
    pub(crate) fn unwell(&mut self, now: Instant, why: String) {
        self.why = why;
        self.state = match self.state {
            State::Closed { failures, since } => {
                let failures = failures.saturating_add(1);
                let since = since.unwrap_or(now);
                if failures >= FAILURES && now.saturating_duration_since(since) >= STREAK {
                    State::Open { until: now + FIRST_REST, rest: FIRST_REST }
                } else {
                    State::Closed { failures, since: Some(since) }
                }
            }
            State::Probing { rest, .. } => {
                let rest = (rest * 2).min(LONGEST_REST);
                State::Open { until: now + rest, rest }
            }
            // A call from before the breaker opened reports late; it says nothing new.
            open @ State::Open { .. } => open,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::testing::ManualClock;

    const SECOND: Duration = Duration::from_secs(1);

    fn start() -> Instant {
        ManualClock::new().now()
    }

    fn why() -> String {
        "HTTP 503".to_owned()
    }

    /// A breaker that opened at the time returned.
    fn open() -> (Breaker, Instant) {
        let mut breaker = Breaker::new();
        let mut now = start();
        for _ in 0..FAILURES {
            assert_eq!(breaker.admit(now), Ok(()));
            now += STREAK / (FAILURES - 1);
            breaker.unwell(now, why());
        }
        now += SECOND * 2;
        breaker.unwell(now, why());
        (breaker, now)
    }

    #[test]
    fn a_long_streak_of_failures_opens() {
        let (mut breaker, now) = open();
        assert_eq!(breaker.admit(now), Err(FIRST_REST));
        assert_eq!(breaker.why(), why());
        assert_eq!(breaker.admit(now + FIRST_REST / 2), Err(FIRST_REST / 2));
    }

    #[test]
    fn many_failures_at_once_do_not_open() {
        let mut breaker = Breaker::new();
        let now = start();
        for _ in 0..100 {
            breaker.unwell(now + STREAK / 2, why());
        }
        assert_eq!(breaker.admit(now + STREAK), Ok(()));
    }

    #[test]
    fn one_good_answer_ends_the_streak() {
        let mut breaker = Breaker::new();
        let now = start();
        for second in 0..100 {
            breaker.unwell(now + SECOND * second, why());
            if second % 9 == 8 {
                breaker.well();
            }
            assert_eq!(breaker.admit(now + SECOND * second), Ok(()));
        }
    }

    #[test]
    fn only_one_call_probes() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Ok(()));
        assert!(breaker.admit(now).is_err());
    }

    #[test]
    fn a_good_probe_closes() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Ok(()));
        breaker.well();
        assert_eq!(breaker.admit(now), Ok(()));
        assert_eq!(breaker.admit(now), Ok(()));
    }

    #[test]
    fn bad_probes_lengthen_the_rest_up_to_a_bound() {
        let (mut breaker, opened) = open();
        let mut now = opened + FIRST_REST;
        for rest in [20, 40, 60, 60] {
            let rest = SECOND * rest;
            assert_eq!(breaker.admit(now), Ok(()));
            breaker.unwell(now, why());
            assert_eq!(breaker.admit(now), Err(rest));
            now += rest;
        }
    }

    #[test]
    fn a_probe_that_never_reports_does_not_lock_the_host_out() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Ok(()));
        assert!(breaker.admit(now + FIRST_REST / 2).is_err());
        assert_eq!(breaker.admit(now + FIRST_REST), Ok(()));
    }
}
