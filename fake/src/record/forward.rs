//! Forwards one request to the API and streams the response back.
//!
//! This module does not decide what is recorded; see [`super::recording`].

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Request, Response, request};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::recording::{Exchange, Received, Recording};
use crate::Error;
use crate::response::ApiError;

/// More than the size of any body in the API. A larger response is forwarded, and only its length is recorded.
const LARGEST_BODY: usize = 64 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The parts of a response that wait for the client.
const WAITING: usize = 16;
const TOKEN: &str = "x-auth-token";

/// Headers of a connection, which a proxy does not forward. `Accept-Encoding` is not forwarded, because the response is
/// recorded without compression.
const OF_CONNECTION: [HeaderName; 7] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Where requests are sent, and the recording.
pub(super) struct Forwarder {
    http: reqwest::Client,
    /// Scheme and host of the API, without a slash at the end.
    upstream: String,
    remote: Option<Remote>,
    recording: Mutex<Recording>,
}

/// Access of other machines: they send the token in place of the secret key.
pub(super) struct Remote {
    pub(super) token: String,
    pub(super) secret_key: HeaderValue,
}

/// A response whose body is being received.
struct Receiving {
    response: reqwest::Response,
    received: Vec<u8>,
    /// The number of bytes so far, also of a body that is too large to be recorded.
    length: usize,
}

impl Forwarder {
    #[expect(clippy::disallowed_methods, reason = "the fake shares no code with the client of the plugin")]
    pub(super) fn new(upstream: String, remote: Option<Remote>, recording: Recording) -> Result<Self, Error> {
        // `reqwest` panics without a default; an error means that there is one already.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            // The client of the API follows redirects itself: another host would receive the secret key.
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip();
        // Only an API on this machine has http; the proxies of the system do not reach it.
        if upstream.starts_with("http://") {
            builder = builder.no_proxy();
        }
        let http =
            builder.build().map_err(|source| Error::Upstream { url: upstream.clone(), source: Box::new(source) })?;
        Ok(Self { http, upstream, remote, recording: Mutex::new(recording) })
    }

    /// The recording. A request that panicked leaves a usable one.
    pub(super) fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers one request to the port.
pub(super) async fn exchange(State(forwarder): State<Arc<Forwarder>>, request: Request<Body>) -> Response<Body> {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    if let Err(error) = admit(&forwarder, &mut parts) {
        return own(error);
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return own(ApiError::message(400, "the request cannot be read"));
    };
    match send(&forwarder, &parts, body.clone()).await {
        Ok(receiving) => respond(forwarder, parts, body, started, receiving).await,
        Err(error) => own(error),
    }
}

/// Rejects requests that are not forwarded, and replaces the token of remote clients by the secret key.
fn admit(forwarder: &Forwarder, parts: &mut request::Parts) -> Result<(), ApiError> {
    if let Some(failure) = forwarder.recording().failure() {
        let message = format!(
            "the recording cannot be written: {failure}. Hint: start `scaleway-fake record` again with another --output."
        );
        return Err(ApiError::message(500, &message));
    }
    // Another form of target would be appended to the host of the API.
    if !parts.uri.path().starts_with('/') {
        return Err(ApiError::message(400, "the request has no path"));
    }
    if is_signed(parts) {
        return Err(ApiError::message(
            501,
            "requests to Object Storage, queues and topics are not recorded, because their signature is only valid for their host. \
             Hint: set SCW_S3_ENDPOINT to https://s3.{region}.scw.cloud.",
        ));
    }
    if let Some(remote) = &forwarder.remote {
        if parts.headers.get(TOKEN).is_none_or(|token| token.as_bytes() != remote.token.as_bytes()) {
            let message = "the request has no valid token. Hint: set SCW_SECRET_KEY, or the header X-Auth-Token, to SCALEWAY_FAKE_TOKEN.";
            return Err(ApiError::message(401, message));
        }
        parts.headers.insert(TOKEN, remote.secret_key.clone());
    }
    Ok(())
}

/// Whether a request is signed in the way of AWS.
fn is_signed(parts: &request::Parts) -> bool {
    let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    authorization.is_some_and(|value| value.starts_with("AWS"))
        || parts.headers.keys().any(|name| name.as_str().starts_with("x-amz-"))
        || parts.uri.query().is_some_and(|query| query.to_ascii_lowercase().contains("x-amz-"))
}

/// Sends a request to the API, and waits for the start of the response.
async fn send(forwarder: &Forwarder, parts: &request::Parts, body: Bytes) -> Result<Receiving, ApiError> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut request = forwarder.http.request(parts.method.clone(), format!("{}{target}", forwarder.upstream)).headers(
        forwarded(&parts.headers, &[header::HOST, header::ACCEPT_ENCODING, header::CONTENT_LENGTH, header::EXPECT]),
    );
    if !body.is_empty() || parts.headers.contains_key(header::CONTENT_LENGTH) {
        request = request.body(body);
    }
    let unreachable = |error: reqwest::Error| {
        let mut cause: &dyn std::error::Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        ApiError::message(502, &format!("{} does not respond: {cause}", forwarder.upstream))
    };
    let response = request.send().await.map_err(unreachable)?;
    Ok(Receiving { response, received: Vec::new(), length: 0 })
}

