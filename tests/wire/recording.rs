//! The recordings that are compared. Does not depend on resources.

use std::path::Path;

use recordings::Directory;
pub(crate) use recordings::{Exchange, Recording, parameters};

/// All recordings whose requests are compared.
pub(crate) fn all(traffic: &Path) -> Vec<Recording> {
    of(traffic, |directory| directory.requests_differ.is_none())
}

/// Recordings of which only the responses are compared.
pub(crate) fn responses_only(traffic: &Path) -> Vec<Recording> {
    of(traffic, |directory| directory.requests_differ.is_some())
}

fn of(traffic: &Path, selects: fn(&Directory) -> bool) -> Vec<Recording> {
    let shared = traffic.parent().unwrap();
    let selected = recordings::directories().into_iter().filter(selects);
    selected.flat_map(|found| recordings::recordings(&shared.join(found.directory))).collect()
}
