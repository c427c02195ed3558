//! Error responses of Scaleway's APIs, classified into a closed set of kinds.
//!
//! This module parses error bodies. The caller adds the resource or property that the request was about.

mod advice;
mod messaging;

use std::error::Error as StdError;
use std::fmt;

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::not_found;

/// The kind of an error response, by what the caller can do about it. Each error response has exactly one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Scaleway reports that the object does not exist (404), or does not exist any more (410 `resource_expired`).
    NotFound,
    /// A 404 or 410 without Scaleway's error body: from a proxy, a gateway or a wrong address. It does not show that the
    /// object does not exist.
    Foreign,
    /// Permission denied (403).
    Denied,
    /// The API key is invalid, expired or missing (401).
    Unauthenticated,
    /// The resource is busy: a transient state or another operation in progress (409), or it is still in use (412).
    Busy,
    /// Rate limited (429).
    Throttled,
    /// The request is invalid (400 and all other 4xx without a kind of their own).
    Invalid,
    /// Quota exceeded (403), or out of stock (503 `out_of_stock`).
    Quota,
    /// The state of the resource does not allow it: it already exists (409), is protected (412) or locked (423).
    Conflict,
    /// Server error (5xx), or a status that the API does not document, such as a redirect.
    Broken,
}

/// One entry of an error's `details`. The type of the error decides which fields are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// The name of the argument in the API (`invalid_arguments`).
    pub argument_name: Option<String>,
    /// `required`, `format`, `constraint` or `unknown` (`invalid_arguments`).
    pub reason: Option<String>,
    /// A description of the problem (`invalid_arguments`).
    pub help_message: Option<String>,
    /// The type of the resource (`permissions_denied`, `quotas_exceeded`).
    pub resource: Option<String>,
    /// The action, such as `read`, `write` or `delete` (`permissions_denied`).
    pub action: Option<String>,
    /// The quota (`quotas_exceeded`).
    pub quota: Option<i64>,
    /// The number of existing resources (`quotas_exceeded`).
    pub current: Option<i64>,
}

/// A response with a status outside of 200 to 299.
#[derive(Clone, Debug)]
pub struct ApiError {
    kind: Kind,
    status: u16,
    message: Option<String>,
    error_type: Option<String>,
    details: Vec<Detail>,
    resource: Option<String>,
    resource_id: Option<String>,
    current_state: Option<String>,
    precondition: Option<String>,
    help_message: Option<String>,
    reason: Option<String>,
    request_id: Option<String>,
    operation: String,
    host: Option<String>,
    is_ambiguous: bool,
}

impl ApiError {
    /// A 404 that is the report of a missing object only because of the path of the call.
    pub(crate) fn at(mut self, path: &str) -> Self {
        if self.kind == Kind::Foreign && self.error_type.is_none() && not_found::is_reported_at(path, self.message()) {
            self.kind = Kind::NotFound;
        }
        self
    }

    /// Parses an error response. The body may be empty, not JSON, or JSON of another shape.
    pub fn from_response(
        operation: &str,
        method: &Method,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| text(&body, name);
        let error_type = text("type");
        let precondition = text("precondition");
        let mut kind = kind(status, error_type.as_deref(), precondition.as_deref());
        if kind == Kind::Foreign && not_found::is_reported(&body) {
            kind = Kind::NotFound;
        }
        Self {
            kind,
            status: status.as_u16(),
            message: text("message").or_else(|| redirect(status, headers)),
            details: details(&body),
            resource: text("resource"),
            resource_id: text("resource_id"),
            current_state: text("current_state"),
            help_message: text("help_message"),
            reason: text("reason"),
            request_id: request_id(headers),
            operation: operation.to_owned(),
            host: None,
            is_ambiguous: kind == Kind::Broken && !status.is_redirection() && !method.is_safe(),
            error_type,
            precondition,
        }
    }

    /// Parses an error response of Object Storage: XML, or no body.
    pub fn from_storage(
        operation: &str,
        method: &Method,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let mut error = Self::from_response(operation, method, status, headers, &[]);
        let root = crate::xml::parse(body).unwrap_or_default();
        let text = |name: &str| root.text_of(name).map(one_line).filter(|text| !text.is_empty());
        error.error_type = text("Code");
        error.message = text("Message").or(error.message);
        error.request_id = text("RequestId").or(error.request_id);
        error.kind = storage_kind(status, error.error_type.as_deref());
        if error.kind == Kind::Foreign
            && not_found::is_reported_by_storage(method, headers, error.error_type.as_deref())
        {
            error.kind = Kind::NotFound;
        }
        error.is_ambiguous = error.kind == Kind::Broken && !status.is_redirection() && !method.is_safe();
        error
    }

