//! A product with code: its kinds without facts, and the operations that need code.

use crate::call::{Call, Handled};
use crate::store::Kind;

/// Implements an operation.
pub(crate) type Handler = fn(&mut Call<'_>) -> Handled;

/// A product with its kinds and operations.
pub(crate) struct Product {
    /// The name of its API document, such as `registry.v1`.
    pub(crate) document: &'static str,
    /// Its kinds of objects.
    pub(crate) kinds: &'static [&'static Kind],
    /// Operation IDs, as [`Document::operation`] takes them, and their handlers.
    pub(crate) routes: &'static [(&'static str, Handler)],
}
