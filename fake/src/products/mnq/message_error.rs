//! Error responses of queues and topics.

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageError {
    pub(super) status: u16,
    /// The code in the protocol of topics, and in the body of queues.
    pub(super) code: &'static str,
    /// The code in the header of queues, if it differs.
    pub(super) old_code: &'static str,
    pub(super) message: String,
}

impl MessageError {
    /// An error with status 400.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, old_code: code, message: message.into() }
    }

    /// As recorded.
    pub(super) fn denied() -> Self {
        Self::new("AccessDeniedException", "You do not have sufficient access to perform this action.")
    }

    /// As recorded.
    pub(super) fn no_queue(name: &str) -> Self {
        let old_code = "AWS.SimpleQueueService.NonExistentQueue";
        let message = format!("Queue \"{name}\" does not exist.");
        Self { status: 404, code: "QueueDoesNotExist", old_code, message }
    }

    /// The error of AWS: none is recorded.
    pub(super) fn not_found(noun: &str) -> Self {
        Self { status: 404, ..Self::new("NotFound", format!("{noun} does not exist")) }
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::new("MissingParameter", format!("The request must contain the parameter {parameter}."))
    }

    pub(super) fn invalid(parameter: &str, reason: &str) -> Self {
        Self::new("InvalidParameter", format!("Invalid parameter: {parameter}: {reason}"))
    }
}