    /// The same error with the host that returned it.
    #[must_use]
    pub(crate) fn with_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// The ID of the object that the error is about, if the API returned one.
    pub fn resource_id(&self) -> Option<&str> {
        self.resource_id.as_deref()
    }

    /// The kind of the error.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The message of the API, on one line.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The `type` of the error (`not_found`); older products do not return it.
    pub fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    /// The precondition that failed (`precondition_failed`): `protected_resource`, `resource_still_in_use`, ...
    pub fn precondition(&self) -> Option<&str> {
        self.precondition.as_deref()
    }

    /// The request ID of the response.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The operation of the call.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Whether the request may have taken effect: a write that ended with a server error.
    pub fn is_ambiguous(&self) -> bool {
        self.is_ambiguous
    }

    pub(crate) fn set_ambiguous(&mut self) {
        self.is_ambiguous = true;
    }

    /// Every string of the error that may describe the problem: the message, its help, and those of its details.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        let details =
            self.details.iter().flat_map(|detail| [&detail.help_message, &detail.reason, &detail.argument_name]);
        [&self.message, &self.help_message, &self.reason].into_iter().chain(details).filter_map(Option::as_deref)
    }

    /// Whether the API returned the reason of a temporary conflict.
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Busy
            && (self.precondition.is_some()
                || matches!(
                    self.error_type.as_deref(),
                    Some(
                        "transient_state"
                            | "OperationAborted"
                            | "AWS.SimpleQueueService.QueueDeletedRecently"
                            | "QueueDeletedRecently"
                    )
                ))
    }

    /// Whether the error is about an object or an argument of this name, such as `project`.
    pub fn concerns(&self, name: &str) -> bool {
        let argument = format!("{name}_id");
        let of_detail = |detail: &Detail| {
            detail.argument_name.as_deref() == Some(argument.as_str()) || detail.resource.as_deref() == Some(name)
        };
        self.resource.as_deref() == Some(name) || self.details.iter().any(of_detail)
    }

    /// The help messages of its details.
    pub fn of_arguments(&self) -> impl Iterator<Item = &str> {
        self.details.iter().filter_map(|detail| detail.help_message.as_deref())
    }
}

impl StdError for ApiError {}

/// For example `permission denied: insufficient permissions (permissions_denied, request 7c1)`.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Foreign {
            f.write_str(self.host.as_deref().unwrap_or("the server"))?;
        }
        let label = match self.kind {
            Kind::Foreign => " responded without Scaleway's error body",
            Kind::NotFound => "not found",
            Kind::Denied => "permission denied",
            Kind::Conflict => "conflict",
            Kind::Unauthenticated => "authentication failed",
            Kind::Busy if self.precondition.is_some() => "the resource is in use",
            Kind::Busy => "the resource is busy",
            Kind::Throttled => "rate limited",
            Kind::Invalid => "invalid request",
            Kind::Quota if self.error_type.as_deref() == Some("out_of_stock") => "out of stock",
            Kind::Quota => "quota exceeded",
            Kind::Broken if (500..600).contains(&self.status) => "server error",
            Kind::Broken => "unexpected response",
        };
        f.write_str(label)?;
        let mut separator = ": ";
        let message = self.message.as_ref().filter(|message| !message.eq_ignore_ascii_case(label));
        if let Some(message) = message {
            write!(f, "{separator}{message}")?;
            separator = ", ";
        }
        for detail in &self.details {
            let detail = detail.to_string();
            if !detail.is_empty() {
                write!(f, "{separator}{detail}")?;
                separator = ", ";
            }
        }
        f.write_str(" (")?;
        match &self.error_type {
            Some(error_type) => f.write_str(error_type)?,
            None => write!(f, "HTTP {}", self.status)?,
        }
        if let Some(resource) = self.resource.as_deref().filter(|label| *label != "unknown") {
            write!(f, ", {resource}")?;
            if let Some(id) = &self.resource_id {
                write!(f, " {id}")?;
            }
        }
        if let Some(state) = &self.current_state {
            write!(f, " is {state}")?;
        }
        if let Some(precondition) = &self.precondition {
            write!(f, ", {precondition}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, ", request {id}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let words = [&self.argument_name, &self.action, &self.resource];
        for word in words.into_iter().flatten() {
            write!(f, "{separator}{word}")?;
            separator = " ";
        }
        // A help message is more specific than a reason, which is one word.
        if let Some(why) = self.help_message.as_ref().or(self.reason.as_ref()) {
            write!(f, "{}{why}", if separator.is_empty() { "" } else { ": " })?;
        }
        if let (Some(current), Some(quota)) = (self.current, self.quota) {
            write!(f, " {current} of {quota} in use")?;
        }
        Ok(())
    }
}

