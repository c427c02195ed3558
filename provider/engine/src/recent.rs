//! Objects that this process has just created. Scaleway's services see each other's objects with a delay, so a 404 for such
//! an object is retried.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a 404 for a new or recently changed object may be a lag, if the descriptor has no `missingWindow`.
pub(crate) const LAG: Duration = Duration::from_secs(10);

/// The IDs and names of new objects, and when each was created.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    made: Mutex<HashMap<String, Instant>>,
}

impl Recent {
    /// Notes an object by its Pulumi id: other calls refer to it by the last part.
    pub(crate) fn note(&self, id: &str, now: Instant) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|_, then| now.saturating_duration_since(*then) < LAG);
        made.insert(id.rsplit('/').next().unwrap_or(id).to_owned(), now);
    }

    /// Whether any of these was created within the window.
    pub(crate) fn has_any(&self, mut names: impl Iterator<Item = String>, now: Instant) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |name: String| made.get(&name).is_some_and(|then| now.saturating_duration_since(*then) < LAG);
        names.any(is_recent)
    }
}

#[cfg(test)]
mod tests {
    use client::Clock;
    use client::testing::ManualClock;

    use super::*;

    #[test]
    fn a_new_object_is_recent_within_the_lag_window() {
        let (recent, now) = (Recent::default(), ManualClock::new().now());
        recent.note("fr-par/u-1", now);
        let has = |name: &str, now| recent.has_any(std::iter::once(name.to_owned()), now);
        assert!(has("u-1", now + LAG / 2));
        assert!(!has("u-2", now));
        assert!(!has("u-1", now + LAG));
    }
}
