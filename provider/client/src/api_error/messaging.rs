//! Error responses of queues and topics, which have codes of AWS.

use http::{HeaderMap, Method, StatusCode};

use super::{ApiError, Kind, kind, one_line};

impl ApiError {
    /// An error response with this code and message; `title` is the name of the service, and `keys` are its keys in messages.
    pub(crate) fn from_messaging(
        (operation, method): (&str, &Method),
        (title, keys): (&str, &str),
        (status, headers): (StatusCode, &HeaderMap),
        (code, message): (Option<String>, Option<String>),
    ) -> Self {
        let mut error = Self::from_response(operation, method, status, headers, &[]);
        let text = |text: Option<String>| text.map(|text| one_line(&text)).filter(|text| !text.is_empty());
        error.error_type = text(code);
        error.message = text(message).or(error.message);
        error.kind = messaging_kind(status, error.error_type.as_deref());
        if matches!(error.kind, Kind::Denied | Kind::Unauthenticated) {
            error.help_message = Some(format!(
                "set {keys} to those of {title} credentials of the project that have the permission `canManage`, and check that \
                 {title} is active"
            ));
        }
        error.is_ambiguous = error.kind == Kind::Broken && !status.is_redirection() && !method.is_safe();
        error
    }
}

/// The code takes precedence over the status: as recorded, topics answer 400 to missing permissions.
fn messaging_kind(status: StatusCode, code: Option<&str>) -> Kind {
    match code {
        Some("AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" | "NotFound" | "NotFoundException") => {
            Kind::NotFound
        }
        Some("AccessDenied" | "AccessDeniedException" | "AuthorizationError") => Kind::Denied,
        Some(
            "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "InvalidSecurity"
            | "MissingAuthenticationToken"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException",
        ) => Kind::Unauthenticated,
        Some("RequestThrottled" | "ThrottledException" | "Throttling" | "ThrottlingException") => Kind::Throttled,
        Some("AWS.SimpleQueueService.QueueDeletedRecently" | "QueueDeletedRecently") => Kind::Busy,
        Some("QueueAlreadyExists" | "QueueNameExists") => Kind::Conflict,
        _ if status == StatusCode::CONFLICT => Kind::Conflict,
        _ => kind(status, None, None),
    }
}