/// The code takes precedence over the status. A conflict is permanent, unlike a conflict of other products.
fn storage_kind(status: StatusCode, code: Option<&str>) -> Kind {
    match code {
        Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" | "ExpiredToken") => {
            Kind::Unauthenticated
        }
        Some("SlowDown" | "TooManyRequests" | "Throttling") => Kind::Throttled,
        Some("OperationAborted") => Kind::Busy,
        Some("TooManyBuckets" | "QuotaExceeded") => Kind::Quota,
        _ if status == StatusCode::CONFLICT => Kind::Conflict,
        _ => kind(status, None, None),
    }
}

/// The type takes precedence over the status: products return the same type with different statuses.
fn kind(status: StatusCode, error_type: Option<&str>, precondition: Option<&str>) -> Kind {
    match error_type {
        Some("invalid_arguments") => Kind::Invalid,
        Some("denied_authentication") => Kind::Unauthenticated,
        Some("permissions_denied") => Kind::Denied,
        Some("quotas_exceeded" | "out_of_stock") => Kind::Quota,
        Some("not_found" | "resource_expired") => Kind::NotFound,
        Some("transient_state") => Kind::Busy,
        Some("precondition_failed") if precondition == Some("resource_still_in_use") => Kind::Busy,
        Some("already_exists" | "precondition_failed" | "locked") => Kind::Conflict,
        Some("too_many_requests") => Kind::Throttled,
        _ => match status.as_u16() {
            401 => Kind::Unauthenticated,
            403 => Kind::Denied,
            // The body decides, see `not_found`.
            404 | 410 => Kind::Foreign,
            409 => Kind::Busy,
            412 | 423 => Kind::Conflict,
            429 => Kind::Throttled,
            408 => Kind::Broken,
            400..=499 => Kind::Invalid,
            _ => Kind::Broken,
        },
    }
}

/// The message for a redirect, with its host only: the rest of a URL may contain a signature.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    if !status.is_redirection() {
        return None;
    }
    let location = headers.get(http::header::LOCATION).and_then(|location| location.to_str().ok());
    let host = location.and_then(|location| url::Url::parse(location).ok()?.host_str().map(str::to_owned));
    Some(match host {
        Some(host) => format!("the response is a redirect to {}", one_line(&host)),
        None => "the response is a redirect".to_owned(),
    })
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get("x-request-id")
        .or_else(|| headers.get("x-amz-request-id"))
        .and_then(|id| id.to_str().ok())
        .map(one_line)
}

fn details(body: &Value) -> Vec<Detail> {
    let Some(details) = body.get("details").and_then(Value::as_array) else {
        return Vec::new();
    };
    let detail = |detail: &Value| Detail {
        argument_name: text(detail, "argument_name"),
        reason: text(detail, "reason"),
        help_message: text(detail, "help_message"),
        resource: text(detail, "resource"),
        action: text(detail, "action"),
        quota: detail.get("quota").and_then(Value::as_i64),
        current: detail.get("current").and_then(Value::as_i64),
    };
    details.iter().map(detail).collect()
}

/// A string field that is not empty.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(one_line).filter(|text| !text.is_empty())
}

/// A string of a response on one line and with a maximum length, so that no response can flood or forge a log.
fn one_line(text: &str) -> String {
    const LIMIT: usize = 1000;
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// A help message of the API as a sentence: these begin in lower case and have no full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
#[path = "api_error_tests.rs"]
mod tests;
