//! The client: sends a call, from signing to the last attempt.
//!
//! This module contains the order of the steps. Each policy (breaker, limiter, retry) is a module of its own, and the
//! caller interprets responses.

mod response;
mod waiting;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use fastrand::Rng;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request};
use login::Login;
use tokio::sync::Notify;

use self::response::{Failed, log, read};
use self::waiting::{Time, answered};
use crate::breaker::Breaker;
use crate::call::{Call, Repeatable};
use crate::clock::Clock;
use crate::counters::{Counters, Meter};
use crate::error::{Error, Lost, Undecoded};
use crate::limiter::Limiter;
use crate::messaging;
use crate::probe::{self, Probe, ProbeOutcome};
use crate::response::Response;
use crate::retry::{FailureClass, Retry};
use crate::server_clock::ServerClock;
use crate::settings::Settings;
use crate::sign;
use crate::signature::{self, SignatureScope};
use crate::storage;
use crate::transport::{Failure, Http, NewConnection, Transport};

/// After a cancellation, the client waits this long for the response of a call that must not be repeated, so that the ID
/// of a created object is not lost. Pulumi waits at least 5 s after a cancellation before it kills a plugin.
const GRACE: Duration = Duration::from_secs(2);
/// No response within this time is a failure of the host, even if the timeout of the attempt is longer.
const SLOW: Duration = Duration::from_secs(10);
/// No further attempt is made if less time than this is left.
const MIN_TIME_LEFT: Duration = Duration::from_millis(200);

/// Sends calls to Scaleway. Cheap to clone; all clones share limiters, breakers, connections and counters.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    transport: Arc<dyn Transport>,
    host: Arc<Host>,
    /// The hosts of Object Storage, queues, topics and uploads, created by their first call.
    endpoints: Mutex<HashMap<String, Arc<Host>>>,
    rng: Mutex<Rng>,
    meter: Meter,
    server_clock: ServerClock,
}

/// The state of one host: the API, an endpoint of another protocol, or a host of uploads.
struct Host {
    name: String,
    limiter: Limiter,
    breaker: Mutex<Breaker>,
    /// Wakes the calls that wait for the host, when it responds again.
    answers: Notify,
}

impl Host {
    fn new(name: &str, settings: &Settings) -> Self {
        let now = settings.clock.now();
        Self {
            name: name.to_owned(),
            limiter: Limiter::new(settings.max_concurrent_requests, settings.requests_per_second, now),
            breaker: Mutex::default(),
            answers: Notify::new(),
        }
    }
}

impl Client {
    /// Creates a client. The first call builds the HTTP client.
    pub fn new(settings: Settings) -> Self {
        let transport =
            settings.transport.clone().unwrap_or_else(|| Arc::new(Http::new(&settings.api_url, settings.insecure)));
        let host = Arc::new(Host::new(settings.api_url.host_str().unwrap_or("the API"), &settings));
        let rng = Mutex::new(Rng::with_seed(settings.seed));
        let endpoints = Mutex::default();
        Self {
            shared: Arc::new(Shared {
                settings,
                transport,
                host,
                endpoints,
                rng,
                meter: Meter::default(),
                server_clock: ServerClock::default(),
            }),
        }
    }

