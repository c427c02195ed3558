//! What the client did so far, in numbers.
//!
//! Knows no calls, only that one was sent, answered, lost or repeated.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A reading of the counters, since the client was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Attempts sent.
    pub requests: u64,
    /// Attempts that were not a call's first.
    pub retries: u64,
    /// Answers with status 429.
    pub throttled: u64,
    /// Attempts without an answer.
    pub lost: u64,
    /// Calls not sent because their host did not answer others.
    pub refused: u64,
    /// Answers by the first digit of their status: `by_class[2]` counts 200 to 299.
    pub by_class: [u64; 6],
}

#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    by_class: [AtomicU64; 6],
}

impl Meter {
    pub(crate) fn sending(&self, attempt: u32) {
        self.requests.fetch_add(1, Relaxed);
        if attempt > 1 {
            self.retries.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn answered(&self, status: u16) {
        if status == 429 {
            self.throttled.fetch_add(1, Relaxed);
        }
        // Statuses beyond 599 exist on broken servers; they count nowhere.
        if let Some(class) = self.by_class.get(usize::from(status / 100)) {
            class.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn lost(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Counters {
        Counters {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
            lost: self.lost.load(Relaxed),
            refused: self.refused.load(Relaxed),
            by_class: self.by_class.each_ref().map(|class| class.load(Relaxed)),
        }
    }
}
