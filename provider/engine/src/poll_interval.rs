//! How long to wait between two looks at something that takes time. Pure: time is an argument.

use std::time::Duration;

use catalog::Wait;

/// The first pause: most objects of the quick kinds are ready sooner than one would think.
const FIRST: Duration = Duration::from_millis(200);

/// The shortest pause after that: five looks find what takes three seconds a tenth of a second late.
const LEAST: Duration = Duration::from_millis(300);

/// The longest pause where nothing else is said, as for the quick kinds.
const USUAL_CAP: Duration = Duration::from_secs(5);

/// Pauses that grow with the time already waited, so that one is never much later than a certain part of the whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PollInterval {
    cap: Duration,
    ready_after: Duration,
}

impl PollInterval {
    /// The pace for a kind of resource: shaped by the shortest recorded time to ready.
    pub(crate) fn of(wait: Option<&Wait>) -> Self {
        wait.map_or(Self { cap: USUAL_CAP, ready_after: Duration::ZERO }, |wait| Self {
            cap: Duration::from_millis(wait.cap_ms),
            ready_after: Duration::from_millis(wait.ready_after_ms),
        })
    }

    /// The pause after waiting for `waited` already.
    ///
    /// It grows with a fifth of the time waited, and with a quarter of it before half of the shortest recorded time to
    /// ready: looking often there is in vain, though a clock that runs faster than the recorded one must be followed.
    pub(crate) fn pause(self, waited: Duration) -> Duration {
        if waited < FIRST {
            return FIRST;
        }
        let part = if waited < self.ready_after / 2 { 4 } else { 5 };
        (LEAST + waited / part).min(self.cap.max(LEAST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The looks needed until something that takes `duration` is seen done, and how late that is.
    fn looks(pace: PollInterval, duration: Duration) -> (u32, Duration) {
        let (mut waited, mut looks) = (Duration::ZERO, 0);
        while waited < duration {
            waited += pace.pause(waited);
            looks += 1;
        }
        (looks, waited.saturating_sub(duration))
    }

    #[test]
    fn a_quick_kind_is_seen_ready_soon_after_it_is_and_with_few_looks() {
        let pace = PollInterval { cap: Duration::from_secs(5), ready_after: Duration::from_secs(5) };
        for tenths in 1..300 {
            let duration = Duration::from_millis(tenths * 100);
            let (looks, late) = looks(pace, duration);
            assert!(late <= LEAST + duration / 4, "{duration:?} is seen {late:?} late");
            assert!(looks <= 20, "{duration:?} takes {looks} looks");
        }
    }

    #[test]
    fn a_database_is_looked_at_less_often_than_the_peer_would() {
        let pace = PollInterval { cap: Duration::from_secs(15), ready_after: Duration::from_secs(181) };
        let (looks, late) = looks(pace, Duration::from_secs(212));
        assert!(looks <= 30 && late <= Duration::from_secs(15), "{looks} looks, {late:?} late");
    }
}
