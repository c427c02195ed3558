//! A clock and a transport that do what a test tells them.
//!
//! Knows no policy: nothing here decides what is repeated or how long to wait.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Method, Request, Response};
use serde_json::Value;
use tokio::sync::oneshot;
use url::Url;

use crate::clock::{BoxFuture, Clock};
use crate::login::Login;
use crate::transport::{Failure, Http, Transport};

/// A clock that stands still until told otherwise. Clones show the same time.
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
    /// Sleepers wait for [`ManualClock::advance`].
    pub fn new() -> Self {
        Self::skipping(Duration::ZERO)
    }

    /// Sleeps of at most `limit` pass in no time and move the clock forward, as pauses should in a test; longer ones,
    /// as time-outs are, wait for [`ManualClock::advance`] or for enough short ones.
    pub fn skipping(limit: Duration) -> Self {
        let time = Time { now: Instant::now(), skip: limit, slept: Vec::new(), sleepers: Vec::new() };
        Self { state: Arc::new(Mutex::new(time)) }
    }

    /// Lets time pass and wakes whose hour has come.
    pub fn advance(&self, duration: Duration) {
        lock(&self.state).advance(duration);
    }

    /// The sleeps that passed in no time, in their order.
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
            // A sleeper that is gone was dropped; nobody waits for it.
            let _ = sleeper.send(());
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        lock(&self.state).now
    }

    /// Always the same day, so that signatures are too.
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
                    // The sender lives in the clock, which this future keeps alive.
                    let _ = receiver.await;
                }
                None => tokio::task::yield_now().await,
            }
        })
    }
}

/// HTTP over TCP, for several clients of one test: connections, and what is read of certificates, are shared.
pub fn shared_http(api_url: &Url) -> Arc<dyn Transport> {
    Arc::new(Http::new(api_url, false))
}

/// One step of a [`ScriptedTransport`].
#[derive(Debug)]
pub enum Step {
    /// Answers.
    Answer(Response<Bytes>),
    /// Fails to connect.
    Unsent,
    /// Breaks the connection after the request was sent.
    Lost,
    /// Never answers.
    Hang,
}

impl Step {
    /// A JSON answer; `Null` gives an empty body.
    ///
    /// # Panics
    ///
    /// If HTTP does not know such a status (100 to 999 are possible).
    pub fn answer(status: u16, body: &Value) -> Self {
        let bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let mut response = Response::new(bytes);
        *response.status_mut() = status.try_into().expect("a test's status is one HTTP allows");
        Self::Answer(response)
    }

    /// An answer of Object Storage: a text and headers.
    ///
    /// # Panics
    ///
    /// If HTTP does not know such a status or such a header.
    pub fn text(status: u16, body: &str, headers: &[(&str, &str)]) -> Self {
        let mut response = Response::new(Bytes::copy_from_slice(body.as_bytes()));
        *response.status_mut() = status.try_into().expect("a test's status is one HTTP allows");
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a test's header is one HTTP allows");
            response.headers_mut().append(name, value.parse().expect("a test's header is one HTTP allows"));
        }
        Self::Answer(response)
    }
}

/// A request as it reached the transport.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The verb.
    pub method: Method,
    /// Path and query, escaped.
    pub path: String,
    /// The JSON body, or its text; `Null` when there was none.
    pub body: Value,
    /// The host with its port.
    pub host: String,
    /// The headers that say something: of Object Storage those of its own, without what signs and sums.
    pub headers: BTreeMap<String, String>,
}

/// Follows a script, one step for each request; when it is over, connections fail. Clones share the script.
#[derive(Clone, Debug)]
pub struct ScriptedTransport {
    state: Arc<Mutex<(VecDeque<Step>, Vec<Sent>)>>,
}

impl ScriptedTransport {
    /// Answers requests with these steps, in this order.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { state: Arc::new(Mutex::new((steps.into_iter().collect(), Vec::new()))) }
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.state).1.clone()
    }
}

impl ScriptedTransport {
    /// Notes what is sent, and gives what happens then.
    fn next(&self, sent: Sent) -> Option<Step> {
        let mut state = lock(&self.state);
        state.1.push(sent);
        state.0.pop_front()
    }
}

impl Transport for ScriptedTransport {
    /// A login is the verb `LOGIN` at the database's name, with the user in the query; a status from 400 on refuses with its text.
    fn log_in<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        let step = self.next(Sent {
            method: Method::from_bytes(b"LOGIN").expect("HTTP allows any word"),
            path: format!("/{}?user={}", login.database, login.user),
            body: Value::Null,
            host: format!("{}:{}", login.host, login.port),
            headers: BTreeMap::new(),
        });
        Box::pin(async move {
            match step {
                Some(Step::Answer(response)) if response.status().as_u16() < 400 => Ok(()),
                Some(Step::Answer(response)) => Err(String::from_utf8_lossy(response.body()).into_owned()),
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Lost) => Err("scripted loss".to_owned()),
                Some(Step::Unsent) => Err("scripted refusal".to_owned()),
                None => Err("the script is over".to_owned()),
            }
        })
    }

    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let (parts, body) = request.into_parts();
        let sent = Sent {
            method: parts.method,
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            body: said(&body),
            host: parts.uri.authority().map(ToString::to_string).unwrap_or_default(),
            headers: meant(&parts.headers),
        };
        let step = self.next(sent);
        Box::pin(async move {
            match step {
                Some(Step::Answer(response)) => Ok(response),
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Lost) => Err(Failure::Lost { cause: "scripted loss".into() }),
                Some(Step::Unsent) => Err(unsent("scripted refusal")),
                None => Err(unsent("the script is over")),
            }
        })
    }
}

fn said(body: &Bytes) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)))
}

fn meant(headers: &http::HeaderMap) -> BTreeMap<String, String> {
    const MEANT: [&str; 5] = ["cache-control", "content-disposition", "content-encoding", "content-type", "x-amz-"];
    const NOT_MEANT: [&str; 3] = ["x-amz-date", "x-amz-content-sha256", "x-amz-checksum-crc32"];
    // What the client itself writes of a body, or what every file is called.
    const FORMS: [&str; 4] = ["application/json", "application/octet-stream", "application/xml", "text/plain"];
    headers
        .iter()
        .filter(|(_, value)| !FORMS.iter().any(|form| value == form))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .filter(|(name, _)| MEANT.iter().any(|meant| name.starts_with(meant)) && !NOT_MEANT.contains(&name.as_str()))
        .collect()
}

fn unsent(cause: &str) -> Failure {
    Failure::Unsent { cause: cause.into(), help: None, lasting: false }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
