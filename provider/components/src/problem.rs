//! What is wrong with the inputs of a component, all of it at once: where, what, which rule, and a way out.

use value::{Path, Value};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The input.
    pub path: Path,
    /// What is wrong with it and what would be right. Never the value of a secret.
    pub reason: String,
}

impl Problem {
    /// A problem with the input at a path.
    pub fn new(path: Path, reason: impl Into<String>) -> Self {
        Self { path, reason: reason.into() }
    }
}

/// Whether a list of addresses that may come in has none: nothing was given, or an empty list.
pub(crate) fn lets_nobody_in(allowed: Option<&Value>) -> bool {
    allowed.is_none_or(|allowed| allowed.as_array().is_some_and(<[Value]>::is_empty))
}

/// The addresses in the list at a path that let in everybody; `may` is what those that stand there may do: `connect`.
pub(crate) fn open_to_all(allowed: Option<&Value>, path: &Path, may: &str) -> Vec<Problem> {
    let addresses = allowed.and_then(Value::as_array).unwrap_or_default().iter().enumerate();
    let open = addresses.filter(|(_, address)| address.as_str().is_some_and(|address| address.ends_with("/0")));
    open.map(|(index, address)| {
        let reason = format!("{} is the whole world: name the addresses that may {may}", shown(address));
        Problem::new(path.clone().index(index), reason)
    })
    .collect()
}

/// A value as a reason may show it: `"dev"`, `512`, or `the value` where it is secret.
pub(crate) fn shown(value: &Value) -> String {
    if value.contains_secret() {
        return "the value".to_owned();
    }
    value.to_json().map_or_else(|_| "the value".to_owned(), |json| json.to_string())
}
