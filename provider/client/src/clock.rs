//! Time as an argument: what the hour is, and how to let some of it pass.
//!
//! Knows nothing of who waits or why.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A future behind a pointer, so that traits can return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where time comes from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present moment; never goes back.
    fn now(&self) -> Instant;

    /// What calendars and clocks on the wall show; signatures carry it.
    fn today(&self) -> SystemTime;

    /// Ends once `duration` has passed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        // The runtime's clock rather than the machine's, so that both methods agree when a test pauses the runtime.
        tokio::time::Instant::now().into_std()
    }

    #[expect(clippy::disallowed_methods, reason = "the one home of the date: everybody else asks a clock")]
    fn today(&self) -> SystemTime {
        SystemTime::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one home of sleep: everybody else asks a clock")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
