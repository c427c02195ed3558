//! Decides which failed attempt is worth another, and after which pause. Pure: no clock, no sleep.
//!
//! Knows no resource. 400, 401, 403, 404 and 409 are never tried again here: what they mean depends on what was asked,
//! and waiting for rights, for objects to appear or for others to settle is the engine's business.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use fastrand::Rng;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::api_error::Kind;
use crate::call::Repeatable;

/// Upper bound of the first pause: longer than most answers take, short enough not to be noticed.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Upper bound of every pause: after an outage a call goes on at most this much later than possible.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// So many attempts fail at most while the host answers other calls: then this call is the reason, not an outage.
pub(crate) const ATTEMPTS_ALONE: u32 = 10;

/// What an attempt came to, as far as trying again goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Refused for the rate of calls, and so surely not executed.
    Throttled {
        /// What the server asks for, from now.
        retry_after: Option<Duration>,
    },
    /// The server failed; whether before or after executing is unknown.
    Broken {
        /// What the server asks for, from now.
        retry_after: Option<Duration>,
    },
    /// No connection, and so surely not executed.
    Unsent,
    /// No whole answer to what was sent; whether it was executed is unknown.
    Lost,
    /// A 404 or 410 that is not Scaleway's: a proxy or gateway answered, perhaps while it was restarted.
    Foreign,
    /// Will end the same way each time.
    Final,
}

impl Trouble {
    /// Reads an error answer, broad rules first.
    pub(crate) fn of_answer(status: u16, kind: Kind, headers: &HeaderMap) -> Self {
        match (kind, status) {
            (Kind::Foreign, _) => Self::Foreign,
            (Kind::Throttled, _) => Self::Throttled { retry_after: retry_after(headers) },
            // 501 and redirects will not change by asking again.
            (Kind::Broken, 501 | 100..=399) => Self::Final,
            (Kind::Broken, _) => Self::Broken { retry_after: retry_after(headers) },
            _ => Self::Final,
        }
    }

    /// Whether the host named a time after which the call may be sent again.
    pub(crate) fn asks_for_time(self) -> bool {
        matches!(self, Self::Throttled { retry_after: Some(_) } | Self::Broken { retry_after: Some(_) })
    }

    /// Whether the host itself seems unwell, rather than this one call.
    pub(crate) fn blames_host(self) -> bool {
        matches!(self, Self::Broken { .. } | Self::Unsent | Self::Lost)
    }
}

/// The repetitions one call has left.
#[derive(Debug)]
pub(crate) struct Retry {
    repeatable: Repeatable,
    /// Only the ceilings come from here: backon's own jitter lengthens pauses, full jitter draws from zero on.
    ceilings: ExponentialBackoff,
    rng: Rng,
    /// Repetitions after [`Trouble::Foreign`] that are left.
    foreign: u32,
}

/// How often a call is repeated that something other than the API answered.
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

    /// The pause before the next attempt; `None` when there should be none.
    pub(crate) fn pause_after(&mut self, trouble: Trouble) -> Option<Duration> {
        let asked = match trouble {
            Trouble::Final => return None,
            Trouble::Foreign => {
                self.foreign = self.foreign.checked_sub(1).filter(|_| self.repeatable == Repeatable::Yes)?;
                None
            }
            Trouble::Lost | Trouble::Broken { .. } if self.repeatable == Repeatable::No => return None,
            Trouble::Unsent | Trouble::Lost => None,
            Trouble::Throttled { retry_after } | Trouble::Broken { retry_after } => retry_after,
        };
        let ceiling = self.ceilings.next()?;
        Some(match asked {
            // The limiter decides when a call goes that exceeded the rate of calls.
            None if matches!(trouble, Trouble::Throttled { .. }) => Duration::ZERO,
            // Calls with the same `Retry-After` are sent a little apart.
            Some(asked) => asked.saturating_add(FIRST_PAUSE.mul_f64(self.rng.f64())),
            None => ceiling.mul_f64(self.rng.f64()),
        })
    }
}

