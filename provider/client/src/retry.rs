//! Decides whether a failed attempt is retried, and after which pause. Pure: no clock, no sleep.
//!
//! 400, 401, 403, 404 and 409 are not retried here: their meaning depends on the request. The engine waits for permissions,
//! for objects to become visible, and for other operations to end.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use fastrand::Rng;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::api_error::Kind;
use crate::call::Repeatable;

/// Maximum of the first pause: longer than most response times, and short enough not to be noticed.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Maximum of every pause, so the maximum delay of a call after an outage.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Maximum number of failed attempts while the host responds to other calls: the cause is then this call, not an outage.
pub(crate) const ATTEMPTS_ALONE: u32 = 10;

/// The class of a failed attempt, which decides about retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureClass {
    /// Rate limited, so certainly not executed.
    Throttled {
        /// `Retry-After`, relative to now.
        retry_after: Option<Duration>,
    },
    /// Server error; it is unknown whether the call was executed.
    Broken {
        /// `Retry-After`, relative to now.
        retry_after: Option<Duration>,
    },
    /// No connection, so certainly not executed.
    Unsent,
    /// Sent, but no complete response; it is unknown whether the call was executed.
    Lost,
    /// A 404 or 410 without Scaleway's error body: from a proxy or gateway, perhaps during its restart.
    Foreign,
    /// Every retry would fail in the same way.
    Final,
}

impl FailureClass {
    /// Classifies an error response, general rules first.
    pub(crate) fn of_response(status: u16, kind: Kind, headers: &HeaderMap) -> Self {
        match (kind, status) {
            (Kind::Foreign, _) => Self::Foreign,
            (Kind::Throttled, _) => Self::Throttled { retry_after: retry_after(headers) },
            // 501 and redirects are permanent.
            (Kind::Broken, 501 | 100..=399) => Self::Final,
            (Kind::Broken, _) => Self::Broken { retry_after: retry_after(headers) },
            _ => Self::Final,
        }
    }

    /// Whether the host sent `Retry-After`.
    pub(crate) fn has_retry_after(self) -> bool {
        matches!(self, Self::Throttled { retry_after: Some(_) } | Self::Broken { retry_after: Some(_) })
    }

    /// Whether this is a failure of the host, and not of this call only.
    pub(crate) fn is_host_failure(self) -> bool {
        matches!(self, Self::Broken { .. } | Self::Unsent | Self::Lost)
    }
}

/// The remaining retries of one call.
#[derive(Debug)]
pub(crate) struct Retry {
    repeatable: Repeatable,
    /// Only the maximums come from `backon`: its jitter makes pauses longer, while full jitter starts at zero.
    ceilings: ExponentialBackoff,
    rng: Rng,
    /// The remaining retries after [`FailureClass::Foreign`].
    foreign: u32,
}

/// The number of retries after a response that is not from the API.
const FOREIGN_RETRIES: u32 = 2;

impl Retry {
    pub(crate) fn new(repeatable: Repeatable, max_retries: Option<u32>, rng: Rng) -> Self {
        let ceilings = ExponentialBuilder::new().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
        let ceilings = match max_retries.and_then(|retries| usize::try_from(retries).ok()) {
            Some(retries) => ceilings.with_max_times(retries),
            None => ceilings.without_max_times(),
        };
        Self { repeatable, ceilings: ceilings.build(), rng, foreign: FOREIGN_RETRIES }
    }

    /// The pause before the next attempt; `None` if the call is not retried.
    pub(crate) fn pause_after(&mut self, class: FailureClass) -> Option<Duration> {
        let requested = match class {
            FailureClass::Final => return None,
            FailureClass::Foreign => {
                self.foreign = self.foreign.checked_sub(1).filter(|_| self.repeatable == Repeatable::Yes)?;
                None
            }
            FailureClass::Lost | FailureClass::Broken { .. } if self.repeatable == Repeatable::No => return None,
            FailureClass::Unsent | FailureClass::Lost => None,
            FailureClass::Throttled { retry_after } | FailureClass::Broken { retry_after } => retry_after,
        };
        let ceiling = self.ceilings.next()?;
        Some(match requested {
            // The limiter decides when a rate limited call is sent again.
            None if matches!(class, FailureClass::Throttled { .. }) => Duration::ZERO,
            // Calls with the same `Retry-After` are sent a little apart.
            Some(requested) => requested.saturating_add(FIRST_PAUSE.mul_f64(self.rng.f64())),
            None => ceiling.mul_f64(self.rng.f64()),
        })
    }
}

