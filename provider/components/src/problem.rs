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

/// A value as a reason may show it: `"dev"`, `512`, or `the value` where it is secret.
pub(crate) fn shown(value: &Value) -> String {
    if value.contains_secret() {
        return "the value".to_owned();
    }
    value.to_json().map_or_else(|_| "the value".to_owned(), |json| json.to_string())
}
