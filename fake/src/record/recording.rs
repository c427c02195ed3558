//! The file of a recording: one exchange per line, sanitized, in the order of the responses.
//!
//! The format is that of the recordings that the tests of this project read (`CONTRIBUTING.md`). This module does not send requests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Uri};
use scaleway_api::Method as ApiMethod;
use serde::Serialize;
use serde_json::{Value, json};

use super::sanitizer::{Found, Sanitizer};

/// The URL of Scaleway's API.
pub const API_URL: &str = "https://api.scaleway.com";
/// Content types that are recorded; others are recorded as the last one.
const CONTENT_TYPES: [&str; 9] = [
    "application/json",
    "application/merge-patch+json",
    "application/x-www-form-urlencoded",
    "application/xml",
    "application/x-yaml",
    "text/html",
    "text/plain",
    "text/xml",
    "application/octet-stream",
];
/// Headers of responses with numbers that are recorded.
const NUMBERS: [&str; 5] =
    ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-total-count"];
/// Headers with credentials.
const CREDENTIALS: [&str; 2] = ["x-auth-token", "x-session-token"];

/// A request and its response, as they were sent.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) request_headers: HeaderMap,
    pub(super) request: Bytes,
    pub(super) started: Instant,
    pub(super) status: u16,
    pub(super) response_headers: HeaderMap,
    pub(super) response: Received,
}

/// The body of a response.
#[derive(Debug)]
pub(super) enum Received {
    /// All of it.
    Complete(Bytes),
    /// It ended early, or is too large to be recorded: the number of bytes.
    Partial(usize),
}

/// The file of a recording.
pub(super) struct Recording {
    output: File,
    sanitizer: Sanitizer,
    /// The time of the first response.
    first: Option<Instant>,
    written: u64,
    /// Why the last exchange was not written.
    failed: Option<io::Error>,
}

/// One line.
#[derive(Serialize)]
struct Line {
    seq: u64,
    /// Seconds since the first response.
    t: u64,
    /// The duration of the request in milliseconds.
    ms: u64,
    method: &'static str,
    url: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    request_headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Value>,
    status: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    response_headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl Recording {
    pub(super) fn new(output: File) -> Self {
        Self { output, sanitizer: Sanitizer::new(), first: None, written: 0, failed: None }
    }

    /// The number of exchanges in the file.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Why the last exchange was not written: then the recording is incomplete.
    pub(super) fn failure(&self) -> Option<String> {
        self.failed.as_ref().map(ToString::to_string)
    }

    /// Writes an exchange that ends now.
    pub(super) fn add(&mut self, exchange: &Exchange, now: Instant) {
        let first = *self.first.get_or_insert(now);
        let line =
            self.line(exchange, now.saturating_duration_since(first), now.saturating_duration_since(exchange.started));
        let written = serde_json::to_string(&line).map_err(io::Error::from).and_then(|line| {
            self.output.write_all((line + "\n").as_bytes())?;
            self.output.flush()
        });
        match written {
            Ok(()) => self.written += 1,
            Err(error) => self.failed = Some(error),
        }
    }

    fn line(&mut self, exchange: &Exchange, t: Duration, duration: Duration) -> Line {
        for name in CREDENTIALS.iter().copied().chain([AUTHORIZATION.as_str()]) {
            let values = exchange.request_headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.for_each(|value| self.sanitizer.learn(value.rsplit(' ').next().unwrap_or(value)));
        }
        let path = exchange.uri.path();
        let found: Found = api_method(&exchange.method).and_then(|method| scaleway_api::find(method, path));
        let query: Vec<(String, String)> =
            Query::try_from_uri(&exchange.uri).map_or_else(|_| Vec::new(), |Query(parameters)| parameters);
        // The request first: error messages repeat its values.
        let request = body(&exchange.request_headers, &exchange.request);
        let mut request = request.map(|body| body.map(|json| self.sanitizer.request(&found, &json)));
        let target = self.sanitizer.target(&found, path, &query);
        let response = match &exchange.response {
            Received::Complete(bytes) => body(&exchange.response_headers, bytes),
            Received::Partial(bytes) => Some(Body::Marked(json!({ "$incomplete": { "bytes": bytes } }))),
        };
        let mut response =
            response.map(|body| body.map(|json| self.sanitizer.response(&found, exchange.status, &json)));
        request.iter_mut().chain(&mut response).for_each(|body| self.sanitizer.redact(body));
        Line {
            seq: self.written,
            t: t.as_secs(),
            ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            method: method_name(&exchange.method),
            // Whatever the upstream is.
            url: format!("{API_URL}{target}"),
            request_headers: headers(&exchange.request_headers),
            request,
            status: exchange.status,
            response_headers: headers(&exchange.response_headers),
            body: response,
        }
    }
}

/// The content of a body.
enum Body {
    Json(Value),
    /// What is recorded in its place.
    Marked(Value),
}

impl Body {
    fn map(self, sanitize: impl FnOnce(Value) -> Value) -> Value {
        match self {
            Self::Json(json) => sanitize(json),
            Self::Marked(marked) => marked,
        }
    }
}

/// The content of a body; `None` if it is empty. Only the length of what is not JSON is recorded.
fn body(headers: &HeaderMap, bytes: &Bytes) -> Option<Body> {
    if bytes.is_empty() {
        return None;
    }
    let is_plain = !headers.contains_key(CONTENT_ENCODING);
    match serde_json::from_slice(bytes) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) if is_plain => Some(Body::Json(json)),
        _ => Some(Body::Marked(json!({ "$binary": { "bytes": bytes.len() } }))),
    }
}

/// The headers that are recorded.
fn headers(all: &HeaderMap) -> BTreeMap<&'static str, String> {
    let mut kept = BTreeMap::new();
    if let Some(value) = all.get(CONTENT_TYPE) {
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
        let known = CONTENT_TYPES.iter().find(|known| **known == essence);
        kept.insert("content-type", (*known.unwrap_or(&CONTENT_TYPES[CONTENT_TYPES.len() - 1])).to_owned());
    }
    for name in NUMBERS {
        let number = all.get(name).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
        if let Some(number) = number {
            kept.insert(name, number.to_string());
        }
    }
    kept
}

fn api_method(method: &Method) -> Option<ApiMethod> {
    ApiMethod::from_name(method.as_str())
}

/// The name of a method. Clients can send any string as a method.
fn method_name(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|name| *name == method.as_str())
        .unwrap_or("UNKNOWN")
}
