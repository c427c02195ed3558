//! Stops calling a host during an outage, and probes it until it answers. Pure: time is an argument.
//!
//! Knows no call: it is given the outcome of each attempt. Calls wait for the host; none fails because of the breaker.

use std::time::{Duration, Instant};

/// An outage begins with this many failures in a row ...
const FAILURES: u32 = 5;
/// ... or with failures in a row over this time: attempts that end with a time-out are few but long.
const STREAK: Duration = Duration::from_secs(10);
/// The time before the first probe; doubles with each failed probe.
const FIRST_REST: Duration = Duration::from_secs(1);
/// The longest time before a probe: calls that wait for the host go on at most this much later than possible.
const LONGEST_REST: Duration = Duration::from_secs(10);
/// A host that no connection was ever made to is given up after this time: its name or address is probably wrong, or this
/// machine has no network.
const NEVER_REACHED: Duration = Duration::from_mins(2);
/// An outage that begins this soon after another one is the same one for the user.
const SAME_OUTAGE: Duration = Duration::from_mins(1);

/// One host's breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    state: State,
    /// The last failure.
    why: String,
    /// When the host answered a call last.
    last_well: Option<Instant>,
    /// When the first attempt was sent that failed since then, and how many did.
    failing: Option<(Instant, u32)>,
    /// When the last outage ended.
    ended: Option<Instant>,
    /// Whether a connection was ever made.
    reached: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Calls pass.
    #[default]
    Closed,
    /// No call passes before `until`; the first one after is the probe.
    Open { until: Instant, rest: Duration },
    /// One call is under way as the probe. Should its outcome not be known by `until`, another call may be one.
    Probing { until: Instant, rest: Duration },
}

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It may.
    Free,
    /// It may, as the probe of a host that failed until now.
    Probe,
    /// Not within this time, unless the host answers another call.
    Wait(Duration),
    /// The host cannot be reached at all: there is no sense in waiting.
    Hopeless,
}

impl Breaker {
    /// Whether a call may be sent now.
    pub(crate) fn admit(&mut self, now: Instant) -> Admission {
        match self.state {
            State::Closed => Admission::Free,
            State::Open { until, .. } | State::Probing { until, .. } if now < until => {
                if self.is_hopeless(now) {
                    Admission::Hopeless
                } else {
                    Admission::Wait(until - now)
                }
            }
            State::Open { rest, .. } | State::Probing { rest, .. } => {
                self.state = State::Probing { until: now + rest, rest };
                Admission::Probe
            }
        }
    }

    /// Whether calls pass.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// How long no call will be sent, without asking for admission.
    pub(crate) fn rests(&self, now: Instant) -> Duration {
        match self.state {
            State::Closed => Duration::ZERO,
            State::Open { until, .. } | State::Probing { until, .. } => until.saturating_duration_since(now),
        }
    }

    /// The host answered, be it with an error that is not its own. Returns how long it had failed if that ends an outage.
    pub(crate) fn well(&mut self, now: Instant) -> Option<Duration> {
        let outage = if self.is_closed() { None } else { self.failing };
        self.state = State::Closed;
        self.reached = true;
        self.last_well = Some(now);
        self.failing = None;
        let (since, _) = outage?;
        self.ended = Some(now);
        Some(now.saturating_duration_since(since))
    }

    /// The last failure; empty if there was none.
    pub(crate) fn why(&self) -> &str {
        &self.why
    }

    /// Whether the host answered another call since then.
    pub(crate) fn was_well_since(&self, then: Instant) -> bool {
        self.last_well.is_some_and(|well| well > then)
    }

    /// Whether no connection could be made for a long time, and never before.
    pub(crate) fn is_hopeless(&self, now: Instant) -> bool {
        let long = |(since, _): (Instant, u32)| now.saturating_duration_since(since) >= NEVER_REACHED;
        !self.reached && self.failing.is_some_and(long)
    }

    /// A connection was made, whatever came of it.
    pub(crate) fn reached(&mut self) {
        self.reached = true;
    }

    /// An attempt that was sent at `sent` failed for a reason that is the host's, described by `why`. True if that begins
    /// an outage that was not reported yet.
    pub(crate) fn unwell(&mut self, sent: Instant, now: Instant, why: String) -> bool {
        self.why = why;
        // The host answered another call since: this one alone has failed.
        if self.was_well_since(sent) {
            return false;
        }
        let (since, failures) = self.failing.map_or((sent, 1), |(since, failures)| (since, failures.saturating_add(1)));
        self.failing = Some((since, failures));
        match self.state {
            State::Closed => {
                if failures < FAILURES && now.saturating_duration_since(since) < STREAK {
                    return false;
                }
                self.state = State::Open { until: now + FIRST_REST, rest: FIRST_REST };
                self.ended.is_none_or(|ended| since.saturating_duration_since(ended) >= SAME_OUTAGE)
            }
            State::Probing { rest, .. } => {
                let rest = (rest * 2).min(LONGEST_REST);
                self.state = State::Open { until: now + rest, rest };
                false
            }
            // A call from before the outage was noticed; its failure is nothing new.
            State::Open { .. } => false,
        }
    }

