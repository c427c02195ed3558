//! The values of write-only inputs, from Check to Create and Update of the same process. They are in memory only, and are zeroed
//! when dropped.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use value::Value;

/// The number of values that are kept for a URN: a replacement checks its inputs twice.
const MOST: usize = 8;

/// Values by URN and hash.
#[derive(Default)]
pub struct WriteOnlyValues(Mutex<HashMap<String, Vec<(String, Value)>>>);

impl WriteOnlyValues {
    /// Stores the value of a hash that Check returned.
    pub fn store(&self, urn: &str, hash: String, value: Value) {
        let mut all = self.lock();
        let values = all.entry(urn.to_owned()).or_default();
        values.retain(|(known, _)| *known != hash);
        if values.len() == MOST {
            values.remove(0);
        }
        values.push((hash, value));
    }

    /// The value of a hash.
    pub fn value(&self, urn: &str, hash: &str) -> Option<Value> {
        let all = self.lock();
        let (_, value) = all.get(urn)?.iter().find(|(known, _)| known == hash)?;
        Some(value.clone())
    }

    /// A panic in another thread leaves the map consistent.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<(String, Value)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for WriteOnlyValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteOnlyValues").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_values_of_a_urn_are_kept() {
        let values = WriteOnlyValues::default();
        for number in 0..=MOST {
            values.store("urn", format!("hash {number}"), Value::from(f64::from(u32::try_from(number).unwrap())));
        }
        assert_eq!(values.value("urn", "hash 0"), None);
        assert_eq!(values.value("urn", "hash 1"), Some(Value::from(1.0)));
        assert_eq!(values.value("another urn", "hash 1"), None);
    }
}
