//! The interval between two polls. Pure: time is an argument.

use std::time::Duration;

use catalog::Wait;

/// The first pause: most objects of fast types are ready soon.
const FIRST: Duration = Duration::from_millis(200);

/// The minimum pause after that: five polls detect a duration of three seconds 0.1 s late.
const LEAST: Duration = Duration::from_millis(300);

/// The default maximum pause, for fast types.
const USUAL_CAP: Duration = Duration::from_secs(5);

/// Pauses that grow with the time already waited, so that the delay is bounded by a fraction of the total.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PollInterval {
    cap: Duration,
    ready_after: Duration,
}

impl PollInterval {
    /// The intervals for a resource type, from the shortest recorded time to ready.
    pub(crate) fn of(wait: Option<&Wait>) -> Self {
        wait.map_or(Self { cap: USUAL_CAP, ready_after: Duration::ZERO }, |wait| Self {
            cap: Duration::from_millis(wait.cap_ms),
            ready_after: Duration::from_millis(wait.ready_after_ms),
        })
    }

    /// The pause after waiting for `waited` already.
    ///
    /// It is a fifth of the time waited, and a quarter of it before half of the shortest recorded time to ready: frequent polls
    /// are not useful there, but the object may be ready earlier than recorded.
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

    /// The number of polls until the end of `duration` is detected, and the delay.
    fn reads(interval: PollInterval, duration: Duration) -> (u32, Duration) {
        let (mut waited, mut reads) = (Duration::ZERO, 0);
        while waited < duration {
            waited += interval.pause(waited);
            reads += 1;
        }
        (reads, waited.saturating_sub(duration))
    }

    #[test]
    fn a_fast_type_is_detected_as_ready_soon_and_with_few_polls() {
        let interval = PollInterval { cap: Duration::from_secs(5), ready_after: Duration::from_secs(5) };
        for tenths in 1..300 {
            let duration = Duration::from_millis(tenths * 100);
            let (reads, late) = reads(interval, duration);
            assert!(late <= LEAST + duration / 4, "{duration:?} is seen {late:?} late");
            assert!(reads <= 20, "{duration:?} takes {reads} reads");
        }
    }

    #[test]
    fn a_database_is_polled_less_often_than_by_pulumiverse() {
        let interval = PollInterval { cap: Duration::from_secs(15), ready_after: Duration::from_secs(181) };
        let (reads, late) = reads(interval, Duration::from_secs(212));
        assert!(reads <= 30 && late <= Duration::from_secs(15), "{reads} reads, {late:?} late");
    }
}
