//! Errors of resource operations, classified by what the caller can do. Independent of gRPC.

use std::error::Error as StdError;
use std::fmt;

use value::Object;

use crate::masking::Mask;

/// A failed operation: the fact, a hint, and the partial state of the resource.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    fact: String,
    hint: Option<String>,
    partial_state: Option<Box<PartialState>>,
    is_ambiguous: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What the caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Change the program: an input, an ID.
    Invalid,
    /// The lookup found nothing.
    NotFound,
    /// Get other permissions.
    Denied,
    /// Set valid credentials.
    Unauthenticated,
    /// Change something else first: a conflict, a failed resource, a precondition.
    Precondition,
    /// Request a higher quota, or use less.
    Quota,
    /// Increase the timeout.
    TimedOut,
    /// The run was cancelled: run it again.
    Cancelled,
    /// Retry later: the API is unreachable or returns server errors.
    Unreachable,
    /// Report a bug.
    Internal,
}

/// The state of an object that exists at Scaleway after a failed operation. Pulumi must store it.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialState {
    /// The resource's Pulumi ID.
    pub id: String,
    /// The known outputs.
    pub state: Object,
    /// The inputs that are in effect.
    pub inputs: Object,
}

impl Error {
    /// An error with a fact and without a hint.
    pub fn new(kind: ErrorKind, fact: impl Into<String>) -> Self {
        Self { kind, fact: fact.into(), hint: None, partial_state: None, is_ambiguous: false, source: None }
    }

    /// The same error with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The fact, without the hint.
    pub fn fact(&self) -> &str {
        &self.fact
    }

    /// Whether the error has a hint.
    pub fn has_hint(&self) -> bool {
        self.hint.is_some()
    }

    /// The same error with its cause.
    #[must_use]
    pub fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The same error with the operation as a prefix: `creating registry namespace "main" in fr-par`.
    #[must_use]
    pub fn while_doing(mut self, what: &str) -> Self {
        self.fact = format!("{what}: {}", self.fact);
        self
    }

    /// The same error with a partial state.
    #[must_use]
    pub fn with_partial_state(mut self, partial_state: PartialState) -> Self {
        self.partial_state = Some(Box::new(partial_state));
        self
    }

    /// The same error with secrets masked: the API may repeat them in its messages.
    #[must_use]
    pub fn masking(mut self, mask: &Mask) -> Self {
        self.fact = mask.apply(&self.fact);
        self.hint = self.hint.map(|hint| mask.apply(&hint));
        self
    }

    /// The same error, with these inputs in its partial state.
    #[must_use]
    pub fn with_stored_inputs(mut self, inputs: &Object) -> Self {
        if let Some(state) = &mut self.partial_state {
            state.inputs.clone_from(inputs);
        }
        self
    }

    /// The same error of another kind.
    #[must_use]
    pub fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the failed call may have taken effect: its response is ambiguous.
    pub fn is_ambiguous(&self) -> bool {
        self.is_ambiguous
    }

    /// The same error for a call that may have taken effect.
    #[must_use]
    pub fn ambiguous(mut self) -> Self {
        self.is_ambiguous = true;
        self
    }

    /// The partial state, if the object exists.
    pub fn partial_state(&self) -> Option<&PartialState> {
        self.partial_state.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact)?;
        match &self.hint {
            Some(hint) => write!(f, "\nHint: {hint}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_secrets_are_neither_in_the_fact_nor_in_the_hint() {
        let error = Error::new(ErrorKind::Invalid, "password hunter2 is too short").hint("not hunter2, and not ab");
        let text = error.masking(&Mask::of_strings(["hunter2", "ab"])).to_string();
        assert_eq!(text, "password [secret] is too short\nHint: not [secret], and not ab");
    }
}
