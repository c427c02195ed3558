//! Circuit breaker: stops calls to a host during an outage, and probes the host until it responds. Time is an argument.
//!
//! The breaker receives the outcome of each attempt. Calls wait for the host; none fails because of the breaker.

use std::time::{Duration, Instant};

/// An outage begins after this many consecutive failures ...
const FAILURES: u32 = 5;
/// ... or after consecutive failures for this time, because attempts that time out are few but long.
const STREAK: Duration = Duration::from_secs(10);
/// The time before the first probe. It doubles with each failed probe.
const FIRST_OPEN_TIME: Duration = Duration::from_secs(1);
/// The maximum time before a probe, so the maximum delay of waiting calls after an outage.
const MAX_OPEN_TIME: Duration = Duration::from_secs(10);
/// Calls to a host without a successful connection fail after this time: its name or address is probably wrong, or this
/// machine has no network.
const NEVER_REACHED: Duration = Duration::from_mins(2);
/// An outage that begins within this time after another one is not reported again.
const SAME_OUTAGE: Duration = Duration::from_mins(1);

/// One host's breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: State,
    /// The reason of the last failure.
    last_failure: String,
    /// The time of the last success.
    last_success: Option<Instant>,
    /// Since the last success: when the first failed attempt was sent, and the number of failures.
    failing: Option<(Instant, u32)>,
    /// The end of the last outage.
    ended: Option<Instant>,
    /// Whether any connection succeeded.
    reached: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Calls are admitted.
    #[default]
    Closed,
    /// No call is admitted before `until`; the first one afterwards is the probe.
    Open { until: Instant, open_time: Duration },
    /// A probe is in progress. If its outcome is not known at `until`, another call becomes the probe.
    Probing { until: Instant, open_time: Duration },
}

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Yes.
    Free,
    /// Yes, as the probe of the host.
    Probe,
    /// Not before this time has passed, unless another call succeeds.
    Wait(Duration),
    /// No connection to the host has ever succeeded, so waiting is useless.
    Unreachable,
}

