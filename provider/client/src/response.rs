//! The successful response to a call.
//!
//! This module does not interpret the body.

use std::fmt;

use serde_json::Value;

/// The response to a call, always with a status of 200 to 299.
#[derive(Clone, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The decoded body; `Null` if the response has no body.
    pub body: Value,
    /// The request ID of the response (`X-Request-Id`), which Scaleway's support needs.
    pub request_id: Option<String>,
    /// The number of elements of the whole list, if a header contains it.
    pub total: Option<usize>,
    /// The number of attempts, including the last one.
    pub attempts: u32,
}

/// Prints whether there is a body, but not its content: responses contain keys and passwords.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &if self.body.is_null() { "[none]" } else { "[body]" })
            .field("request_id", &self.request_id)
            .field("total", &self.total)
            .field("attempts", &self.attempts)
            .finish()
    }
}
