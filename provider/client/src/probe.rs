//! One look at something that is none of Scaleway's API: does an address answer, and what? Does a database let somebody in?
//!
//! Asked once, without our key, outside of pace, breaker and counters, which are those of the API. Knows nothing of what is
//! a good answer.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONNECTION, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use url::Url;

use crate::error::{Error, Lost};
use crate::login::{Encryption, Login};
use crate::settings::Settings;
use crate::transport::{Failure, Transport};

/// What is asked for.
#[derive(Clone)]
pub struct Probe {
    url: Url,
    headers: HeaderMap,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An answer, whatever it says.
    Answer {
        /// Its status.
        status: u16,
        /// Its body.
        body: Bytes,
    },
    /// A database that let somebody in.
    Admitted,
    /// No answer, and why: `connection refused`; of a database what it said to whom it did not let in.
    Nothing(String),
}

impl Probe {
    /// A look at an address, with these headers. Fails with what is wrong with them, without showing any value.
    pub fn new<'h>(url: &str, headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Result<Self, String> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or("the address is none of HTTP")?;
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            let wrong = || format!("the header \"{name}\" cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            kept.append(name, HeaderValue::from_str(value).map_err(|_| wrong())?);
        }
        Ok(Self { url, headers: kept })
    }

    /// The request: to the address itself, or to the one that stands in for every host, with the name of the host as a header.
    fn write(&self, settings: &Settings) -> Result<Request<Bytes>, Error> {
        let unbuilt = |_| Error::build("probe", "its address is not valid");
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
        // A connection that rests would find who served before, not who serves now.
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

    /// The host, with its port where it is not the usual one.
    fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }
}

/// Asks once, for at most `time`. Fails only where nothing could be asked at all.
pub(crate) async fn ask(
    settings: &Settings,
    transport: &dyn Transport,
    probe: &Probe,
    time: Duration,
) -> Result<Seen, Error> {
    let request = probe.write(settings)?;
    tokio::select! {
        biased;
        () = settings.cancel.cancelled() => Err(Error::Cancelled(Box::new(Lost::new("the operation was cancelled")))),
        answered = transport.exchange(request) => Ok(match answered {
            Ok(response) => Seen::Answer { status: response.status().as_u16(), body: response.into_body() },
            Err(Failure::Unsent { cause, .. }) => Seen::Nothing(format!("no connection ({cause})")),
            Err(Failure::Lost { cause }) => Seen::Nothing(format!("the connection broke ({cause})")),
            Err(Failure::Unusable { what }) => Seen::Nothing(format!("an answer that cannot be read: {what}")),
        }),
        () = settings.clock.sleep(time) => Ok(Seen::Nothing(format!("no answer within {} s", time.as_secs()))),
    }
}

/// Tries once to log in, for at most `time`, and fails only where nobody could be asked at all. What stands in for every host
/// stands in for every database too, and speaks in the clear.
pub(crate) async fn log_in(
    settings: &Settings,
    transport: &dyn Transport,
    login: &Login,
    time: Duration,
) -> Result<Seen, Error> {
    let mut login = login.clone();
    if let Some(instead) = &settings.probe_endpoint {
        instead.host_str().unwrap_or_default().clone_into(&mut login.host);
        login.port = instead.port_or_known_default().unwrap_or_default();
        login.encryption = Encryption::None;
    }
    tokio::select! {
        biased;
        () = settings.cancel.cancelled() => Err(Error::Cancelled(Box::new(Lost::new("the operation was cancelled")))),
        answered = transport.log_in(&login) => Ok(answered.map_or_else(Seen::Nothing, |()| Seen::Admitted)),
        () = settings.clock.sleep(time) => Ok(Seen::Nothing(format!("no answer within {} s", time.as_secs()))),
    }
}

