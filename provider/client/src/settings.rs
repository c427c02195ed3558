//! Everything a client is told at its birth: where, as whom, how fast, how patiently.
//!
//! Reads no environment and no file; whoever does so fills this in.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::transport::{Transport, is_loopback};

/// One attempt may take this long. The slowest answer recorded came after 40 s.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);
/// One call that is part of no operation may take this long with all its attempts and pauses.
const TOTAL_TIMEOUT: Duration = Duration::from_mins(5);
/// More at a time gain little: answers take some 100 ms as recorded, which makes this 300 calls per second.
const MAX_CONCURRENT_REQUESTS: usize = 32;

/// An API key. `Debug` shows the access key, which is no secret, and never the other half.
#[derive(Clone)]
pub struct Credentials {
    /// `SCW` and 17 letters or digits.
    pub access_key: String,
    /// A UUID; wiped from memory when dropped.
    pub secret_key: SecretString,
}

impl Credentials {
    /// Takes both halves of an API key.
    pub fn new(access_key: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self { access_key: access_key.into(), secret_key: SecretString::from(secret_key.into()) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).field("secret_key", &"[secret]").finish()
    }
}

/// How a client behaves. Start from [`Settings::new`] and set what differs.
#[derive(Clone)]
pub struct Settings {
    /// Where the API is; a path in it is put before the path of each call.
    pub api_url: Url,
    /// Where Object Storage is, if not at each region's own address.
    pub s3_endpoint: Option<Url>,
    /// Where probes go instead of the hosts they ask for, whose names go along; in the clear if it is so.
    pub probe_endpoint: Option<Url>,
    /// Without them calls go out unsigned, which only a few public lists allow.
    pub credentials: Option<Credentials>,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Bound of one attempt, from the first byte sent to the last received. Default: 60 s.
    pub attempt_timeout: Duration,
    /// Bound of one call with all attempts and pauses, where it has no deadline of its own. Default: 5 minutes.
    pub total_timeout: Duration,
    /// How many times a call is sent again, at most. Default: as often as there is time.
    pub max_retries: Option<u32>,
    /// Calls per second to one host; `None` leaves it to the server's own limits. Default: `None`.
    pub requests_per_second: Option<f64>,
    /// Calls under way at one host at the same time, at least one. Default: 32.
    pub max_concurrent_requests: usize,
    /// Accepts any TLS certificate. Default: no.
    pub insecure: bool,
    /// Where jitter starts from; the same seed draws the same pauses. Default: by chance.
    pub seed: u64,
    /// Default: the machine's.
    pub clock: Arc<dyn Clock>,
    /// Default: HTTP over TCP, built on first use.
    pub transport: Option<Arc<dyn Transport>>,
    /// Ends every wait and every call under way. Default: never.
    pub cancel: CancellationToken,
    /// Receives what concerns all calls. Default: no one.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Receives what concerns all calls to a host rather than one of them.
pub trait Observer: Send + Sync {
    /// The host does not answer, and calls wait for it. Called once for each outage, with a sentence for the user.
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

    /// The endpoint of Object Storage for all regions, if it is not Scaleway's: the configured one. Where the API is on this
    /// machine, Object Storage is there too, so that invented keys never reach the real service.
    pub fn only_storage_endpoint(&self) -> Option<&Url> {
        self.s3_endpoint.as_ref().or_else(|| Some(&self.api_url).filter(|url| is_loopback(url)))
    }

    /// Signs calls with this key.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Names the caller.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Bounds one attempt and one call.
    #[must_use]
    pub fn timeouts(mut self, attempt: Duration, total: Duration) -> Self {
        self.attempt_timeout = attempt;
        self.total_timeout = total;
        self
    }

    /// Bounds the repetitions of one call; 0 sends everything once.
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = Some(max_retries);
        self
    }

    /// Bounds the calls per second to one host.
    #[must_use]
    pub fn requests_per_second(mut self, rate: f64) -> Self {
        self.requests_per_second = Some(rate);
        self
    }

    /// Bounds the calls under way at one host.
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

    /// Fixes the jitter.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Takes time from here.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Exchanges requests for responses here.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Reports outages here.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Listens to this token.
    #[must_use]
    pub fn cancel(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }
}

/// Shows no secret: of the API's address only the host, since a user in it may carry a password.
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
