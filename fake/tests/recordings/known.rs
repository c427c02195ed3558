//! The expected differences, each with its reason.

use serde::Deserialize;

use crate::replay::Difference;

/// The content of `differences.json`.
pub(crate) struct Known(Vec<(Entry, usize)>);

/// One expected difference. A string that ends with `*` matches all strings with that prefix.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The recording, such as `acl-basic`.
    #[serde(default = "any")]
    recording: String,
    /// The operation, such as `GetInstance`.
    #[serde(default = "any")]
    operation: String,
    /// The place in the response, such as `settings[]`, or `HTTP status`.
    at: String,
    /// How the fake differs, such as `is there` or `has more`.
    is: String,
    /// Whether a later recording has the response of the fake, or the API changed after the recordings.
    #[serde(default)]
    pub(crate) later: bool,
    /// Whether the response depends on what the recording does not contain: randomness, stock, objects of others, or requests
    /// to another host. Such a response is not counted.
    #[serde(default)]
    pub(crate) irreproducible: bool,
    /// Why the difference is correct, or has no effect.
    reason: String,
}

impl Known {
    pub(crate) fn read() -> Self {
        let entries: Vec<Entry> = serde_json::from_str(include_str!("differences.json")).unwrap();
        assert!(entries.iter().all(|entry| !entry.reason.is_empty()), "a difference has no reason");
        Self(entries.into_iter().map(|entry| (entry, 0)).collect())
    }

    /// The entry for this difference; counts its use.
    pub(crate) fn entry(&mut self, difference: &Difference) -> Option<&Entry> {
        let (entry, count) = self.0.iter_mut().find(|(entry, _)| {
            fits(&entry.recording, &difference.recording)
                && fits(&entry.operation, &difference.operation)
                && fits(&entry.at, &difference.at)
                && fits(&entry.is, &difference.is)
        })?;
        *count += 1;
        Some(entry)
    }

    /// The entries that were not used.
    pub(crate) fn unused(&self) -> Vec<String> {
        let unused = self.0.iter().filter(|(_, count)| *count == 0);
        unused
            .map(|(Entry { recording, operation, at, is, .. }, _)| format!("{recording} {operation} {at} {is}"))
            .collect()
    }
}

fn any() -> String {
    "*".to_owned()
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(head) => text.starts_with(head),
        None => text == pattern,
    }
}