/// Shows where it goes, not what it carries.
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
    fn the_address_is_asked_with_the_given_headers_and_a_connection_of_its_own() {
        let probe = Probe::new(ADDRESS, [("X-Auth-Token", "canary"), ("user-agent", "me")]).unwrap();
        let request = probe.write(&settings()).unwrap();
        assert_eq!(request.uri().to_string(), "https://web.example.org:8443/health?deep=1");
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert_eq!([header("x-auth-token"), header("user-agent"), header("connection")], ["canary", "me", "close"]);
        assert!(!request.headers().contains_key("host"), "whoever connects writes it");
        assert!(!format!("{probe:?}").contains("canary"));
    }

    #[test]
    fn what_stands_in_for_every_host_is_told_the_name() {
        let instead = Settings { probe_endpoint: Some(Url::parse("http://127.0.0.1:8080").unwrap()), ..settings() };
        let request = Probe::new(ADDRESS, []).unwrap().write(&instead).unwrap();
        assert_eq!(request.uri().to_string(), "http://127.0.0.1:8080/health?deep=1");
        assert_eq!(request.headers()["host"], "web.example.org:8443");
    }

    #[test]
    fn what_cannot_be_asked_is_refused_without_its_value() {
        assert!(Probe::new("ftp://example.org", []).is_err());
        let refused = Probe::new(ADDRESS, [("x-key", "canary\n")]).unwrap_err();
        assert_eq!(refused, "the header \"x-key\" cannot be sent");
    }

    #[tokio::test]
    async fn every_outcome_is_something_that_was_seen() {
        let settings = settings().clock(Arc::new(ManualClock::skipping(SECOND)));
        let steps = [Step::text(503, "busy", &[]), Step::Unsent, Step::Lost, Step::Hang];
        let network = ScriptedTransport::new(steps);
        let probe = Probe::new(ADDRESS, []).unwrap();
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(ask(&settings, &network, &probe, SECOND).await.unwrap());
        }
        let nothing = |why: &str| Seen::Nothing(why.to_owned());
        assert_eq!(seen[0], Seen::Answer { status: 503, body: Bytes::from_static(b"busy") });
        assert_eq!(seen[1], nothing("no connection (scripted refusal)"));
        assert_eq!(seen[2..], [nothing("the connection broke (scripted loss)"), nothing("no answer within 1 s")]);
    }

    #[tokio::test]
    async fn a_login_is_seen_to_be_let_in_or_why_not_and_goes_to_what_stands_in_for_every_database() {
        let login = Login {
            host: "10.0.0.2".to_owned(),
            port: 5432,
            database: "app".to_owned(),
            user: "bob".to_owned(),
            password: "canary".to_owned().into(),
            encryption: Encryption::Anybody,
        };
        let network = ScriptedTransport::new([Step::text(200, "", &[]), Step::text(401, "no", &[]), Step::Hang]);
        let direct = settings().clock(Arc::new(ManualClock::skipping(SECOND)));
        let instead = Settings { probe_endpoint: Some(Url::parse("http://127.0.0.1:8080").unwrap()), ..direct.clone() };
        let mut seen = Vec::new();
        for settings in [&direct, &instead, &direct] {
            seen.push(log_in(settings, &network, &login, SECOND).await.unwrap());
        }
        let nothing = |why: &str| Seen::Nothing(why.to_owned());
        assert_eq!(seen, [Seen::Admitted, nothing("no"), nothing("no answer within 1 s")]);
        let sent = network.sent();
        assert_eq!([&sent[0].host, &sent[1].host], ["10.0.0.2:5432", "127.0.0.1:8080"]);
        assert_eq!(sent[0].path, "/app?user=bob");
    }

    #[tokio::test]
    async fn a_cancel_ends_it() {
        let settings = settings();
        settings.cancel.cancel();
        let (network, probe) = (ScriptedTransport::new([Step::Hang]), Probe::new(ADDRESS, []).unwrap());
        assert!(matches!(ask(&settings, &network, &probe, SECOND).await, Err(Error::Cancelled(_))));
    }
}
