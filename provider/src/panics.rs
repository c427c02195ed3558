//! Panics of handlers: a panic becomes an error of its call, and does not affect other calls.
//!
//! The message of a panic can contain a secret, so only its location is reported.

use std::cell::RefCell;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};

use futures_util::FutureExt;

thread_local! {
    /// The location of the last panic of this thread.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Replaces Rust's report on stderr, which contains the message.
pub(crate) fn report_places_only() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place = place.as_deref(), "panicked");
        PLACE.set(place);
    }));
}

/// Runs a future to completion; a panic returns its location, if known.
pub(crate) async fn contain<T>(future: impl Future<Output = T>) -> Result<T, Option<String>> {
    // State that the future shares is behind locks that tolerate a panic, or is changed atomically.
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
