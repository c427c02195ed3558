//! An engine with a scripted network, and a clock whose pauses take no time.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use catalog::Catalog;
use client::testing::{ManualClock, ScriptedTransport};
use client::{BoxFuture, Client, Clock, Credentials, Failure, Settings, SystemClock, Transport, Url};
use engine::Engine;
use engine::content::Files;
use http::{Request, Response};
use rules::rng::Rng;
use rules::{Defaults, Operation, Progress};
use serde_json::{Map, Value as Json};
use value::{Asset, Data, Object, Value};

use crate::case::{self, Exchange, ORGANIZATION, PROJECT};

/// The secret key that signs all scripted requests; it must not be printed.
pub const SECRET_KEY: &str = "canary-of-the-secret-key";

/// Longer than any pause between two reads, shorter than any timeout of a request.
const LONGEST_PAUSE: Duration = Duration::from_secs(31);

/// Defaults of the provider in every case.
pub fn defaults() -> Defaults {
    Defaults {
        region: Some("fr-par".to_owned()),
        zone: Some("fr-par-1".to_owned()),
        project_id: Some(PROJECT.to_owned()),
        organization_id: Some(ORGANIZATION.to_owned()),
        ..Defaults::default()
    }
}

/// A clock whose pauses take no time.
pub fn clock() -> ManualClock {
    ManualClock::skipping(LONGEST_PAUSE)
}

/// Date in every case.
pub fn today() -> jiff::Timestamp {
    engine::hour(&clock())
}

/// An engine whose requests go to this transport, and whose pauses take no time.
pub fn engine(catalog: &Arc<Catalog>, transport: Arc<dyn Transport>) -> Engine {
    engine_with(catalog, transport, Arc::new(clock()))
}

/// An engine with this transport and this clock.
pub fn engine_with(catalog: &Arc<Catalog>, transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Engine {
    let mut settings = Settings::new(Url::parse("https://api.scaleway.com").expect("a valid URL"))
        .credentials(Credentials::new("SCWXXXXXXXXXXXXXXXXX", SECRET_KEY))
        .clock(clock)
        .transport(transport)
        .seed(1);
    // Buckets are in the path, so that cases show them.
    settings.s3_endpoint = Some(Url::parse("https://s3.example.com").expect("a valid URL"));
    with_files(Engine::new(Arc::clone(catalog), Client::new(settings), defaults()))
}

/// The same engine with in-memory files and predictable randomness.
#[must_use]
pub fn with_files(engine: Engine) -> Engine {
    engine.with_files(Arc::new(Named)).with_rng(Arc::new(SeededRng::default()))
}

/// A network that responds to these requests in this order.
pub fn scripted(exchanges: &[Exchange]) -> ScriptedTransport {
    ScriptedTransport::new(exchanges.iter().map(Exchange::step))
}

/// A network in which the API key can read the project of every case, so that "not found" means "deleted". The request
/// that reads the project is not part of a case.
#[derive(Clone, Debug)]
pub struct OwnProject<T>(pub T);

impl<T: Transport> Transport for OwnProject<T> {
    fn log_in<'a>(&'a self, login: &'a client::Login) -> BoxFuture<'a, Result<(), String>> {
        self.0.log_in(login)
    }

    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let uri = request.uri();
        let is_one = uri.path().starts_with("/account/v3/projects/");
        let is_of_organization =
            uri.path() == "/account/v3/projects" && uri.query().unwrap_or_default().contains("organization_id");
        let is_check = request.method() == http::Method::GET && (is_one || is_of_organization);
        if !is_check {
            return self.0.exchange(request);
        }
        let id = request.uri().path().rsplit('/').next().unwrap_or_default();
        let body = serde_json::json!({ "id": id, "projects": [{ "id": PROJECT }] }).to_string();
        Box::pin(async move { Ok(Response::new(Bytes::from(body))) })
    }
}

/// A clock whose pauses take no time, with the current date, which Object Storage needs for signatures.
#[derive(Debug)]
pub struct SameDay(pub ManualClock);

impl Clock for SameDay {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn today(&self) -> SystemTime {
        SystemClock.today()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

/// A network that responds to every GET as the last exchange with this path did, and with 404 to everything else.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    answers: HashMap<String, (u16, Json)>,
    unknown: Arc<Mutex<Vec<String>>>,
}

impl Replay {
    /// Responds to `GET` requests as the last exchange did.
    pub fn of(exchanges: &[Exchange]) -> Self {
        let mut replay = Self::default();
        for exchange in exchanges.iter().filter(|exchange| exchange.send.starts_with("GET ")) {
            replay.answers.insert(exchange.line(), (exchange.status, exchange.response.clone()));
        }
        replay
    }

