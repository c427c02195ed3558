//! The API's own clock, as the `Date` headers of its answers show it. Two clocks differ, so times that the API writes
//! into objects are compared with this one. Knows no call.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use http::HeaderMap;
use http::header::DATE;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

/// The time of the last answer, by the API's clock and by ours.
#[derive(Debug, Default)]
pub(crate) struct ServerClock(Mutex<Option<(Timestamp, Instant)>>);

impl ServerClock {
    /// Takes the date of an answer that arrived at `now`.
    pub(crate) fn learn(&self, headers: &HeaderMap, now: Instant) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date.trim()).ok());
        if let Some(date) = date {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, now));
        }
    }

    /// The time at an instant before or after now. Dates are whole seconds, so the result is at most a second early.
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
    fn time_before_and_after_an_answer_is_counted_from_its_date() {
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