/// `Retry-After` as seconds or as a date; a date counts from the answer's own `Date`, since clocks differ.
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

    const THROTTLED: Trouble = Trouble::Throttled { retry_after: None };
    const BROKEN: Trouble = Trouble::Broken { retry_after: None };

    fn retry(repeatable: Repeatable, max_retries: u32) -> Retry {
        Retry::new(repeatable, Some(max_retries), Rng::with_seed(7))
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_was_surely_not_executed_is_always_tried_again() {
        for repeatable in [Repeatable::Yes, Repeatable::No] {
            for trouble in [THROTTLED, Trouble::Unsent] {
                assert!(retry(repeatable, 3).pause_after(trouble).is_some(), "{repeatable:?} {trouble:?}");
            }
        }
    }

    #[test]
    fn what_may_have_been_executed_is_tried_again_only_if_repeatable() {
        for trouble in [BROKEN, Trouble::Lost] {
            assert!(retry(Repeatable::Yes, 3).pause_after(trouble).is_some(), "{trouble:?}");
            assert!(retry(Repeatable::No, 3).pause_after(trouble).is_none(), "{trouble:?}");
        }
        assert!(retry(Repeatable::Yes, 3).pause_after(Trouble::Final).is_none());
    }

    #[test]
    fn statuses_become_troubles() {
        let trouble = |status, kind| Trouble::of_answer(status, kind, &HeaderMap::new());
        assert_eq!(trouble(429, Kind::Throttled), THROTTLED);
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(trouble(status, Kind::Broken), BROKEN, "{status}");
        }
        for status in [301, 501] {
            assert_eq!(trouble(status, Kind::Broken), Trouble::Final, "{status}");
        }
        for kind in [Kind::NotFound, Kind::Denied, Kind::Unauthenticated, Kind::Busy, Kind::Invalid, Kind::Conflict] {
            assert_eq!(trouble(400, kind), Trouble::Final, "{kind:?}");
        }
        assert_eq!(trouble(503, Kind::Quota), Trouble::Final, "out of stock lasts for days");
        assert_eq!(trouble(404, Kind::Foreign), Trouble::Foreign);
    }

    #[test]
    fn a_404_that_is_not_scaleways_is_repeated_twice() {
        let mut reads = retry(Repeatable::Yes, 5);
        let pauses: Vec<_> = (0..4).map(|_| reads.pause_after(Trouble::Foreign).is_some()).collect();
        assert_eq!(pauses, [true, true, false, false]);
        assert_eq!(retry(Repeatable::No, 5).pause_after(Trouble::Foreign), None);
        assert!(!Trouble::Foreign.blames_host(), "the host answers");
    }

    #[test]
    fn without_a_bound_retries_never_end() {
        let mut retry = Retry::new(Repeatable::Yes, None, Rng::with_seed(7));
        assert!((0..1000).all(|_| retry.pause_after(BROKEN).is_some()));
    }

    #[test]
    fn repetitions_end() {
        let mut retry = retry(Repeatable::Yes, 3);
        let pauses: Vec<_> = (0..5).map(|_| retry.pause_after(THROTTLED).is_some()).collect();
        assert_eq!(pauses, [true, true, true, false, false]);
    }

    #[test]
    fn pauses_fill_the_whole_span_below_a_growing_ceiling() {
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
    fn the_same_seed_draws_the_same_pauses() {
        let draw = |seed| {
            let mut retry = Retry::new(Repeatable::Yes, Some(5), Rng::with_seed(seed));
            (0..5).map(|_| retry.pause_after(BROKEN)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn retry_after_is_honoured_with_a_little_spread() {
        let trouble = Trouble::of_answer(429, Kind::Throttled, &headers(&[("retry-after", "20")]));
        let pause = retry(Repeatable::No, 1).pause_after(trouble).unwrap();
        assert!((20.0..=20.5).contains(&pause.as_secs_f64()), "{pause:?}");
    }

    #[test]
    fn retry_after_as_a_date_counts_from_the_servers_clock() {
        let after = |date| retry_after(&headers(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", date)]));
        assert_eq!(after("Sun, 06 Nov 1994 08:50:07 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO));
        assert_eq!(after("tomorrow"), None);
        assert_eq!(after("-5"), None);
        assert_eq!(retry_after(&headers(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")])), None);
    }
}
