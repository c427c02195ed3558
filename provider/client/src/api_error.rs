//! What Scaleway says when it says no, as a closed set of kinds that callers can act on.
//!
//! Knows the shape of error bodies, not what was asked for: which resource or property is meant is the caller's to add.

mod advice;

use std::error::Error as StdError;
use std::fmt;

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::not_found;

/// What a caller can do about an error answer. Closed: each answer falls into one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Scaleway itself reports that the object does not exist (404), or no longer (410 `resource_expired`).
    NotFound,
    /// A 404 or 410 without Scaleway's error body: from a proxy, a gateway or a wrong address. It proves nothing about the
    /// object.
    Foreign,
    /// The key may not do this (403).
    Denied,
    /// The key is unknown, expired or missing (401).
    Unauthenticated,
    /// Possible later: a transient state or another change under way (409), still used by something (412).
    Busy,
    /// Too many calls (429).
    Throttled,
    /// The request says something the API does not accept (400 and other statuses that blame the caller).
    Invalid,
    /// Nothing left to give: a quota is used up (403), or the hardware is (503 `out_of_stock`).
    Quota,
    /// Impossible as things stand: it exists already (409), is protected (412) or locked (423).
    Conflict,
    /// The server's own trouble (5xx), or an answer with a status no API should give.
    Broken,
}

/// One entry of an error's `details`. Which fields are there depends on the error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// The argument meant, in the API's spelling (`invalid_arguments`).
    pub argument_name: Option<String>,
    /// `required`, `format`, `constraint` or `unknown` (`invalid_arguments`).
    pub reason: Option<String>,
    /// What is wrong, in words (`invalid_arguments`).
    pub help_message: Option<String>,
    /// The kind of object (`permissions_denied`, `quotas_exceeded`).
    pub resource: Option<String>,
    /// `read`, `write`, `delete` and the like (`permissions_denied`).
    pub action: Option<String>,
    /// How many are allowed (`quotas_exceeded`).
    pub quota: Option<i64>,
    /// How many there are (`quotas_exceeded`).
    pub current: Option<i64>,
}

/// An answer with a status outside of 200 to 299.
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
    maybe_done: bool,
}

impl ApiError {
    /// Reads an error answer. Any body will do: empty, not JSON, JSON of another shape.
    pub fn from_answer(operation: &str, method: &Method, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
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
            maybe_done: kind == Kind::Broken && !status.is_redirection() && !method.is_safe(),
            error_type,
            precondition,
        }
    }

    /// Reads an error answer of Object Storage: XML, or nothing but a status.
    pub fn from_storage(
        operation: &str,
        method: &Method,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let mut error = Self::from_answer(operation, method, status, headers, &[]);
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
        error.maybe_done = error.kind == Kind::Broken && !status.is_redirection() && !method.is_safe();
        error
    }

    /// The same error with the host that answered.
    #[must_use]
    pub(crate) fn answered_by(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// The id of the object that the error is about, if the API named one.
    pub fn resource_id(&self) -> Option<&str> {
        self.resource_id.as_deref()
    }

    /// What can be done about it.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The API's own words, on one line.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The API's own word for the kind (`not_found`); older products send none.
    pub fn error_type(&self) -> Option<&str> {
        self.error_type.as_deref()
    }

    /// Which condition failed (`precondition_failed`): `protected_resource`, `resource_still_in_use`, ...
    pub fn precondition(&self) -> Option<&str> {
        self.precondition.as_deref()
    }

    /// Scaleway's name for the exchange.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The call this answers.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Whether the call may have had its effect in spite of the error: a write whose server failed underway.
    pub fn maybe_done(&self) -> bool {
        self.maybe_done
    }

    pub(crate) fn set_maybe_done(&mut self) {
        self.maybe_done = true;
    }

    /// Every string of it that may say what is wrong: the message, its help, and those of its details.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let details =
            self.details.iter().flat_map(|detail| [&detail.help_message, &detail.reason, &detail.argument_name]);
        [&self.message, &self.help_message, &self.reason].into_iter().chain(details).filter_map(Option::as_deref)
    }

    /// Whether the API names the reason for a conflict that passes by itself.
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Busy
            && (self.precondition.is_some()
                || matches!(self.error_type.as_deref(), Some("transient_state" | "OperationAborted")))
    }

    /// Whether it is about an object or an argument of this name, such as `project`.
    pub fn concerns(&self, name: &str) -> bool {
        let argument = format!("{name}_id");
        let of_detail = |detail: &Detail| {
            detail.argument_name.as_deref() == Some(argument.as_str()) || detail.resource.as_deref() == Some(name)
        };
        self.resource.as_deref() == Some(name) || self.details.iter().any(of_detail)
    }

    /// What it says of single arguments.
    pub fn of_arguments(&self) -> impl Iterator<Item = &str> {
        self.details.iter().filter_map(|detail| detail.help_message.as_deref())
    }
}

impl StdError for ApiError {}

/// `Scaleway refused it: insufficient permissions (permissions_denied, request 7c1).`, without the full stop.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Foreign {
            f.write_str(self.host.as_deref().unwrap_or("the server"))?;
        }
        f.write_str(match self.kind {
            Kind::Foreign => " answered without Scaleway's error body",
            Kind::NotFound => "Scaleway does not know it",
            Kind::Denied | Kind::Conflict => "Scaleway refused it",
            Kind::Unauthenticated => "Scaleway did not accept the API key",
            Kind::Busy => "Scaleway cannot do it now",
            Kind::Throttled => "Scaleway gets too many calls",
            Kind::Invalid => "Scaleway found the request invalid",
            Kind::Quota => "Scaleway has none left to give",
            Kind::Broken => "Scaleway failed to answer properly",
        })?;
        let mut separator = ": ";
        if let Some(message) = &self.message {
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
        // A help message says more than the reason's one word.
        if let Some(why) = self.help_message.as_ref().or(self.reason.as_ref()) {
            write!(f, "{}{why}", if separator.is_empty() { "" } else { ": " })?;
        }
        if let (Some(current), Some(quota)) = (self.current, self.quota) {
            write!(f, " {current} of {quota} in use")?;
        }
        Ok(())
    }
}

/// The code decides before the status. A conflict does not pass by itself, as it does at other products.
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

/// The type decides before the status: the same type comes with different statuses from different products.
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
            // The body decides: see `not_found`.
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

/// What a redirect is, by the host it leads to: the rest of an address may hold a signature.
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

/// A field that is there and says something.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(one_line).filter(|text| !text.is_empty())
}

/// Foreign text on one line and of bounded length, so that no answer can flood or forge a log.
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

/// The API writes its help in lower case and without a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
#[path = "api_error_tests.rs"]
mod tests;