    /// Since when the host fails.
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

    fn why() -> String {
        "HTTP 503".to_owned()
    }

    /// A breaker that opened at the time returned.
    fn open() -> (Breaker, Instant) {
        let mut breaker = Breaker::default();
        let now = start();
        for failure in 1..=FAILURES {
            assert_eq!(breaker.admit(now), Admission::Free);
            assert_eq!(breaker.unwell(now, now, why()), failure == FAILURES);
        }
        (breaker, now)
    }

    #[test]
    fn several_failures_in_a_row_open() {
        let (mut breaker, now) = open();
        assert_eq!(breaker.admit(now), Admission::Wait(FIRST_REST));
        assert_eq!(breaker.why(), why());
        assert_eq!(breaker.admit(now + FIRST_REST / 2), Admission::Wait(FIRST_REST / 2));
    }

    #[test]
    fn one_long_attempt_without_an_answer_opens() {
        let mut breaker = Breaker::default();
        let now = start();
        assert!(breaker.unwell(now, now + STREAK, why()));
        assert!(!breaker.is_closed());
    }

    #[test]
    fn one_good_answer_ends_the_streak() {
        let mut breaker = Breaker::default();
        let now = start();
        for second in 0..100 {
            let now = now + SECOND * second;
            assert!(!breaker.unwell(now, now, why()));
            if second % 4 == 3 {
                assert_eq!(breaker.well(now), None);
            }
            assert_eq!(breaker.admit(now), Admission::Free);
        }
    }

    #[test]
    fn a_call_that_fails_while_others_are_answered_does_not_open() {
        let mut breaker = Breaker::default();
        let now = start();
        for second in 0..100 {
            let now = now + SECOND * second;
            breaker.well(now + SECOND / 2);
            assert!(!breaker.unwell(now, now + SECOND, why()));
        }
        assert!(breaker.is_closed());
    }

    #[test]
    fn only_one_call_probes() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.admit(now), Admission::Wait(FIRST_REST));
    }

    #[test]
    fn a_good_probe_closes_and_gives_the_length_of_the_outage() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.well(now), Some(FIRST_REST));
        assert_eq!(breaker.admit(now), Admission::Free);
        assert_eq!(breaker.admit(now), Admission::Free);
    }

    #[test]
    fn bad_probes_lengthen_the_rest_up_to_a_bound() {
        let (mut breaker, opened) = open();
        let mut now = opened + FIRST_REST;
        for rest in [2, 4, 8, 10, 10] {
            let rest = SECOND * rest;
            assert_eq!(breaker.admit(now), Admission::Probe);
            assert!(!breaker.unwell(now, now, why()), "an outage is reported once");
            breaker.reached();
            assert_eq!(breaker.admit(now), Admission::Wait(rest));
            now += rest;
        }
    }

    #[test]
    fn a_probe_without_an_outcome_is_followed_by_another() {
        let (mut breaker, opened) = open();
        let now = opened + FIRST_REST;
        assert_eq!(breaker.admit(now), Admission::Probe);
        assert_eq!(breaker.admit(now + FIRST_REST / 2), Admission::Wait(FIRST_REST / 2));
        assert_eq!(breaker.admit(now + FIRST_REST), Admission::Probe);
    }

    #[test]
    fn an_outage_that_goes_on_after_one_good_answer_is_reported_once() {
        let (mut breaker, opened) = open();
        let mut reports = 0;
        for second in 0..120 {
            let now = opened + SECOND * second;
            if second % 10 == 0 {
                breaker.well(now);
            }
            reports += u32::from(breaker.unwell(now, now, why()));
        }
        assert_eq!(reports, 0);
        breaker.well(opened + SECOND * 120);
        let later = opened + SECOND * 300;
        for _ in 0..FAILURES {
            reports += u32::from(breaker.unwell(later, later, why()));
        }
        assert_eq!(reports, 1, "a new outage is reported");
    }

    #[test]
    fn only_a_host_that_was_never_reached_is_given_up() {
        let (mut breaker, opened) = open();
        let later = opened + NEVER_REACHED;
        breaker.admit(opened + FIRST_REST);
        breaker.unwell(later, later, why());
        assert!(breaker.is_hopeless(later));
        assert_eq!(breaker.admit(later), Admission::Hopeless);
        breaker.reached();
        assert!(!breaker.is_hopeless(later));
    }
}