    /// Sends a call, with retries, until there is a response, the time is over, or a retry would be useless.
    ///
    /// A response with a status other than 200 to 299 is an [`Error::Api`]. A call that is not repeatable is not sent again
    /// after an ambiguous response: [`Error::is_ambiguous`] of its error is true.
    pub async fn send(&self, call: Call) -> Result<Response, Error> {
        let host = self.host(&call)?;
        let settings = &self.shared.settings;
        let mut time = Time {
            started: self.now(),
            deadline: call.deadline,
            total: settings.total_timeout.saturating_add(upload_time(&call)),
            queued: Duration::ZERO,
        };
        let mut retry = Retry::new(call.repeatable, settings.max_retries, lock(&self.shared.rng).fork());
        // Whether an earlier attempt may have taken effect, which every later error must report too.
        let mut ambiguous = false;
        let mut attempt = 0;
        let mut first_failure = None;
        loop {
            attempt += 1;
            let permit = self.acquire(&host, &call, &mut time).await.map_err(|error| error.or_ambiguous(ambiguous))?;
            // Built for each attempt, because a signature is valid for some minutes only.
            let request = self.sign(&call, self.write(&call)?)?;
            let sent = self.now();
            let failed = match self.attempt(&host, &call, request, attempt, &time).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            drop(permit);
            let error = failed.error.or_ambiguous(ambiguous);
            ambiguous = error.is_ambiguous();
            let first_failure = *first_failure.get_or_insert(sent);
            if failed.class.is_host_failure() && !self.is_worth_another(&host, attempt, first_failure) {
                return Err(error);
            }
            let Some(pause) = retry.pause_after(failed.class) else { return Err(error) };
            let left = time.left(self.now());
            // The last attempt is made shortly before the time is over, unless the host sent `Retry-After`.
            let pause = if failed.class.has_retry_after() { pause } else { pause.min(left / 2) };
            if pause >= left || left < MIN_TIME_LEFT {
                return Err(time.is_over(&host, error));
            }
            self.pause_for(&host, pause, failed.class).await.map_err(|error| error.or_ambiguous(ambiguous))?;
        }
    }

    /// Waits. After a cancellation it ends immediately with [`Error::Cancelled`].
    pub async fn pause(&self, duration: Duration) -> Result<(), Error> {
        let settings = &self.shared.settings;
        tokio::select! {
            biased;
            () = settings.cancel.cancelled() => Err(cancelled()),
            () = settings.clock.sleep(duration) => Ok(()),
        }
    }

    /// Sends one request to a URL outside of the API, for at most `time`. Fails only if no request can be sent.
    pub async fn probe(&self, probe: &Probe, time: Duration) -> Result<ProbeOutcome, Error> {
        probe::send(&self.shared.settings, &*self.shared.transport, probe, time).await
    }

    /// Tries one login to a database, for at most `time`. Fails only if no attempt can be made.
    pub async fn log_in(&self, login: &Login, time: Duration) -> Result<ProbeOutcome, Error> {
        probe::log_in(&self.shared.settings, &*self.shared.transport, login, time).await
    }

    /// The access key of the client.
    pub fn access_key(&self) -> Option<&str> {
        let credentials = self.shared.settings.credentials.as_ref()?;
        Some(credentials.access_key.as_str()).filter(|key| !key.is_empty())
    }

