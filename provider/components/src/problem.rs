//! Problems of the inputs of a component: path, reason and solution. All are reported at once.

use value::{Path, Value};

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The input.
    pub path: Path,
    /// The reason and a solution. It never contains a secret.
    pub reason: String,
}

impl Problem {
    /// A problem of the input at a path.
    pub fn new(path: Path, reason: impl Into<String>) -> Self {
        Self { path, reason: reason.into() }
    }
}

/// Whether a list of allowed addresses is not set or empty.
pub(crate) fn has_no_address(allowed: Option<&Value>) -> bool {
    allowed.is_none_or(|allowed| allowed.as_array().is_some_and(<[Value]>::is_empty))
}

/// The elements of the list at a path that allow all addresses; `action` is what is allowed: `connect`.
pub(crate) fn open_to_all(allowed: Option<&Value>, path: &Path, action: &str) -> Vec<Problem> {
    let addresses = allowed.and_then(Value::as_array).unwrap_or_default().iter().enumerate();
    let open = addresses.filter(|(_, address)| address.as_str().is_some_and(|address| address.ends_with("/0")));
    open.map(|(index, address)| {
        let reason = format!("{} allows all addresses: list the addresses that can {action}", shown(address));
        Problem::new(path.clone().index(index), reason)
    })
    .collect()
}

/// A value in a reason: `"dev"`, `512`, or `the value` if it is secret.
pub(crate) fn shown(value: &Value) -> String {
    if value.contains_secret() {
        return "the value".to_owned();
    }
    value.to_json().map_or_else(|_| "the value".to_owned(), |json| json.to_string())
}
