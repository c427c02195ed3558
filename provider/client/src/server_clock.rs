//! The clock of the API, from the `Date` headers of its responses. It may differ from the local clock, so timestamps of
//! objects are compared with this clock.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use http::HeaderMap;
use http::header::DATE;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

/// The time of the last response, by the API's clock and by the local clock.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Mutex<Option<(Timestamp, Instant)>>);

impl ServerClock {
    /// Records the `Date` of a response received at `now`.
    pub(crate) fn learn(&self, headers: &HeaderMap, now: Instant) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date.trim()).ok());
        if let Some(date) = date {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, now));
        }
    }

    /// The API's time at an instant. `Date` has a resolution of one second, so the result is at most one second early.
    pub(crate) fn at(&self, instant: Instant) -> Option<Timestamp> {
        let (date, seen) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let later = SignedDuration::try_from(instant.saturating_duration_since(seen)).ok()?;
        let earlier = SignedDuration::try_from(seen.saturating_duration_since(instant)).ok()?;
        date.checked_add(later).ok()?.checked_sub(earlier).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;

    #[test]
    fn time_before_and_after_a_response_is_relative_to_its_date() {
        let (clock, now) = (ServerClock::default(), Instant::now());
        assert_eq!(clock.at(now), None);
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        clock.learn(&headers, now);
        let at = |instant| clock.at(instant).unwrap().to_string();
        assert_eq!(at(now + Duration::from_secs(5)), "1994-11-06T08:49:42Z");
        assert_eq!(at(now.checked_sub(Duration::from_secs(7)).unwrap()), "1994-11-06T08:49:30Z");
        headers.insert(DATE, HeaderValue::from_static("yesterday"));
        clock.learn(&headers, now + Duration::from_mins(1));
        assert_eq!(at(now), "1994-11-06T08:49:37Z", "an unreadable date changes nothing");
    }
}