    /// The clock of the client.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.settings.clock)
    }

    /// The time of the API's clock at an instant, from the `Date` of its responses; `None` before the first response.
    pub fn server_time(&self, at: Instant) -> Option<jiff::Timestamp> {
        self.shared.server_clock.at(at)
    }

    /// The counters of requests and responses.
    pub fn counters(&self) -> Counters {
        self.shared.meter.read()
    }

    fn now(&self) -> Instant {
        self.shared.settings.clock.now()
    }

    /// Builds the HTTP request of a call.
    fn write(&self, call: &Call) -> Result<Request<Bytes>, Error> {
        let settings = &self.shared.settings;
        let unbuilt = |what: &str| Error::build(&call.operation, what);
        let elsewhere = match (&call.storage, &call.messaging, &call.upload) {
            (Some(storage), _, _) => Some(storage::write(settings, call, storage)),
            (None, Some(messaging), _) => Some(messaging::write(settings, call, messaging)),
            (None, None, Some(upload)) => Some(upload.write(settings).map_err(str::to_owned)),
            (None, None, None) => None,
        };
        if let Some(request) = elsewhere {
            let mut request = request.map_err(|what| unbuilt(&what))?;
            let user_agent = HeaderValue::from_str(&settings.user_agent);
            request.headers_mut().extend(user_agent.ok().map(|name| (USER_AGENT, name)));
            return Ok(request);
        }
        let mut url = settings.api_url.clone();
        url.set_path(&format!("{}{}", settings.api_url.path().trim_end_matches('/'), call.path));
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let user_agent = HeaderValue::from_str(&settings.user_agent)
            .map_err(|_| unbuilt("the user agent contains characters that are not allowed in a header"))?;
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(url.as_str())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, user_agent);
        let mut bytes = Vec::new();
        let text = call.body.as_ref().and_then(serde_json::Value::as_str).filter(|_| call.format.is_text);
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, if text.is_some() { "text/plain" } else { "application/json" });
            let json = || serde_json::to_vec(body).map_err(|_| unbuilt("its body cannot be encoded as JSON"));
            bytes = text.map_or_else(json, |text| Ok(text.as_bytes().to_vec()))?;
        }
        request.body(bytes.into()).map_err(|_| unbuilt("its URL is not valid"))
    }

    fn sign(&self, call: &Call, mut request: Request<Bytes>) -> Result<Request<Bytes>, Error> {
        // The URL of an upload is presigned, and its host must not receive the API key.
        let credentials = self.shared.settings.credentials.as_ref().filter(|_| call.upload.is_none());
        let own = call.messaging.as_ref().and_then(|messaging| messaging.credentials.as_ref());
        let Some(credentials) = own.or(credentials) else { return Ok(request) };
        let of_storage = call.storage.as_ref().map(|storage| SignatureScope {
            service: "s3",
            region: &storage.region,
            project: storage.project.as_deref(),
        });
        let of_messaging = call.messaging.as_ref().map(|messaging| SignatureScope {
            service: messaging.format.service.name(),
            region: &messaging.region,
            project: None,
        });
        if let Some(scope) = of_storage.or(of_messaging) {
            let today = self.shared.settings.clock.today();
            signature::sign(&mut request, credentials, scope, today)
                .map_err(|what| Error::build(&call.operation, what))?;
        } else {
            sign::token(&mut request, credentials).map_err(|what| Error::build(&call.operation, what))?;
        }
        Ok(request)
    }

    /// The host of a call.
    fn host(&self, call: &Call) -> Result<Arc<Host>, Error> {
        let Shared { settings, host, endpoints, .. } = &*self.shared;
        let name = match (&call.storage, &call.messaging, &call.upload) {
            (Some(storage), _, _) => storage::host(settings, storage),
            (None, Some(messaging), _) => messaging::host(settings, messaging),
            (None, None, Some(upload)) => Ok(upload.host()),
            (None, None, None) => return Ok(Arc::clone(host)),
        };
        let name = name.map_err(|what| Error::build(&call.operation, what))?;
        let mut endpoints = lock(endpoints);
        let made = endpoints.entry(name).or_insert_with_key(|name| Arc::new(Host::new(name, settings)));
        Ok(Arc::clone(made))
    }

    /// Makes one attempt, and reports the outcome to limiter, breaker, counters and log.
    async fn attempt(
        &self,
        host: &Host,
        call: &Call,
        request: Request<Bytes>,
        attempt: u32,
        time: &Time,
    ) -> Result<Response, Failed> {
        let Shared { meter, .. } = &*self.shared;
        let sent = self.now();
        meter.sending(attempt);
        let exchanged = self.exchange(host, call, request, time).await;
        let now = self.now();
        let response = match exchanged {
            Ok(response) => response,
            Err(failed) => {
                meter.lost();
                log(call, attempt, now - sent, None);
                if failed.class != FailureClass::Unsent {
                    lock(&host.breaker).reached();
                }
                // The time limit of the operation was reached, and the host had enough time to respond.
                let slow = matches!(failed.error, Error::Deadline(_)) && now - sent >= SLOW;
                if failed.class.is_host_failure() || slow {
                    self.failed(host, sent, now, &failed.error);
                }
                return Err(failed);
            }
        };
        meter.answered(response.status().as_u16());
        lock(&host.breaker).reached();
        self.shared.server_clock.learn(response.headers(), now);
        log(call, attempt, now - sent, Some(&response));
        let answer = read(&host.name, call, &response, attempt);
        match &answer {
            Err(failed) if failed.class.is_host_failure() => {
                self.failed(host, sent, now, &failed.error);
            }
            Err(Failed { class: FailureClass::Throttled { retry_after }, .. }) => {
                host.limiter.throttled(sent, now, *retry_after);
                answered(host, now);
            }
            // Any other response, including an error, shows that the host works.
            _ => {
                host.limiter.accepted(now);
                answered(host, now);
            }
        }
        answer
    }

    /// Sends the request and receives the response within the time that is left.
    async fn exchange(
        &self,
        host: &Host,
        call: &Call,
        mut request: Request<Bytes>,
        time: &Time,
    ) -> Result<http::Response<Bytes>, Failed> {
        let Shared { settings, transport, .. } = &*self.shared;
        let left = time.left(self.now());
        let attempt = settings.attempt_timeout.saturating_add(upload_time(call));
        let lost = |what: String| Box::new(Lost::new(what));
        if call.repeatable == Repeatable::No {
            request.extensions_mut().insert(NewConnection);
        }
        tokio::select! {
            biased;
            result = transport.exchange(request) => result.map_err(|failure| match failure {
                Failure::Unsent { cause, help, permanent } => {
                    let lost = lost(format!("{} cannot be reached", host.name)).help(help).cause(cause);
                    let class = if permanent { FailureClass::Final } else { FailureClass::Unsent };
                    Failed { error: Error::Connect(Box::new(lost)), class }
                }
                Failure::Lost { cause } => {
                    let what = format!("the connection to {} was closed before the response was complete", host.name);
                    Failed { error: Error::Connect(Box::new(lost(what).sent(call.is_read()).cause(cause))), class: FailureClass::Lost }
                }
                Failure::Unusable { what } => {
                    Failed { error: Error::Decode(Box::new(Undecoded::new(call.is_read(), what, None))), class: FailureClass::Final }
                }
            }),
            () = settings.clock.sleep(attempt.min(left)) => {
                if attempt < left || time.deadline.is_none() {
                    let what = format!("{} did not respond {}", host.name, within(attempt.min(left)));
                    return Err(Failed { error: Error::TimedOut(Box::new(lost(what).sent(call.is_read()))), class: FailureClass::Lost });
                }
                let what = format!("the time limit was reached before {} responded", host.name);
                let help = Some("Run the command again, or set a longer timeout with `customTimeouts`.");
                let error = Error::Deadline(Box::new(lost(what).help(help).sent(call.is_read())));
                Err(Failed { error, class: FailureClass::Final })
            }
            () = self.cancelled_during(call) => {
                let error = Error::Cancelled(Box::new(lost(CANCELLED.to_owned()).sent(call.is_read())));
                Err(Failed { error, class: FailureClass::Final })
            }
        }
    }

    /// Ends when an attempt must end: on cancellation, or [`GRACE`] later if the call must not be repeated.
    async fn cancelled_during(&self, call: &Call) {
        let settings = &self.shared.settings;
        settings.cancel.cancelled().await;
        if call.repeatable == Repeatable::No {
            settings.clock.sleep(GRACE).await;
        }
    }
}

/// Does not print the settings, which contain the API key.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("host", &self.shared.host.name).finish_non_exhaustive()
    }
}

const CANCELLED: &str = "the operation was cancelled";

fn cancelled() -> Error {
    Error::Cancelled(Box::new(Lost::new(CANCELLED)))
}

/// The additional time of an upload: one second per MiB.
fn upload_time(call: &Call) -> Duration {
    let stored = call.storage.as_ref().and_then(|storage| storage.content.as_ref());
    let content = stored.or_else(|| call.upload.as_ref().map(|upload| &upload.content));
    Duration::from_secs(content.map_or(0, |content| content.len() as u64 >> 20))
}

/// `within 60 s`.
fn within(time: Duration) -> String {
    format!("within {} s", time.as_secs_f64().ceil())
}

/// A panic in another thread leaves these values consistent, so a poisoned lock is usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
