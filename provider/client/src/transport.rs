//! Sends one request and receives its response, with `reqwest`, which is built on first use. `login` makes logins.
//!
//! The only module that uses `reqwest`; retries and signatures belong to the client. For hosts other than this machine,
//! `reqwest` uses the proxies of the system (`HTTPS_PROXY`, `NO_PROXY`).

use std::error::Error as StdError;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use login::Login;
use url::{Host, Url};

use crate::clock::BoxFuture;
use crate::error::Cause;

/// A host that does not accept a connection within this time is unreachable.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle connections are closed after this time. The shortest limits of servers and load balancers in common use are 60 s
/// (nginx `keepalive_timeout` is 75 s, HAProxy's and AWS' 60 s), and a connection that the server closed costs a retry.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest recorded response has 0.2 MB. Decoded JSON needs several times as much memory as its text.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// Sends requests. Redirects are not followed, because another host would receive the API key.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request and reads the whole response.
    fn exchange(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, Failure>>;

    /// Logs in to a database and out; fails with its error message. A transport for HTTP only always fails.
    fn log_in<'a>(&'a self, _login: &'a Login) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Err("this transport does not support databases".to_owned()) })
    }
}

/// A request without a complete response.
#[derive(Debug)]
pub enum Failure {
    /// The request was not sent: no connection succeeded.
    Unsent {
        /// The error of the network.
        cause: Box<dyn StdError + Send + Sync>,
        /// The hint: one sentence.
        help: Option<&'static str>,
        /// Whether a retry would fail in the same way: an untrusted certificate, invalid settings.
        permanent: bool,
    },
    /// The request was sent; it is unknown whether it arrived.
    Lost {
        /// The error of the network.
        cause: Box<dyn StdError + Send + Sync>,
    },
    /// The response is unusable, and that of a retry would be too.
    Unusable {
        /// The problem of the response.
        what: String,
    },
}

/// Marks a request that must not use an idle connection: the server may close it at the same moment, and then it is
/// unknown whether the request was carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewConnection;

/// HTTP over TCP.
pub(crate) struct Http {
    options: Options,
    /// Keeps idle connections.
    client: OnceLock<reqwest::Client>,
    /// Opens a connection for each request.
    single: OnceLock<reqwest::Client>,
}

struct Options {
    insecure: bool,
    /// The API is on this machine, so proxies are not used.
    loopback: bool,
}

impl Http {
    pub(crate) fn new(api_url: &Url, insecure: bool) -> Self {
        let options = Options { insecure, loopback: is_loopback(api_url) };
        Self { options, client: OnceLock::new(), single: OnceLock::new() }
    }

    fn client(&self, single: bool) -> Result<&reqwest::Client, Failure> {
        let kept = if single { &self.single } else { &self.client };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        // Two concurrent first calls may both build a client; one is kept.
        let built = self.options.build(single).map_err(unsent)?;
        Ok(kept.get_or_init(|| built))
    }
}

impl Options {
    #[allow(clippy::disallowed_methods, reason = "the only place that builds an HTTP client")]
    fn build(&self, single: bool) -> reqwest::Result<reqwest::Client> {
        // `reqwest` panics without a default; an error means that there is one already.
        rustls::crypto::ring::default_provider().install_default().ok();
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
        f.debug_struct("Http").field("insecure", &self.options.insecure).finish_non_exhaustive()
    }
}

/// Classifies a request without a response, by the types of the errors and not by their messages.
fn unanswered(error: reqwest::Error) -> Failure {
    // The connection was closed before the request was written.
    let not_written =
        causes(&error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled));
    if error.is_connect() || error.is_builder() || not_written {
        return unsent(error);
    }
    Failure::Lost { cause: root(error) }
}

fn unsent(error: reqwest::Error) -> Failure {
    let (help, is_tls) = hint(&error);
    Failure::Unsent { help: Some(help), permanent: is_tls || error.is_builder(), cause: root(error) }
}

/// The message of the root cause. The errors above it contain layers of libraries, and the URL, which may contain
/// credentials.
fn root(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    let last = causes(&error).last().map(ToString::to_string);
    last.unwrap_or_else(|| error.to_string()).into()
}

/// An error and its causes, including those inside of I/O errors.
fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        inner.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}

/// The hint, and whether the cause is TLS: then every attempt would fail in the same way.
fn hint(error: &reqwest::Error) -> (&'static str, bool) {
    match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        None => ("Check the network, the proxy and the URL of the API.", false),
        Some(rustls::Error::General(_)) if error.is_builder() => (
            "Install the `ca-certificates` package, or set SSL_CERT_FILE to a file of certificate authorities: this machine \
             has none.",
            true,
        ),
        Some(rustls::Error::InvalidCertificate(_)) => (
            "Set SSL_CERT_FILE to the file of the server's certificate authority, or `insecure` for a test: the certificate \
             is not trusted.",
            true,
        ),
        Some(_) => {
            ("Check the scheme (https or http), the port and the proxy of the URL of the API: TLS failed.", true)
        }
    }
}

/// Whether a URL is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
