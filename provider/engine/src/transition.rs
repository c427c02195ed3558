//! The change that a create or update makes: the inputs and outputs before and after it, and the properties that differ.

use std::collections::BTreeSet;

use rules::pending::Pending;
use value::Object;

/// The change of a resource; for a create the old side is empty.
#[derive(Clone, Copy)]
pub(crate) struct Transition<'a> {
    /// The old outputs.
    pub olds: &'a Object,
    /// The old inputs, without pending ones.
    pub old_inputs: &'a Object,
    /// The pending inputs, which a failed step may have set.
    pub pending: &'a Pending,
    /// The old inputs in the state.
    pub stored: &'a Object,
    /// The new inputs.
    pub news: &'a Object,
    /// The properties that differ.
    pub changed: &'a BTreeSet<String>,
    /// Whether the old side was read from the API, after an interrupted change.
    pub found: bool,
}

impl Transition<'_> {
    /// Whether the resource is being created.
    pub(crate) fn is_creation(&self) -> bool {
        self.old_inputs.is_empty() && self.olds.is_empty()
    }

    /// Whether the object may differ from the old inputs, because an earlier change failed or was interrupted.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.found || self.pending.names().next().is_some()
    }

    /// Whether one of these properties differs.
    pub(crate) fn changes(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.changed.contains(*name))
    }

    /// Every element that the list `name` may have at Scaleway: of the old inputs and of failed attempts to change it.
    pub(crate) fn possible(&self, name: &str) -> Object {
        let value = self.pending.possible(name, self.stored);
        value.map(|value| (name.to_owned(), value)).into_iter().collect()
    }
}