    /// Adds a response to a request: method, path and query in the form of [`case::line`].
    pub fn answer(&mut self, line: &str, status: u16, answer: &Json) {
        self.answers.entry(case::line(line)).or_insert_with(|| (status, answer.clone()));
    }

    /// The requests without a response.
    pub fn unknown(&self) -> Vec<String> {
        self.unknown.lock().expect("no panic while locked").clone()
    }
}

impl Transport for Replay {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let line = case::line(&format!("{} {path}", request.method()));
        let (status, answer) = self.answers.get(&line).cloned().unwrap_or_else(|| {
            self.unknown.lock().expect("no panic while locked").push(line);
            (404, Json::Null)
        });
        let mut response = Response::new(match &answer {
            Json::Null => Bytes::new(),
            Json::String(text) => Bytes::copy_from_slice(text.as_bytes()),
            other => other.to_string().into(),
        });
        *response.status_mut() = status.try_into().expect("the status of a case is valid");
        Box::pin(async move { Ok(response) })
    }
}

/// Records the progress messages of an operation.
#[derive(Debug, Default)]
pub struct ProgressLog(Mutex<Vec<String>>);

impl ProgressLog {
    /// All messages, one per line.
    pub fn text(&self) -> String {
        self.0.lock().expect("no panic while locked").join("\n")
    }

    /// An operation whose progress is recorded here.
    pub fn operation<'a>(&'a self, token: &'a str, name: &'a str) -> Operation<'a> {
        Operation { token, name, urn: "", timeout: None, progress: self }
    }

    fn keep(&self, message: &str) {
        self.0.lock().expect("no panic while locked").push(message.to_owned());
    }
}

impl Progress for ProgressLog {
    fn status(&self, message: &str) {
        self.keep(message);
    }

    fn warning(&self, message: &str) {
        self.keep(message);
    }
}

/// JSON as an object of values. `{ $asset: path, hash: h }` is a file, `$archive` an archive.
pub fn object(json: &Map<String, Json>) -> Object {
    json.iter().map(|(name, json)| (name.clone(), value_of(json))).collect()
}

fn value_of(json: &Json) -> Value {
    let Some(map) = json.as_object() else { return Value::from(json.clone()) };
    let text = |name: &str| map.get(name).and_then(Json::as_str).map(str::to_owned);
    let Some(path) = text(ASSET).or_else(|| text(ARCHIVE)) else { return Value::from(json.clone()) };
    let hash = text("hash").unwrap_or_default();
    let asset = Asset { hash, archive: map.contains_key(ARCHIVE), path: Some(path), ..Asset::default() };
    Value::new(Data::Asset(Box::new(asset)))
}

const ASSET: &str = "$asset";
const ARCHIVE: &str = "$archive";

/// The files in every case.
pub fn files() -> Arc<dyn Files> {
    Arc::new(Named)
}

/// Files whose content is their own path. A file named `missing` does not exist; a name with a dot is not a directory.
struct Named;

impl Files for Named {
    fn read<'f>(&'f self, path: &'f str) -> BoxFuture<'f, io::Result<Bytes>> {
        Box::pin(async move {
            if path == "missing" {
                return Err(io::ErrorKind::NotFound.into());
            }
            Ok(Bytes::copy_from_slice(path.as_bytes()))
        })
    }

    fn list<'f>(&'f self, directory: &'f str) -> BoxFuture<'f, io::Result<Vec<String>>> {
        Box::pin(async move {
            if directory.contains('.') {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            Ok(vec!["inside".to_owned()])
        })
    }
}

/// A random number generator with a fixed seed.
#[derive(Default)]
struct SeededRng(Mutex<u64>);

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        let mut state = self.0.lock().expect("no panic while locked");
        for byte in bytes {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
        Ok(())
    }
}

/// An object of values as JSON, with secrets in plain text; unknown values are `"<unknown>"`.
pub fn json(object: &Object) -> Json {
    Json::Object(object.iter().map(|(name, value)| (name.clone(), json_of(value))).collect())
}

fn json_of(value: &Value) -> Json {
    match value.data() {
        value::Data::Unknown => Json::from("<unknown>"),
        value::Data::Array(items) => items.iter().map(json_of).collect(),
        value::Data::Object(object) => json(object),
        value::Data::Asset(asset) => {
            let name = if asset.archive { ARCHIVE } else { ASSET };
            serde_json::json!({ name: asset.path, "hash": asset.hash })
        }
        _ => value.to_json().unwrap_or_default(),
    }
}
