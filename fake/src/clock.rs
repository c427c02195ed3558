//! What time it is for the fake: the real time, or one that moves only when told to.
//!
//! It does not know what happens when time passes.

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
    /// Real time plus what was added.
    Real,
    /// This time plus what was added.
    Manual(Timestamp),
}

impl Clock {
    /// Runs by itself; [`Clock::advance`] moves it ahead of the real time.
    pub fn real() -> Self {
        Self::of(Kind::Real)
    }

    /// Starts at `start` and stands still until [`Clock::advance`].
    pub fn manual(start: Timestamp) -> Self {
        Self::of(Kind::Manual(start))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let base = match self.kind {
            #[expect(clippy::disallowed_methods, reason = "the one home of the real time")]
            Kind::Real => Timestamp::now(),
            Kind::Manual(start) => start,
        };
        base.saturating_add(*self.moved.borrow()).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.moved.send_modify(|moved| *moved = moved.saturating_add(by));
    }

    /// Returns once the clock shows `pause` more than now.
    #[expect(clippy::disallowed_methods, reason = "the one home of the real sleep")]
    pub(crate) async fn sleep(&self, pause: Duration) {
        let end = self.now() + pause;
        let mut moved = self.moved.subscribe();
        while let Ok(left) = Duration::try_from(end.duration_since(self.now())) {
            if left.is_zero() {
                return;
            }
            // The sender lives as long as this clock, so `changed` cannot fail.
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

/// As Scaleway writes times nearly everywhere: UTC with six digits after the second.
pub(crate) fn micros(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// As registry and functions write times in answers to changes: nine digits after the second.
pub(crate) fn nanos(time: Timestamp) -> String {
    format!("{time:.9}")
}
