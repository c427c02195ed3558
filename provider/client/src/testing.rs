//! A clock and a transport that tests control.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response};
use login::Login;
use serde_json::Value;
use tokio::sync::oneshot;
use url::Url;

use crate::clock::{BoxFuture, Clock};
use crate::transport::{Failure, Http, Transport};

/// A clock that tests advance. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    state: Arc<Mutex<Time>>,
}

#[derive(Debug)]
struct Time {
    now: Instant,
    skip: Duration,
    slept: Vec<Duration>,
    sleepers: Vec<(Instant, oneshot::Sender<()>)>,
}

impl ManualClock {
    /// A clock on which sleeps wait for [`ManualClock::advance`].
    pub fn new() -> Self {
        Self::skipping(Duration::ZERO)
    }

    /// A clock on which sleeps of at most `limit`, such as pauses, end immediately and advance the clock. Longer sleeps,
    /// such as timeouts, wait for [`ManualClock::advance`] or for enough short sleeps.
    pub fn skipping(limit: Duration) -> Self {
        let time = Time { now: Instant::now(), skip: limit, slept: Vec::new(), sleepers: Vec::new() };
        Self { state: Arc::new(Mutex::new(time)) }
    }

    /// Advances the time and wakes the sleeps that have ended.
    pub fn advance(&self, duration: Duration) {
        lock(&self.state).advance(duration);
    }

    /// The sleeps that ended immediately, in order.
    pub fn slept(&self) -> Vec<Duration> {
        lock(&self.state).slept.clone()
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Time {
    fn advance(&mut self, duration: Duration) {
        self.now += duration;
        let now = self.now;
        for (_, sleeper) in self.sleepers.extract_if(.., |(due, _)| *due <= now) {
            // The receiver of a cancelled sleep is dropped.
            let _ = sleeper.send(());
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        lock(&self.state).now
    }

    /// Always the same date, so that signatures are reproducible.
    fn today(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(500_000)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let state = Arc::clone(&self.state);
        Box::pin(async move {
            let waiting = {
                let mut time = lock(&state);
                if duration <= time.skip {
                    time.slept.push(duration);
                    time.advance(duration);
                    None
                } else {
                    let (sender, receiver) = oneshot::channel();
                    let due = time.now + duration;
                    time.sleepers.push((due, sender));
                    Some(receiver)
                }
            };
            match waiting {
                Some(receiver) => {
                    // The sender is in the clock, to which this future has a reference.
                    let _ = receiver.await;
                }
                None => tokio::task::yield_now().await,
            }
        })
    }
}

/// HTTP over TCP for several clients of one test, which share connections and certificate authorities.
pub fn shared_http(api_url: &Url) -> Arc<dyn Transport> {
    Arc::new(Http::new(api_url, false))
}

/// One step of a [`ScriptedTransport`].
#[derive(Debug)]
pub enum Step {
    /// Returns a response.
    Response(Response<Bytes>),
    /// Fails to connect.
    Unsent,
    /// Closes the connection after the request was sent.
    Lost,
    /// Never responds.
    Hang,
}

impl Step {
    /// A JSON response; `Null`: an empty body.
    ///
    /// # Panics
    ///
    /// If the status is invalid (100 to 999 are valid).
    pub fn response(status: u16, body: &Value) -> Self {
        let bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let mut response = Response::new(bytes);
        *response.status_mut() = status.try_into().expect("the status of a test is valid");
        Self::Response(response)
    }

    /// A response with a string body and headers, as of Object Storage.
    ///
    /// # Panics
    ///
    /// If the status or a header is invalid.
    pub fn text(status: u16, body: &str, headers: &[(&str, &str)]) -> Self {
        let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *response.status_mut() = status.try_into().expect("the status of a test is valid");
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).expect("the header of a test is valid");
            response.headers_mut().append(name, value.parse().expect("the header of a test is valid"));
        }
        Self::Response(response)
    }
}

/// A request that the transport received.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The HTTP method.
    pub method: Method,
    /// Path and query, escaped.
    pub path: String,
    /// The JSON body, or the body as a string; `Null` if there is none.
    pub body: Value,
    /// The host with its port.
    pub host: String,
    /// The headers of Object Storage, without signatures and checksums.
    pub headers: BTreeMap<String, String>,
}

/// A transport with a script: one step for each request. After the last step, connections fail. Clones share the script.
#[derive(Clone, Debug)]
pub struct ScriptedTransport {
    state: Arc<Mutex<(VecDeque<Step>, Vec<Sent>)>>,
}

impl ScriptedTransport {
    /// Creates a transport with these steps, in this order.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { state: Arc::new(Mutex::new((steps.into_iter().collect(), Vec::new()))) }
    }

    /// The requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.state).1.clone()
    }
}

impl ScriptedTransport {
    /// Records a request, and returns its step.
    fn next(&self, sent: Sent) -> Option<Step> {
        let mut state = lock(&self.state);
        state.1.push(sent);
        state.0.pop_front()
    }
}

impl Transport for ScriptedTransport {
    /// A login has the method `LOGIN`, the database as its path, and the user in the query. A status >= 400 rejects it with
    /// the body as message.
    fn log_in<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        let step = self.next(Sent {
            method: Method::from_bytes(b"LOGIN").expect("HTTP allows any method"),
            path: format!("/{}?user={}", login.database, login.user),
            body: Value::Null,
            host: format!("{}:{}", login.host, login.port),
            headers: BTreeMap::new(),
        });
        Box::pin(async move {
            match step {
                Some(Step::Response(response)) if response.status().as_u16() < 400 => Ok(()),
                Some(Step::Response(response)) => Err(String::from_utf8_lossy(response.body()).into_owned()),
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Lost) => Err("scripted loss".to_owned()),
                Some(Step::Unsent) => Err("scripted rejection".to_owned()),
                None => Err("the script is over".to_owned()),
            }
        })
    }

    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let (parts, body) = request.into_parts();
        let sent = Sent {
            method: parts.method,
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            body: json_or_text(&body),
            host: parts.uri.authority().map(ToString::to_string).unwrap_or_default(),
            headers: recorded_headers(&parts.headers),
        };
        let step = self.next(sent);
        Box::pin(async move {
            match step {
                Some(Step::Response(response)) => Ok(response),
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Lost) => Err(Failure::Lost { cause: "scripted loss".into() }),
                Some(Step::Unsent) => Err(unsent("scripted rejection")),
                None => Err(unsent("the script is over")),
            }
        })
    }
}

fn json_or_text(body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)))
}

fn recorded_headers(headers: &http::HeaderMap) -> BTreeMap<String, String> {
    const RECORDED: [&str; 5] = ["cache-control", "content-disposition", "content-encoding", "content-type", "x-amz-"];
    const IGNORED: [&str; 3] = ["x-amz-date", "x-amz-content-sha256", "x-amz-checksum-crc32"];
    // Content types that the client sets itself, and the default of uploads.
    const FORMS: [&str; 6] = [
        "application/json",
        "application/octet-stream",
        "application/x-amz-json-1.0",
        "application/x-www-form-urlencoded",
        "application/xml",
        "text/plain",
    ];
    headers
        .iter()
        .filter(|(_, value)| !FORMS.iter().any(|form| value == form))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .filter(|(name, _)| RECORDED.iter().any(|prefix| name.starts_with(prefix)) && !IGNORED.contains(&name.as_str()))
        .collect()
}

fn unsent(cause: &str) -> Failure {
    Failure::Unsent { cause: cause.into(), help: None, permanent: false }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
