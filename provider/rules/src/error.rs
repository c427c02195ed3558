//! What can go wrong with a resource, by what the caller can do about it. Knows no gRPC.

use std::error::Error as StdError;
use std::fmt;

use value::Object;

/// A failed operation: one sentence of fact, one of advice, and what exists of the resource all the same.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    fact: String,
    hint: Option<String>,
    left: Option<Box<Left>>,
    maybe_done: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Change the program: an input, an id.
    Invalid,
    /// Nothing is found where a lookup looked.
    NotFound,
    /// Get other rights.
    Denied,
    /// Give credentials, or other ones.
    Unauthenticated,
    /// Change something else first: a conflict, a failed resource, a precondition.
    Precondition,
    /// Ask for a higher quota, or use less.
    Quota,
    /// Give it more time.
    TimedOut,
    /// The run was cancelled: run it again.
    Cancelled,
    /// Try again later: the API is out of reach or broken.
    Unreachable,
    /// Report a bug: this should not happen.
    Internal,
}

/// What exists at Scaleway although the operation failed. Pulumi must keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// The resource's Pulumi id.
    pub id: String,
    /// What is known of its outputs.
    pub state: Object,
    /// The inputs that are in effect.
    pub inputs: Object,
}

impl Error {
    /// An error that tells a fact.
    pub fn new(kind: ErrorKind, fact: impl Into<String>) -> Self {
        Self { kind, fact: fact.into(), hint: None, left: None, maybe_done: false, source: None }
    }

    /// The same error with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What failed, without the advice.
    pub fn fact(&self) -> &str {
        &self.fact
    }

    /// Whether there is advice.
    pub fn has_hint(&self) -> bool {
        self.hint.is_some()
    }

    /// The same error with its cause.
    #[must_use]
    pub fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The same error, telling what was being done: `creating registry namespace "main" in fr-par`.
    #[must_use]
    pub fn while_doing(mut self, what: &str) -> Self {
        self.fact = format!("{what}: {}", self.fact);
        self
    }

    /// The same error with what exists all the same.
    #[must_use]
    pub fn leaving(mut self, left: Left) -> Self {
        self.left = Some(Box::new(left));
        self
    }

    /// The same error without these texts: an API may repeat what it was given.
    #[must_use]
    pub fn masking(mut self, secrets: &[&str]) -> Self {
        let mut secrets: Vec<&str> = secrets.iter().copied().filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        // The longest first: one that begins like another must not leave its end behind.
        secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in secrets {
            self.fact = self.fact.replace(secret, "[secret]");
            self.hint = self.hint.map(|hint| hint.replace(secret, "[secret]"));
        }
        self
    }

    /// The same error of another kind.
    #[must_use]
    pub fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the call that failed may have had its effect all the same: its answer was lost.
    pub fn maybe_done(&self) -> bool {
        self.maybe_done
    }

    /// The same error of a call that may have had its effect all the same.
    #[must_use]
    pub fn doubtful(mut self) -> Self {
        self.maybe_done = true;
        self
    }

    /// What exists of the resource.
    pub fn left(&self) -> Option<&Left> {
        self.left.as_deref()
    }
}

/// Texts shorter than this are part of too many words to be cut out of a sentence.
const SHORTEST_SECRET: usize = 4;

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
    fn what_is_masked_is_neither_in_the_fact_nor_in_the_advice() {
        let error = Error::new(ErrorKind::Invalid, "password hunter2 is too short").hint("not hunter2, and not ab");
        let text = error.masking(&["hunter2", "ab"]).to_string();
        assert_eq!(text, "password [secret] is too short\nHint: not [secret], and not ab");
    }

    #[test]
    fn a_secret_that_begins_like_another_is_masked_to_its_end() {
        let error = Error::new(ErrorKind::Invalid, "hunter2-for-production is too short");
        let text = error.masking(&["hunter2", "hunter2-for-production"]).to_string();
        assert_eq!(text, "[secret] is too short");
    }
}
