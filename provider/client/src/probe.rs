//! Probes of things outside of Scaleway's APIs: one HTTP request to a URL, or one login to a database.
//!
//! A probe is sent once, without the API key, limiter, breaker and counters, which belong to the API. The caller decides
//! which responses are healthy.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use login::{Encryption, Login};
use url::Url;

use crate::error::{Error, Lost};
use crate::settings::Settings;
use crate::transport::{Failure, Transport};

/// An HTTP probe.
#[derive(Clone)]
pub struct Probe {
    url: Url,
    headers: HeaderMap,
}

/// The outcome of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// A response with any status.
    Response {
        /// Its status.
        status: u16,
        /// Its body.
        body: Bytes,
    },
    /// A successful login to a database.
    LoggedIn,
    /// No response, or a rejected login, with the reason: `connection refused`, or the message of the database.
    Failed(String),
}

impl Probe {
    /// A probe of a URL, with these headers. Fails if they are invalid, with a message that contains no value.
    pub fn new<'h>(url: &str, headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Result<Self, String> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or("the URL is not an HTTP URL")?;
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            let wrong = || format!("the header \"{name}\" cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            kept.append(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
        }
        Ok(Self { url, headers: kept })
    }

    /// The request: to the URL, or to `probe_endpoint`, with the name of the host as a header.
    fn write(&self, settings: &Settings) -> Result<Request<Bytes>, Error> {
        let unbuilt = |_| Error::build("probe", "its URL is not valid");
        let mut url = self.url.clone();
        if let Some(instead) = &settings.probe_endpoint {
            url = instead.clone();
            url.set_path(self.url.path());
            url.set_query(self.url.query());
        }
        url.set_fragment(None);
        let mut request = Request::get(url.as_str()).body(Bytes::new()).map_err(unbuilt)?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        // An idle connection could lead to an instance that serves no new connections.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        headers.extend(HeaderValue::from_str(&settings.user_agent).ok().map(|name| (USER_AGENT, name)));
        if settings.probe_endpoint.is_some() {
            headers.extend(HeaderValue::from_str(&self.host()).ok().map(|host| (HOST, host)));
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        Ok(request)
    }

    /// The host, with its port if that is not the default.
    fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }
}

/// Sends one request, for at most `time`. Fails only if no request can be sent.
pub(crate) async fn send(
    settings: &Settings,
    transport: &dyn Transport,
    probe: &Probe,
    time: Duration,
) -> Result<ProbeOutcome, Error> {
    let request = probe.write(settings)?;
    tokio::select! {
        biased;
        () = settings.cancel.cancelled() => Err(Error::Cancelled(Box::new(Lost::new("the operation was cancelled")))),
        answered = transport.exchange(request) => Ok(match answered {
            Ok(response) => ProbeOutcome::Response { status: response.status().as_u16(), body: response.into_body() },
            Err(Failure::Unsent { cause, .. }) => ProbeOutcome::Failed(format!("no connection ({cause})")),
            Err(Failure::Lost { cause }) => ProbeOutcome::Failed(format!("the connection was closed ({cause})")),
            Err(Failure::Unusable { what }) => ProbeOutcome::Failed(format!("a response that cannot be decoded: {what}")),
        }),
        () = settings.clock.sleep(time) => Ok(ProbeOutcome::Failed(format!("no response within {} s", time.as_secs()))),
    }
}

/// Tries one login, for at most `time`. Fails only if no attempt can be made. A `probe_endpoint` replaces every database
/// too, without encryption.
pub(crate) async fn log_in(
    settings: &Settings,
    transport: &dyn Transport,
    login: &Login,
    time: Duration,
) -> Result<ProbeOutcome, Error> {
    let mut login = login.clone();
    if let Some(instead) = &settings.probe_endpoint {
        instead.host_str().unwrap_or_default().clone_into(&mut login.host);
        login.port = instead.port_or_known_default().unwrap_or_default();
        login.encryption = Encryption::None;
    }
    tokio::select! {
        biased;
        () = settings.cancel.cancelled() => Err(Error::Cancelled(Box::new(Lost::new("the operation was cancelled")))),
        answered = transport.log_in(&login) => Ok(answered.map_or_else(ProbeOutcome::Failed, |()| ProbeOutcome::LoggedIn)),
        () = settings.clock.sleep(time) => Ok(ProbeOutcome::Failed(format!("no response within {} s", time.as_secs()))),
    }
}

