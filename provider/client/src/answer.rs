//! What came back for a call that was answered well.
//!
//! Knows nothing of what the body means.

use std::fmt;

use serde_json::Value;

/// The answer to a call, always with a status of 200 to 299.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The decoded body; `Null` when there was none.
    pub body: Value,
    /// Scaleway's name for the exchange (`X-Request-Id`), worth quoting to its support.
    pub request_id: Option<String>,
    /// How many times the call was sent, the last one included.
    pub attempts: u32,
}

/// Shows that there is a body, never what it says: answers carry keys and passwords.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body", &if self.body.is_null() { "[none]" } else { "[body]" })
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .finish()
    }
}
