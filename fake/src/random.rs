//! The random number generator for IDs and secrets.
//!
//! It has a lock of its own, so that operations that only read objects can use it. Requests that are sent one after the
//! other get the same numbers in each run with the same seed.

use std::ops::RangeBounds;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A random number generator; its clones continue the same sequence.
#[derive(Clone, Debug)]
pub(crate) struct Random(Arc<Mutex<fastrand::Rng>>);

impl Random {
    pub(crate) fn with_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// A new random ID.
    pub(crate) fn uuid(&self) -> String {
        let bytes = self.u128(..).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    pub(crate) fn u8(&self, range: impl RangeBounds<u8>) -> u8 {
        self.generator().u8(range)
    }

    pub(crate) fn u16(&self, range: impl RangeBounds<u16>) -> u16 {
        self.generator().u16(range)
    }

    pub(crate) fn u32(&self, range: impl RangeBounds<u32>) -> u32 {
        self.generator().u32(range)
    }

    pub(crate) fn u128(&self, range: impl RangeBounds<u128>) -> u128 {
        self.generator().u128(range)
    }

    pub(crate) fn usize(&self, range: impl RangeBounds<usize>) -> usize {
        self.generator().usize(range)
    }

    pub(crate) fn char(&self, range: impl RangeBounds<char>) -> char {
        self.generator().char(range)
    }

    pub(crate) fn choice<'e, T>(&self, elements: &'e [T]) -> Option<&'e T> {
        self.generator().choice(elements)
    }

    /// Changes with each number.
    #[cfg(test)]
    pub(crate) fn state(&self) -> u64 {
        self.generator().get_seed()
    }

    /// The generator, locked for one number.
    fn generator(&self) -> MutexGuard<'_, fastrand::Rng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