impl Breaker {
    /// Whether a call may be sent now.
    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        match self.state {
            State::Closed => Admission::Free,
            State::Open { until, .. } | State::Probing { until, .. } if now < until => {
                if self.is_unreachable(now) {
                    Admission::Unreachable
                } else {
                    Admission::Wait(until - now)
                }
            }
            State::Open { open_time, .. } | State::Probing { open_time, .. } => {
                self.state = State::Probing { until: now + open_time, open_time };
                Admission::Probe
            }
        }
    }

    /// Whether calls are admitted.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// The time until a call is admitted.
    pub(crate) fn time_until_probe(&self, now: Instant) -> Duration {
        match self.state {
            State::Closed => Duration::ZERO,
            State::Open { until, .. } | State::Probing { until, .. } => until.saturating_duration_since(now),
        }
    }

    /// Records a response that is not a server error. Returns the duration of the outage that this ends, if any.
    pub(crate) fn record_success(&mut self, now: Instant) -> Option<Duration> {
        let outage = if self.is_closed() { None } else { self.failing };
        self.state = State::Closed;
        self.reached = true;
        self.last_success = Some(now);
        self.failing = None;
        let (since, _) = outage?;
        self.ended = Some(now);
        Some(now.saturating_duration_since(since))
    }

    /// The last failure; empty if there was none.
    pub(crate) fn last_failure(&self) -> &str {
        &self.last_failure
    }

    /// Whether another call has succeeded since `then`.
    pub(crate) fn succeeded_since(&self, then: Instant) -> bool {
        self.last_success.is_some_and(|well| well > then)
    }

    /// Whether no connection has ever succeeded, for a long time.
    pub(crate) fn is_unreachable(&self, now: Instant) -> bool {
        let long = |(since, _): (Instant, u32)| now.saturating_duration_since(since) >= NEVER_REACHED;
        !self.reached && self.failing.is_some_and(long)
    }

    /// Records a successful connection, whatever the outcome of the request.
    pub(crate) fn reached(&mut self) {
        self.reached = true;
    }

    /// Records a failure of the host (`reason`) in an attempt sent at `sent`. Returns true if this begins an outage that
    /// was not reported yet.
    pub(crate) fn record_failure(&mut self, sent: Instant, now: Instant, reason: String) -> bool {
        self.last_failure = reason;
        // Another call has succeeded since `sent`: only this call failed.
        if self.succeeded_since(sent) {
            return false;
        }
        let (since, failures) = self.failing.map_or((sent, 1), |(since, failures)| (since, failures.saturating_add(1)));
        self.failing = Some((since, failures));
        match self.state {
            State::Closed => {
                if failures < FAILURES && now.saturating_duration_since(since) < STREAK {
                    return false;
                }
                self.state = State::Open { until: now + FIRST_OPEN_TIME, open_time: FIRST_OPEN_TIME };
                self.ended.is_none_or(|ended| since.saturating_duration_since(ended) >= SAME_OUTAGE)
            }
            State::Probing { open_time, .. } => {
                let open_time = (open_time * 2).min(MAX_OPEN_TIME);
                self.state = State::Open { until: now + open_time, open_time };
                false
            }
            // The call was sent before the breaker opened; its failure adds no information.
            State::Open { .. } => false,
        }
    }

    /// The start of the current failures.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.failing.map(|(since, _)| since)
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

    fn reason() -> String {
        "HTTP 503".to_owned()
    }

    /// A breaker that opened at the time returned.
    fn open() -> (Breaker, Instant) {
        let mut breaker = Breaker::default();
        let now = start();
        for failure in 1..=FAILURES {
            assert_eq!(breaker.admit(now), Admission::Free);
            assert_eq!(breaker.record_failure(now, now, reason()), failure == FAILURES);
        }
        (breaker, now)
    }

    #[test]
    fn consecutive_failures_open_the_breaker() {
        let (mut breaker, now) = open();
        assert_eq!(breaker.admit(now), Admission::Wait(FIRST_OPEN_TIME));
        assert_eq!(breaker.last_failure(), reason());
        assert_eq!(breaker.admit(now + FIRST_OPEN_TIME / 2), Admission::Wait(FIRST_OPEN_TIME / 2));
    }

    #[test]
    fn one_long_attempt_without_a_response_opens_the_breaker() {
        let mut breaker = Breaker::default();
        let now = start();
        assert!(breaker.record_failure(now, now + STREAK, reason()));
        assert!(!breaker.is_closed());
    }

    #[test]
    fn one_success_resets_the_failure_count() {
        let mut breaker = Breaker::default();
        let now = start();
        for second in 0..100 {
            let now = now + SECOND * second;
            assert!(!breaker.record_failure(now, now, reason()));
            if second % 4 == 3 {
                assert_eq!(breaker.record_success(now), None);
            }
            assert_eq!(breaker.admit(now), Admission::Free);
        }
    }

    #[test]
    fn a_call_that_fails_while_others_succeed_does_not_open_the_breaker() {
        let mut breaker = Breaker::default();
        let now = start();
        for second in 0..100 {
            let now = now + SECOND * second;
            breaker.record_success(now + SECOND / 2);
            assert!(!breaker.record_failure(now, now + SECOND, reason()));
        }
        assert!(breaker.is_closed());
    }

    #[test]
    fn only_one_call_is_the_probe() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_OPEN_TIME;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.admit(now), Admission::Wait(FIRST_OPEN_TIME));
    }

    #[test]
    fn a_successful_probe_closes_the_breaker_and_returns_the_duration_of_the_outage() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_OPEN_TIME;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.record_success(now), Some(FIRST_OPEN_TIME));
        assert_eq!(breaker.admit(now), Admission::Free);
        assert_eq!(breaker.admit(now), Admission::Free);
    }

    #[test]
    fn failed_probes_double_the_open_time_up_to_a_maximum() {
        let (mut breaker, opened) = open();
        let mut now = opened + FIRST_OPEN_TIME;
        for seconds in [2, 4, 8, 10, 10] {
            let open_time = SECOND * seconds;
            assert_eq!(breaker.admit(now), Admission::Probe);
            assert!(!breaker.record_failure(now, now, reason()), "an outage is reported once");
            breaker.reached();
            assert_eq!(breaker.admit(now), Admission::Wait(open_time));
            now += open_time;
        }
    }

    #[test]
    fn a_probe_without_an_outcome_is_followed_by_another_probe() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_OPEN_TIME;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.admit(now + FIRST_OPEN_TIME / 2), Admission::Wait(FIRST_OPEN_TIME / 2));
        assert_eq!(breaker.admit(now + FIRST_OPEN_TIME), Admission::Probe);
    }

    #[test]
    fn an_outage_with_single_successes_is_reported_once() {
        let (mut breaker, opened) = open();
        let mut reports = 0;
        for second in 0..120 {
            let now = opened + SECOND * second;
            if second % 10 == 0 {
                breaker.record_success(now);
            }
            reports += u32::from(breaker.record_failure(now, now, reason()));
        }
        assert_eq!(reports, 0);
        breaker.record_success(opened + SECOND * 120);
        let later = opened + SECOND * 300;
        for _ in 0..FAILURES {
            reports += u32::from(breaker.record_failure(later, later, reason()));
        }
        assert_eq!(reports, 1, "a new outage is reported");
    }

    #[test]
    fn only_a_host_that_was_never_reached_is_unreachable() {
        let (mut breaker, opened) = open();
        let later = opened + NEVER_REACHED;
        breaker.admit(opened + FIRST_OPEN_TIME);
        breaker.record_failure(later, later, reason());
        assert!(breaker.is_unreachable(later));
        assert_eq!(breaker.admit(later), Admission::Unreachable);
        breaker.reached();
        assert!(!breaker.is_unreachable(later));
    }
}
