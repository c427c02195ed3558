//! A product with code: its kinds without facts, and the operations that need code.

use crate::call::{Call, Handled, ReadCall};
use crate::store::Kind;

/// Implements an operation that does not change objects. It runs at the same time as others.
pub(crate) type ReadHandler = fn(&mut ReadCall<'_>) -> Handled;

/// Implements an operation that changes objects.
pub(crate) type WriteHandler = fn(&mut Call<'_>) -> Handled;

/// A product with its kinds and operations.
pub(crate) struct Product {
    /// The name of its API document, such as `registry.v1`.
    pub(crate) document: &'static str,
    /// Its kinds of objects.
    pub(crate) kinds: &'static [&'static Kind],
    /// IDs of operations that do not change objects, as [`Document::operation`] takes them, and their handlers.
    ///
    /// [`Document::operation`]: scaleway_api::Document::operation
    pub(crate) reads: &'static [(&'static str, ReadHandler)],
    /// The same for all other operations.
    pub(crate) writes: &'static [(&'static str, WriteHandler)],
}
