//! The settings of a client: URLs, credentials, limits and timeouts.
//!
//! The provider reads environment variables and files, and sets these fields.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::transport::{Transport, is_loopback};

/// Timeout of one attempt. The slowest recorded response took 40 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
/// Timeout of one call without a deadline, with all attempts and pauses.
const TOTAL_TIMEOUT: Duration = Duration::from_mins(5);
/// More concurrent calls gain little: recorded responses take about 100 ms, so this allows 300 calls per second.
const MAX_CONCURRENT_REQUESTS: usize = 32;

/// An API key. `Debug` prints the access key, which is not a secret, and never the secret key.
#[derive(Clone)]
pub struct Credentials {
    /// `SCW` and 17 letters or digits.
    pub access_key: String,
    /// A UUID; wiped from memory when dropped.
    pub secret_key: SecretString,
}

impl Credentials {
    /// Creates credentials from an access key and a secret key.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { access_key: access_key.into(), secret_key: SecretString::from(secret_key.into()) }
    }

    /// The secret key, to mask it in messages.
    pub fn secret(&self) -> &str {
        self.secret_key.expose_secret()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).field("secret_key", &"[secret]").finish()
    }
}

/// The settings of a client. Start from [`Settings::new`] and set what differs.
#[derive(Clone)]
pub struct Settings {
    /// The URL of the API; its path is a prefix of the path of each call.
    pub api_url: Url,
    /// The endpoint of Object Storage for all regions. Default: the endpoint of each region.
    pub s3_endpoint: Option<Url>,
    /// The endpoint that receives all probes, with the name of the probed host; not encrypted if it is an `http` URL.
    pub probe_endpoint: Option<Url>,
    /// The API key. Without it requests are not authenticated, which only a few public lists allow.
    pub credentials: Option<Credentials>,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Timeout of one attempt, from the first byte sent to the last received. Default: 60 s.
    pub attempt_timeout: Duration,
    /// Timeout of one call without a deadline, with all attempts and pauses. Default: 5 minutes.
    pub total_timeout: Duration,
    /// Maximum number of retries of a call. Default: limited by time only.
    pub max_retries: Option<u32>,
    /// Maximum calls per second to one host; `None`: only the limits of the server apply. Default: `None`.
    pub requests_per_second: Option<f64>,
    /// Maximum number of concurrent calls to one host, at least one. Default: 32.
    pub max_concurrent_requests: usize,
    /// Accepts any TLS certificate. Default: no.
    pub insecure: bool,
    /// Seed of the random number generator for jitter. Default: random.
    pub seed: u64,
    /// The clock. Default: the system clock.
    pub clock: Arc<dyn Clock>,
    /// The transport. Default: HTTP over TCP, built on first use.
    pub transport: Option<Arc<dyn Transport>>,
    /// Cancels every wait and every call in progress. Default: never cancelled.
    pub cancel: CancellationToken,
    /// Receives outage reports. Default: none.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Receives reports that concern all calls to a host.
pub trait Observer: Send + Sync {
    /// The host does not respond, and calls wait for it. Called once for each outage, with a message for the user.
    fn outage(&self, message: &str);
}

impl Settings {
    /// The defaults, for the API at `api_url` (`https://api.scaleway.com`).
    pub fn new(api_url: Url) -> Self {
        Self {
            api_url,
            s3_endpoint: None,
            probe_endpoint: None,
            credentials: None,
            user_agent: concat!("evalap-scaleway/", env!("CARGO_PKG_VERSION")).to_owned(),
            attempt_timeout: ATTEMPT_TIMEOUT,
            total_timeout: TOTAL_TIMEOUT,
            max_retries: None,
            requests_per_second: None,
            max_concurrent_requests: MAX_CONCURRENT_REQUESTS,
            insecure: false,
            seed: fastrand::u64(..),
            clock: Arc::new(SystemClock),
            transport: None,
            cancel: CancellationToken::new(),
            observer: None,
        }
    }

    /// The endpoint of Object Storage for all regions, if it is not Scaleway's. If the API is on this machine, Object Storage
    /// is there too, so that test keys are never sent to the real service.
    pub fn only_storage_endpoint(&self) -> Option<&Url> {
        self.s3_endpoint.as_ref().or_else(|| self.local_api())
    }

    /// The URL of the API if it is on this machine.
    pub(crate) fn local_api(&self) -> Option<&Url> {
        Some(&self.api_url).filter(|url| is_loopback(url))
    }

    /// Sets the API key.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets the `User-Agent`.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the timeouts of one attempt and of one call.
    #[must_use]
    pub fn timeouts(mut self, attempt: Duration, total: Duration) -> Self {
        self.attempt_timeout = attempt;
        self.total_timeout = total;
        self
    }

    /// Sets the maximum number of retries; 0: no retries.
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// Sets the maximum calls per second to one host.
    #[must_use]
    pub fn requests_per_second(mut self, rate: f64) -> Self {
        self.requests_per_second = Some(rate);
        self
    }

    /// Sets the maximum number of concurrent calls to one host.
    #[must_use]
    pub fn max_concurrent_requests(mut self, requests: usize) -> Self {
        self.max_concurrent_requests = requests;
        self
    }

    /// Accepts any TLS certificate.
    #[must_use]
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Sets the seed of the jitter.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the transport.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the observer.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets the cancellation token.
    #[must_use]
    pub fn cancel(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }
}

/// Prints no secret: only the host of the API's URL, because its user information may contain a password.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("api_url", &self.api_url.host_str())
            .field("s3_endpoint", &self.s3_endpoint.as_ref().map(Url::host_str))
            .field("probe_endpoint", &self.probe_endpoint.as_ref().map(Url::host_str))
            .field("credentials", &self.credentials)
            .field("user_agent", &self.user_agent)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("total_timeout", &self.total_timeout)
            .field("max_retries", &self.max_retries)
            .field("requests_per_second", &self.requests_per_second)
            .field("max_concurrent_requests", &self.max_concurrent_requests)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let settings = Settings::new(Url::parse("https://user:canary-1@api.example.com").unwrap())
            .credentials(Credentials::new("SCWEXAMPLE", "canary-2"));
        let shown = format!("{settings:?}");
        assert!(shown.contains("SCWEXAMPLE") && shown.contains("[secret]"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
