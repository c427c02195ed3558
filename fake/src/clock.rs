//! The time: real, or manual for tests.
//!
//! This module does not depend on what happens at a time.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock; its clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    moved: Arc<watch::Sender<SignedDuration>>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Real time plus the added duration.
    Real,
    /// This time plus the added duration.
    Manual(Timestamp),
}

impl Clock {
    /// The real time; [`Clock::advance`] adds to it.
    pub fn real() -> Self {
        Self::of(Kind::Real)
    }

    /// A clock that shows `start` until [`Clock::advance`] is called.
    pub fn manual(start: Timestamp) -> Self {
        Self::of(Kind::Manual(start))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        let base = match self.kind {
            #[expect(clippy::disallowed_methods, reason = "the one home of the real time")]
            Kind::Real => Timestamp::now(),
            Kind::Manual(start) => start,
        };
        base.saturating_add(*self.moved.borrow()).unwrap_or(Timestamp::MAX)
    }

    /// Whether the time is independent of the machine's.
    pub(crate) fn is_manual(&self) -> bool {
        matches!(self.kind, Kind::Manual(_))
    }

    /// Advances the clock.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.moved.send_modify(|moved| *moved = moved.saturating_add(by));
    }

    /// Returns when the clock has advanced by `pause`.
    #[expect(clippy::disallowed_methods, reason = "the one home of the real sleep")]
    pub(crate) async fn sleep(&self, pause: Duration) {
        let end = self.now() + pause;
        let mut moved = self.moved.subscribe();
        while let Ok(left) = Duration::try_from(end.duration_since(self.now())) {
            if left.is_zero() {
                return;
            }
            // The sender exists as long as this clock, so `changed` cannot fail.
            match self.kind {
                Kind::Real => tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    _ = moved.changed() => {}
                },
                Kind::Manual(_) => drop(moved.changed().await),
            }
        }
    }

    fn of(kind: Kind) -> Self {
        Self { kind, moved: Arc::new(watch::Sender::new(SignedDuration::ZERO)) }
    }
}

/// Scaleway's usual format of times: UTC with six digits after the second.
pub(crate) fn micros(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// The format of times in responses of registry and functions to changes: nine digits after the second.
pub(crate) fn nanos(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// The format of times of Instances: as [`micros`], with the offset `+00:00`.
pub(crate) fn with_offset(time: &str) -> String {
    format!("{}+00:00", time.trim_end_matches('Z'))
}
