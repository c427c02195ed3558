//! A product with code of its own: its kinds that have no facts, and the operations that need code.

use crate::call::{Call, Handled};
use crate::store::Kind;

/// Does what an operation does.
pub(crate) type Handler = fn(&mut Call<'_>) -> Handled;

/// A product: what it has, and what it does.
pub(crate) struct Product {
    /// The name of its API document, such as `registry.v1`.
    pub(crate) document: &'static str,
    /// Its kinds of objects.
    pub(crate) kinds: &'static [&'static Kind],
    /// Operation ids, as [`Document::operation`] takes them, and who handles them.
    pub(crate) routes: &'static [(&'static str, Handler)],
}
