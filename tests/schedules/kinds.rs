//! The dimensions of a schedule: the operation, the kind of failure, and what is deployed afterwards.

use std::fmt;

use scaleway_fake::FaultKind;
use serde_json::json;

/// The operation in which a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
}

/// How the request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 400, without effect.
    Rejected,
    /// 500, without effect.
    ServerError,
    /// No response, without effect.
    CutBefore,
    /// No response, with effect.
    CutAfter,
}

/// What is deployed after the failed operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The same program is deployed.
    Same,
    /// The previous program is deployed; after a create, one without the optional inputs.
    Reverted,
    /// A program with one more change is deployed.
    More,
    /// The stack is destroyed.
    Destroyed,
    /// The previous program is deployed.
    Kept,
}

impl Failure {
    /// The fault that makes this request fail.
    pub(crate) fn kind(self, call: &str) -> FaultKind {
        let status = |code, body| FaultKind::Status { code, body, retry_after: None };
        // Object Storage paths start with a bucket, not with a product and its version; the fake writes their errors.
        let version = call.split(['/', ' ']).nth(3).and_then(|part| part.strip_prefix('v'));
        let is_storage = !version.is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()));
        let detail = json!({ "argument_name": "name", "reason": "constraint", "help_message": "not today" });
        match self {
            Self::Rejected | Self::ServerError if is_storage => status(self.code(), None),
            Self::Rejected => {
                let body =
                    json!({ "type": "invalid_arguments", "message": "invalid argument(s)", "details": [detail] });
                status(self.code(), Some(body))
            }
            Self::ServerError => status(self.code(), Some(json!({ "message": "internal error" }))),
            Self::CutBefore => FaultKind::DropBefore,
            Self::CutAfter => FaultKind::DropAfter,
        }
    }

    fn code(self) -> u16 {
        if self == Self::Rejected { 400 } else { 500 }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejected => "rejected",
            Self::ServerError => "500",
            Self::CutBefore => "cut-before",
            Self::CutAfter => "cut-after",
        })
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "then-same",
            Self::Reverted => "then-reverted",
            Self::More => "then-one-more-change",
            Self::Destroyed => "then-destroyed",
            Self::Kept => "then-kept",
        })
    }
}
