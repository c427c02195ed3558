//! Counters of requests and responses.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The values of the counters since the client was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Attempts sent.
    pub requests: u64,
    /// Attempts that were not the first of their call.
    pub retries: u64,
    /// Responses with status 429.
    pub throttled: u64,
    /// Attempts without a response.
    pub lost: u64,
    /// Calls that were not sent because their host did not respond to other calls.
    pub unsent: u64,
    /// Responses by the first digit of their status: `by_class[2]` counts 200 to 299.
    pub by_class: [u64; 6],
}

#[derive(Debug, Default)]
pub(crate) struct Meter {
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    lost: AtomicU64,
    unsent: AtomicU64,
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
        // Invalid statuses above 599 are not counted.
        if let Some(class) = self.by_class.get(usize::from(status / 100)) {
            class.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn lost(&self) {
        self.lost.fetch_add(1, Relaxed);
    }

    pub(crate) fn unsent(&self) {
        self.unsent.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Counters {
        Counters {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
            lost: self.lost.load(Relaxed),
            unsent: self.unsent.load(Relaxed),
            by_class: self.by_class.each_ref().map(|class| class.load(Relaxed)),
        }
    }
}
