//! Panics of handlers: one becomes an error of its own call, and no other call notices.
//!
//! What a panic says may hold a secret, so only where it happened is told.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;

thread_local! {
    /// Where the last panic of this thread happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Replaces Rust's own report on stderr, which quotes the message.
pub(crate) fn report_places_only() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place = place.as_deref(), "panicked");
        PLACE.set(place);
    }));
}

/// Runs a future to its end or its panic; a panic gives where it happened, if that is known.
pub(crate) async fn contain<T>(future: impl Future<Output = T>) -> Result<T, Option<String>> {
    // Whatever the future shared with others is behind locks that bear a panic, or never left half changed.
    AssertUnwindSafe(future).catch_unwind().await.map_err(|_| PLACE.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_own_future_only() {
        assert!(contain(async { panic!("canary") }).await.is_err());
        assert_eq!(contain(async { 1 }).await, Ok(1));
    }
}
