//! The index of objects by the values of fields. This module does not depend on the store.

use std::collections::{BTreeSet, HashMap};

/// The numbers of objects by their kind, one of their fields and its value.
#[derive(Debug, Default)]
pub(super) struct Values(HashMap<(&'static str, &'static str), HashMap<String, BTreeSet<u64>>>);

impl Values {
    pub(super) fn add(&mut self, kind: &'static str, field: &'static str, value: &str, number: u64) {
        self.0.entry((kind, field)).or_default().entry(value.to_owned()).or_default().insert(number);
    }

    pub(super) fn remove(&mut self, kind: &'static str, field: &'static str, value: &str, number: u64) {
        let Some(values) = self.0.get_mut(&(kind, field)) else { return };
        let Some(numbers) = values.get_mut(value) else { return };
        numbers.remove(&number);
        if numbers.is_empty() {
            values.remove(value);
        }
    }

    /// The objects with this value, in the order of their numbers.
    pub(super) fn get(&self, kind: &'static str, field: &'static str, value: &str) -> impl Iterator<Item = &u64> {
        self.0.get(&(kind, field)).and_then(|values| values.get(value)).into_iter().flatten()
    }

    /// The number of different values of a field.
    #[cfg(test)]
    pub(super) fn count(&self, kind: &'static str, field: &'static str) -> usize {
        self.0.get(&(kind, field)).map_or(0, HashMap::len)
    }
}
