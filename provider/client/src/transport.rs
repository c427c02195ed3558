//! Carries one request to a server and its response back: HTTP by reqwest, built on first use. Logins go through `login`.
//!
//! Knows no retry, no signature and no meaning of a status. The only module that names reqwest.
//! Proxies: for hosts that are not this machine, what reqwest takes from the system
//! (`HTTPS_PROXY`, `NO_PROXY`).

use std::error::Error as StdError;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use url::{Host, Url};

use crate::clock::BoxFuture;
use crate::error::Cause;
use crate::login::{self, Login};

/// A host that does not even accept a connection in this time is treated as unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections rest no longer than this: one that the server closed meanwhile would lose the next write's answer.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer recorded has 0.2 MB; more than this is no answer of an API.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// Exchanges a request for a response. Redirects are not followed: they would take the key to another host.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request and reads the whole response.
    fn exchange(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>>;

    /// Logs in at a database and out again; fails with what it said. Where only HTTP is carried, nobody is let in.
    fn log_in<'a>(&'a self, _login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Err("no way leads to databases".to_owned()) })
    }
}

/// An exchange that gave no whole response.
#[derive(Debug)]
pub enum Failure {
    /// Not a byte of the request left this machine: no connection could be made.
    Unsent {
        /// What the network said.
        cause: Box<dyn StdError + Send + Sync>,
        /// One sentence of advice.
        help: Option<&'static str>,
        /// Whether trying again would end the same way: a certificate that is not trusted, settings that cannot be.
        lasting: bool,
    },
    /// The request was on its way; nobody knows whether it arrived.
    Lost {
        /// What the network said.
        cause: Box<dyn StdError + Send + Sync>,
    },
}

/// HTTP over TCP.
pub(crate) struct Http {
    plan: Plan,
    client: OnceLock<reqwest::Client>,
}

struct Plan {
    insecure: bool,
    /// The API is on this machine, where no proxy of the system leads.
    loopback: bool,
}

impl Http {
    pub(crate) fn new(api_url: &Url, insecure: bool) -> Self {
        let plan = Plan { insecure, loopback: is_loopback(api_url) };
        Self { plan, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&reqwest::Client, Failure> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Two first calls at once may both build; one client is kept.
        let built = self.plan.build().map_err(unsent)?;
        Ok(self.client.get_or_init(|| built))
    }
}

impl Plan {
    #[allow(clippy::disallowed_methods, reason = "the one home of the HTTP client")]
    fn build(&self) -> reqwest::Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(self.insecure);
        if self.loopback {
            builder = builder.no_proxy();
        }
        builder.build()
    }
}

impl Transport for Http {
    fn exchange(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>> {
        Box::pin(async move {
            let client = self.client()?;
            let request = reqwest::Request::try_from(request).map_err(unsent)?;
            let mut response = client.execute(request).await.map_err(unanswered)?;
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| Failure::Lost { cause: root(error) })? {
                if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                    return Err(Failure::Lost { cause: "the answer is larger than 64 MiB".into() });
                }
                body.extend_from_slice(&chunk);
            }
            let mut answer = http::Response::new(body.freeze());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = std::mem::take(response.headers_mut());
            Ok(answer)
        })
    }

    fn log_in<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(login::log_in(login))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("insecure", &self.plan.insecure).finish_non_exhaustive()
    }
}

fn unanswered(error: reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        return unsent(error);
    }
    Failure::Lost { cause: root(error) }
}

fn unsent(error: reqwest::Error) -> Failure {
    let (help, untrusted) = advice(&error);
    Failure::Unsent { help: Some(help), lasting: untrusted || error.is_builder(), cause: root(error) }
}

/// The root of the trouble in its own words. What stands above it names layers of libraries, and the address, which
/// may hold what users put into it.
fn root(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    let mut root: &dyn StdError = &error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string().into()
}

/// What to do, and whether the trouble is one of trust. The network's libraries tell these cases by their texts only.
fn advice(error: &reqwest::Error) -> (&'static str, bool) {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if text.contains("No CA certificates") {
            return (
                "This machine has no certificate authorities: install its ca-certificates package, \
                 or name a file of them in SSL_CERT_FILE.",
                true,
            );
        }
        if text.contains("invalid peer certificate") {
            return (
                "The server's certificate is not trusted: name the file of its certificate authority in \
                 SSL_CERT_FILE, or set insecure for a test.",
                true,
            );
        }
        cause = error.source();
    }
    ("Check the network, the proxy and the API's address.", false)
}

/// Whether an address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
