//! What a create that failed has not taken away yet, though the program does not ask for it: the state notes it, and the
//! next change does it. Pure, and knows no resource.

use value::{Object, Value};

/// Where a state notes it.
const NOTE: &str = "__undone";

/// Notes the properties that are still to be taken away.
pub(crate) fn note(names: &[&str], state: &mut Object) {
    if !names.is_empty() {
        state.insert(NOTE.to_owned(), Value::from(names.iter().copied().map(Value::from).collect::<Vec<_>>()));
    }
}

/// Keeps the note of the state before, until a change has succeeded.
pub(crate) fn keep(before: &Object, state: &mut Object) {
    if let Some(note) = before.given(NOTE) {
        state.insert(NOTE.to_owned(), note.clone());
    }
}

/// The properties that are noted.
pub(crate) fn names(state: &Object) -> impl Iterator<Item = &str> {
    state.given(NOTE).and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_str)
}