/// The response for the client. The exchange is recorded before the client has received the end of the body.
async fn respond(
    forwarder: Arc<Forwarder>,
    parts: request::Parts,
    request: Bytes,
    started: Instant,
    mut receiving: Receiving,
) -> Response<Body> {
    let status = receiving.response.status();
    let headers = receiving.response.headers().clone();
    let mut exchange = Exchange {
        method: parts.method,
        uri: parts.uri,
        request_headers: parts.headers,
        request,
        started,
        status: status.as_u16(),
        response_headers: headers.clone(),
        response: Received::Partial(0),
    };
    let first = receiving.next().await;
    let body = match first {
        Ok(None) => {
            exchange.response = Received::Complete(Bytes::new());
            forwarder.recording().add(&exchange, Instant::now());
            Body::empty()
        }
        first => {
            let (sender, receiver) = mpsc::channel(WAITING);
            tokio::spawn(async move {
                let last = pass(&mut receiving, first, &sender).await;
                exchange.response = receiving.received(last.is_ok());
                forwarder.recording().add(&exchange, Instant::now());
                // The client may have closed the connection.
                let _ = sender.send(last).await;
            });
            Body::from_stream(ReceiverStream::new(receiver))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = forwarded(&headers, &[]);
    response
}

/// Passes all parts of a body to the client except for the last one, which it returns.
async fn pass(
    receiving: &mut Receiving,
    first: io::Result<Option<Bytes>>,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<Bytes> {
    let mut part = first?.unwrap_or_default();
    while let Some(next) = receiving.next().await? {
        // The rest is recorded too if the client has closed the connection.
        let _ = sender.send(Ok(part)).await;
        part = next;
    }
    Ok(part)
}

impl Receiving {
    /// The next part of the body; `None` at its end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let part = self.response.chunk().await.map_err(io::Error::other)?;
        if let Some(part) = &part {
            self.length += part.len();
            if self.length <= LARGEST_BODY {
                self.received.extend_from_slice(part);
            }
        }
        Ok(part)
    }

    /// What was received so far.
    fn received(&mut self, complete: bool) -> Received {
        if complete && self.length <= LARGEST_BODY {
            Received::Complete(Bytes::from(std::mem::take(&mut self.received)))
        } else {
            Received::Partial(self.length)
        }
    }
}

/// The headers that a proxy forwards, without some others.
fn forwarded(headers: &HeaderMap, without: &[HeaderName]) -> HeaderMap {
    let named: Vec<&str> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(',').map(str::trim))
        .collect();
    let is_forwarded = |name: &HeaderName| {
        !OF_CONNECTION.contains(name)
            && !without.contains(name)
            && name != "keep-alive"
            && !named.iter().any(|named| name.as_str().eq_ignore_ascii_case(named))
    };
    headers.iter().filter(|(name, _)| is_forwarded(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A response of this program, which is not recorded.
fn own(error: ApiError) -> Response<Body> {
    error.0.into_response("").map(Body::from)
}

/// Scheme and host of a URL. The secret key is not sent in plain text to another machine.
pub(super) fn upstream(url: &str) -> Result<String, Error> {
    let invalid = || Error::InvalidUpstream { url: url.to_owned() };
    let parsed: reqwest::Url = url.parse().map_err(|_| invalid())?;
    let host = parsed.host_str().ok_or_else(invalid)?;
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let is_local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    let is_plain =
        parsed.path() == "/" && parsed.query().is_none() && parsed.username().is_empty() && parsed.fragment().is_none();
    match parsed.scheme() {
        "https" if is_plain => Ok(parsed.as_str().trim_end_matches('/').to_owned()),
        "http" if is_plain && is_local => Ok(parsed.as_str().trim_end_matches('/').to_owned()),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upstream_is_https_or_on_this_machine() {
        for (url, expected) in [
            ("https://api.scaleway.com", Some("https://api.scaleway.com")),
            ("https://api.scaleway.com:8443/", Some("https://api.scaleway.com:8443")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("http://[::1]:8080/", Some("http://[::1]:8080")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://api.scaleway.com", None),
            ("https://user:password@api.scaleway.com", None),
            ("https://api.scaleway.com/path", None),
            ("ftp://127.0.0.1", None),
            ("api.scaleway.com", None),
        ] {
            assert_eq!(upstream(url).ok().as_deref(), expected, "{url}");
        }
    }
}
