//! Virtual time: the clock of a runtime whose time is paused, from the day at which the clock of the fake starts.

use std::time::{Duration, Instant, SystemTime};

use client::{BoxFuture, Clock, SystemClock};
use jiff::{SignedDuration, Timestamp};

/// The clock of the plugin and of the network.
#[derive(Clone, Debug)]
pub(crate) struct VirtualClock {
    began: Timestamp,
    origin: Instant,
}

impl VirtualClock {
    /// A clock that shows this time now.
    pub(crate) fn new(began: Timestamp) -> Self {
        Self { began, origin: SystemClock.now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        SystemClock.now().saturating_duration_since(self.origin)
    }

    pub(crate) fn time(&self) -> Timestamp {
        self.began.saturating_add(SignedDuration::try_from(self.elapsed()).unwrap()).unwrap()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn today(&self) -> SystemTime {
        self.time().into()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        SystemClock.sleep(duration)
    }
}
