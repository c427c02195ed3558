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
/// Idle connections are closed after this time. The shortest limits of servers and load balancers in common use are 60 s
/// (nginx `keepalive_timeout` is 75 s, HAProxy's and AWS' 60 s), and a connection that the server closed costs a retry.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer recorded has 0.2 MB. Decoded JSON takes several times as much memory as its text.
const MAX_ANSWER_BYTES: usize = 16 << 20;

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
    /// The request was on its way; it is unknown whether it arrived.
    Lost {
        /// What the network said.
        cause: Box<dyn StdError + Send + Sync>,
    },
    /// The request was answered, and each further answer would be as unusable.
    Unusable {
        /// What is wrong with the answer.
        what: String,
    },
}

/// Marks a request that must not use an idle connection: the server may close it at the same moment, and then it is
/// unknown whether the request was carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewConnection;

/// HTTP over TCP.
pub(crate) struct Http {
    plan: Plan,
    /// Keeps connections.
    client: OnceLock<reqwest::Client>,
    /// Makes a connection for each request.
    single: OnceLock<reqwest::Client>,
}

struct Plan {
    insecure: bool,
    /// The API is on this machine, where no proxy of the system leads.
    loopback: bool,
}

impl Http {
    pub(crate) fn new(api_url: &Url, insecure: bool) -> Self {
        let plan = Plan { insecure, loopback: is_loopback(api_url) };
        Self { plan, client: OnceLock::new(), single: OnceLock::new() }
    }

    fn client(&self, single: bool) -> Result<&reqwest::Client, Failure> {
        let kept = if single { &self.single } else { &self.client };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        // Two first calls at once may both build; one client is kept.
        let built = self.plan.build(single).map_err(unsent)?;
        Ok(kept.get_or_init(|| built))
    }
}

impl Plan {
    #[allow(clippy::disallowed_methods, reason = "the one home of the HTTP client")]
    fn build(&self, single: bool) -> reqwest::Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_danger_accept_invalid_certs(self.insecure);
        if self.loopback {
            builder = builder.no_proxy();
        }
        if single {
            builder = builder.pool_max_idle_per_host(0);
        }
        builder.build()
    }
}

impl Transport for Http {
    fn exchange(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>> {
        Box::pin(async move {
            let client = self.client(request.extensions().get::<NewConnection>().is_some())?;
            let request = reqwest::Request::try_from(request).map_err(unsent)?;
            let mut response = client.execute(request).await.map_err(unanswered)?;
            let too_large = || Failure::Unusable { what: format!("it is larger than {} MiB", MAX_ANSWER_BYTES >> 20) };
            if response.content_length().is_some_and(|length| length > MAX_ANSWER_BYTES as u64) {
                return Err(too_large());
            }
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| Failure::Lost { cause: root(error) })? {
                if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                    return Err(too_large());
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

/// What became of a request without a response, from the types of the errors and not from their texts.
fn unanswered(error: reqwest::Error) -> Failure {
    // The connection was gone before the request was written to it.
    let not_written =
        causes(&error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled));
    if error.is_connect() || error.is_builder() || not_written {
        return unsent(error);
    }
    Failure::Lost { cause: root(error) }
}

fn unsent(error: reqwest::Error) -> Failure {
    let (help, of_trust) = advice(&error);
    Failure::Unsent { help: Some(help), lasting: of_trust || error.is_builder(), cause: root(error) }
}

/// The root of the trouble in its own words. What stands above it names layers of libraries, and the address, which
/// may hold what users put into it.
fn root(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    let last = causes(&error).last().map(ToString::to_string);
    last.unwrap_or_else(|| error.to_string()).into()
}

/// An error and its causes, those inside of I/O errors included.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}

/// What to do, and whether TLS is the trouble: then each attempt ends in the same way.
fn advice(error: &reqwest::Error) -> (&'static str, bool) {
    match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        None => ("Check the network, the proxy and the API's address.", false),
        Some(rustls::Error::General(_)) if error.is_builder() => (
            "This machine has no certificate authorities: install its ca-certificates package, \
             or name a file of them in SSL_CERT_FILE.",
            true,
        ),
        Some(rustls::Error::InvalidCertificate(_)) => (
            "The server's certificate is not trusted: name the file of its certificate authority in \
             SSL_CERT_FILE, or set insecure for a test.",
            true,
        ),
        Some(_) => ("TLS failed: check the scheme (https or http), the port and the proxy of the API's address.", true),
    }
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