/// Prints the host, without headers.
impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("host", &self.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::testing::{ManualClock, ScriptedTransport, Step};

    const ADDRESS: &str = "https://web.example.org:8443/health?deep=1#top";
    const SECOND: Duration = Duration::from_secs(1);

    fn settings() -> Settings {
        Settings::new(Url::parse("https://api.example.com").unwrap())
    }

    #[test]
    fn a_probe_sends_its_headers_on_a_new_connection() {
        let probe = Probe::new(ADDRESS, [("X-Auth-Token", "canary"), ("user-agent", "me")]).unwrap();
        let request = probe.write(&settings()).unwrap();
        assert_eq!(request.uri().to_string(), "https://web.example.org:8443/health?deep=1");
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert_eq!([header("x-auth-token"), header("user-agent"), header("connection")], ["canary", "me", "close"]);
        assert!(!request.headers().contains_key("host"), "the HTTP client adds it");
        assert!(!format!("{probe:?}").contains("canary"));
    }

    #[test]
    fn a_probe_endpoint_receives_the_name_of_the_host() {
        let instead = Settings { probe_endpoint: Some(Url::parse("http://127.0.0.1:8080").unwrap()), ..settings() };
        let request = Probe::new(ADDRESS, []).unwrap().write(&instead).unwrap();
        assert_eq!(request.uri().to_string(), "http://127.0.0.1:8080/health?deep=1");
        assert_eq!(request.headers()["host"], "web.example.org:8443");
    }

    #[test]
    fn an_invalid_probe_is_rejected_without_printing_its_values() {
        assert!(Probe::new("ftp://example.org", []).is_err());
        let error = Probe::new(ADDRESS, [("x-key", "canary\n")]).unwrap_err();
        assert_eq!(error, "the header \"x-key\" cannot be sent");
    }

    #[tokio::test]
    async fn every_outcome_of_a_request_is_returned() {
        let settings = settings().clock(Arc::new(ManualClock::skipping(SECOND)));
        let steps = [Step::text(503, "busy", &[]), Step::Unsent, Step::Lost, Step::Hang];
        let network = ScriptedTransport::new(steps);
        let probe = Probe::new(ADDRESS, []).unwrap();
        let mut outcomes = Vec::new();
        for _ in 0..4 {
            outcomes.push(send(&settings, &network, &probe, SECOND).await.unwrap());
        }
        let nothing = |why: &str| ProbeOutcome::Failed(why.to_owned());
        assert_eq!(outcomes[0], ProbeOutcome::Response { status: 503, body: Bytes::from_static(b"busy") });
        assert_eq!(outcomes[1], nothing("no connection (scripted rejection)"));
        assert_eq!(
            outcomes[2..],
            [nothing("the connection was closed (scripted loss)"), nothing("no response within 1 s")]
        );
    }

    #[tokio::test]
    async fn every_outcome_of_a_login_is_returned_and_a_probe_endpoint_replaces_the_database() {
        let login = Login {
            host: "10.0.0.2".to_owned(),
            port: 5432,
            database: "app".to_owned(),
            user: "bob".to_owned(),
            password: "canary".to_owned().into(),
            encryption: Encryption::AnyCertificate,
        };
        let network = ScriptedTransport::new([Step::text(200, "", &[]), Step::text(401, "no", &[]), Step::Hang]);
        let direct = settings().clock(Arc::new(ManualClock::skipping(SECOND)));
        let instead = Settings { probe_endpoint: Some(Url::parse("http://127.0.0.1:8080").unwrap()), ..direct.clone() };
        let mut outcomes = Vec::new();
        for settings in [&direct, &instead, &direct] {
            outcomes.push(log_in(settings, &network, &login, SECOND).await.unwrap());
        }
        let nothing = |why: &str| ProbeOutcome::Failed(why.to_owned());
        assert_eq!(outcomes, [ProbeOutcome::LoggedIn, nothing("no"), nothing("no response within 1 s")]);
        let sent = network.sent();
        assert_eq!([&sent[0].host, &sent[1].host], ["10.0.0.2:5432", "127.0.0.1:8080"]);
        assert_eq!(sent[0].path, "/app?user=bob");
    }

    #[tokio::test]
    async fn a_cancellation_ends_a_probe() {
        let settings = settings();
        settings.cancel.cancel();
        let (network, probe) = (ScriptedTransport::new([Step::Hang]), Probe::new(ADDRESS, []).unwrap());
        assert!(matches!(send(&settings, &network, &probe, SECOND).await, Err(Error::Cancelled(_))));
    }
}