/// `Retry-After` as seconds or as a date. A date is relative to the `Date` of the response, because clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let then = date(text)?;
    let now = date(headers.get(DATE)?.to_str().ok()?)?;
    Some(Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO))
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::HeaderValue;

    use super::*;

    const THROTTLED: FailureClass = FailureClass::Throttled { retry_after: None };
    const BROKEN: FailureClass = FailureClass::Broken { retry_after: None };

    fn retry(repeatable: Repeatable, max_retries: u32) -> Retry {
        Retry::new(repeatable, Some(max_retries), Rng::with_seed(7))
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_call_that_was_not_executed_is_always_retried() {
        for repeatable in [Repeatable::Yes, Repeatable::No] {
            for class in [THROTTLED, FailureClass::Unsent] {
                assert!(retry(repeatable, 3).pause_after(class).is_some(), "{repeatable:?} {class:?}");
            }
        }
    }

    #[test]
    fn a_call_with_an_unknown_outcome_is_retried_only_if_repeatable() {
        for class in [BROKEN, FailureClass::Lost] {
            assert!(retry(Repeatable::Yes, 3).pause_after(class).is_some(), "{class:?}");
            assert!(retry(Repeatable::No, 3).pause_after(class).is_none(), "{class:?}");
        }
        assert!(retry(Repeatable::Yes, 3).pause_after(FailureClass::Final).is_none());
    }

    #[test]
    fn status_and_kind_decide_the_class() {
        let class = |status, kind| FailureClass::of_response(status, kind, &HeaderMap::new());
        assert_eq!(class(429, Kind::Throttled), THROTTLED);
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(class(status, Kind::Broken), BROKEN, "{status}");
        }
        for status in [301, 501] {
            assert_eq!(class(status, Kind::Broken), FailureClass::Final, "{status}");
        }
        for kind in [Kind::NotFound, Kind::Denied, Kind::Unauthenticated, Kind::Busy, Kind::Invalid, Kind::Conflict] {
            assert_eq!(class(400, kind), FailureClass::Final, "{kind:?}");
        }
        assert_eq!(class(503, Kind::Quota), FailureClass::Final, "out of stock lasts for days");
        assert_eq!(class(404, Kind::Foreign), FailureClass::Foreign);
    }

    #[test]
    fn a_404_without_scaleways_body_is_retried_twice() {
        let mut reads = retry(Repeatable::Yes, 5);
        let pauses: Vec<_> = (0..4).map(|_| reads.pause_after(FailureClass::Foreign).is_some()).collect();
        assert_eq!(pauses, [true, true, false, false]);
        assert_eq!(retry(Repeatable::No, 5).pause_after(FailureClass::Foreign), None);
        assert!(!FailureClass::Foreign.is_host_failure(), "the host responds");
    }

    #[test]
    fn without_a_maximum_retries_do_not_end() {
        let mut retry = Retry::new(Repeatable::Yes, None, Rng::with_seed(7));
        assert!((0..1000).all(|_| retry.pause_after(BROKEN).is_some()));
    }

    #[test]
    fn retries_end_at_the_maximum() {
        let mut retry = retry(Repeatable::Yes, 3);
        let pauses: Vec<_> = (0..5).map(|_| retry.pause_after(THROTTLED).is_some()).collect();
        assert_eq!(pauses, [true, true, true, false, false]);
    }

    #[test]
    fn pauses_are_random_between_zero_and_a_growing_maximum() {
        let ceilings = [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0];
        let mut shortest = f64::MAX;
        let mut longest: f64 = 0.0;
        for seed in 0..200 {
            let mut retry = Retry::new(Repeatable::Yes, Some(8), Rng::with_seed(seed));
            for ceiling in ceilings {
                let pause = retry.pause_after(BROKEN).unwrap().as_secs_f64();
                assert!(pause <= ceiling, "{pause} > {ceiling}");
                shortest = shortest.min(pause / ceiling);
                longest = longest.max(pause / ceiling);
            }
        }
        assert!(shortest < 0.05 && longest > 0.95, "{shortest} to {longest}");
    }

    #[test]
    fn the_same_seed_gives_the_same_pauses() {
        let draw = |seed| {
            let mut retry = Retry::new(Repeatable::Yes, Some(5), Rng::with_seed(seed));
            (0..5).map(|_| retry.pause_after(BROKEN)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn retry_after_is_respected_with_a_little_jitter() {
        let class = FailureClass::of_response(429, Kind::Throttled, &headers(&[("retry-after", "20")]));
        let pause = retry(Repeatable::No, 1).pause_after(class).unwrap();
        assert!((20.0..=20.5).contains(&pause.as_secs_f64()), "{pause:?}");
    }

    #[test]
    fn retry_after_as_a_date_is_relative_to_the_date_header() {
        let after = |date| retry_after(&headers(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", date)]));
        assert_eq!(after("Sun, 06 Nov 1994 08:50:07 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO));
        assert_eq!(after("tomorrow"), None);
        assert_eq!(after("-5"), None);
        assert_eq!(retry_after(&headers(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")])), None);
    }
}
