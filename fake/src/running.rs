//! The builder of a fake, and the handle of tests to a running fake.
//!
//! This module does not process requests; see [`crate::server`].

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;
use crate::call::{World, object};
use crate::clock::Clock;
use crate::connection::{Line, Listener};
use crate::faults::Fault;
use crate::gate;
use crate::hashing::{self, Hasher};
use crate::journal::{Entry, Journal};
use crate::products;
use crate::random::Random;
use crate::seed::Seed;
use crate::server;
use crate::state::Server;
use crate::store::Object;

/// The URL in responses of a fake without a port.
pub const IN_PROCESS_URL: &str = "http://127.0.0.1:80";

/// A fake Scaleway; start with [`Fake::builder`].
pub struct Fake;

/// The settings of a fake.
#[derive(Debug)]
pub struct Builder {
    listen: SocketAddr,
    url: Option<String>,
    remote_token: Option<String>,
    settle: Duration,
    clock: Clock,
    seed: Seed,
    log: Option<File>,
    rng_seed: Option<u64>,
    enforce_permissions: bool,
    hash_memory: u32,
}

/// A fake that runs until it is stopped or dropped.
pub struct Running {
    handle: Handle,
    url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// The objects, faults and requests of a fake, for tests.
pub struct Handle {
    pub(crate) server: Arc<Server>,
}

impl Fake {
    /// Any free port of 127.0.0.1, the real clock, transient statuses that end before the next read, only the default
    /// project and its owner, and any API key accepted with all permissions.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            url: None,
            remote_token: None,
            settle: Duration::ZERO,
            clock: Clock::real(),
            seed: Seed::default(),
            log: None,
            rng_seed: None,
            enforce_permissions: false,
            hash_memory: hashing::MEMORY_KIB,
        }
    }
}

impl Builder {
    /// The address; port 0 selects a free port. Another address than one of the loopback interface needs
    /// [`Builder::allow_remote`].
    #[must_use]
    pub fn listen(self, address: SocketAddr) -> Self {
        Self { listen: address, ..self }
    }

    /// Accepts requests of other machines. The token is a UUID, and every request needs it as its secret key.
    #[must_use]
    pub fn allow_remote(self, token: impl Into<String>) -> Self {
        Self { remote_token: Some(token.into()), ..self }
    }

    /// The URL for clients, if it differs from the address.
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// The duration of transient statuses such as `creating`.
    #[must_use]
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }

    /// The clock.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The objects that exist at the start.
    #[must_use]
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// Accepts only these secret keys, and those created through IAM.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.seed.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Limits API keys created through IAM to the policies of their bearers. Other API keys have all permissions.
    #[must_use]
    pub fn enforce_permissions(self, enforce: bool) -> Self {
        Self { enforce_permissions: enforce, ..self }
    }

    /// A file for one JSON line per request: `{"t", "method", "path", "status"}`.
    #[must_use]
    pub fn log(self, log: File) -> Self {
        Self { log: Some(log), ..self }
    }

    /// The seed of the random number generator, for the same IDs and secrets in each run.
    #[must_use]
    pub fn rng_seed(self, seed: u64) -> Self {
        Self { rng_seed: Some(seed), ..self }
    }

    /// The memory of the hashes of secret variables in KiB, for tests that create thousands. The default is as recorded: 64 MiB.
    #[must_use]
    pub fn hash_memory(self, kibibytes: u32) -> Self {
        Self { hash_memory: kibibytes, ..self }
    }

    /// Starts the fake, which listens when this function returns.
    pub async fn start(self) -> Result<Running, Error> {
        check_access(self.listen, self.remote_token.as_deref())?;
        let failed = |source| Error::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let url = self.url.clone().unwrap_or_else(|| local_url(address));
        let server = self.server(url.clone(), true)?;
        let service = Router::new()
            .fallback(server::exchange)
            .with_state(Arc::clone(&server))
            .into_make_service_with_connect_info::<Line>();
        let (passed, gate) = gate::open(listener, Arc::clone(&server));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // The server ends on request, or when the handle is dropped.
            let stopped = async { stopped.await.unwrap_or_default() };
            let outcome = axum::serve(Listener(passed), service).with_graceful_shutdown(stopped).await;
            // Accepting connections does not fail: the listener retries.
            drop(outcome);
            // The port is free once the task that accepts connections has ended.
            gate.abort();
            let _ = gate.await;
        });
        Ok(Running { handle: Handle { server }, url, stop, task })
    }

    /// A fake without a port: the requests are passed to [`Handle::exchange`], and nothing runs between them.
    pub fn in_process(self) -> Result<Handle, Error> {
        Ok(Handle { server: self.server(IN_PROCESS_URL.to_owned(), false)? })
    }

    fn server(self, url: String, has_port: bool) -> Result<Arc<Server>, Error> {
        let store = self.seed.to_store(self.clock.now())?;
        let contents = self.seed.to_contents()?;
        // The token is a secret key of its own: Object Storage verifies signatures with it.
        let keys = match (self.seed.keys, &self.remote_token) {
            (keys, Some(token)) => Some(keys.into_iter().flatten().chain([token.clone()]).collect()),
            (keys, None) => keys,
        };
        let rng = Random::with_seed(self.rng_seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0));
        let hasher = Hasher::new(rng.clone(), self.hash_memory, has_port);
        let world = World {
            store,
            url,
            settle: self.settle,
            organization: self.seed.organization_id,
            project: self.seed.default_project_id,
            keys,
            remote_token: self.remote_token,
            enforce_permissions: self.enforce_permissions,
            contents,
            external_domains: self.seed.external_domains,
            rng,
            kinds: |name| products::kind(name).map(|(kind, _)| kind),
        };
        Ok(Arc::new(Server::new(self.clock, world, hasher, Journal::new(self.log))))
    }
}

impl Deref for Running {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Running {
    /// The URL for clients, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Stops the fake; the port is free when this function returns.
    pub async fn stop(self) {
        // The task may have ended already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

impl Handle {
    /// Answers one request; `None` if a fault closes the connection before the response is complete.
    pub async fn exchange(&self, request: http::Request<Bytes>) -> Option<http::Response<Bytes>> {
        let line = Line::default();
        let response = server::answer(&self.server, &line, request.map(Body::from)).await;
        if line.is_cut() {
            return None;
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.ok()?;
        Some(http::Response::from_parts(parts, body))
    }

    /// All requests so far, in the order of their responses.
    pub fn requests(&self) -> Vec<Entry> {
        self.server.journal().entries.clone()
    }

    /// Clears the list of requests.
    pub fn clear_requests(&self) {
        self.server.journal().entries.clear();
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.server.clock
    }

    /// Sets the duration of transient statuses.
    pub fn settle(&self, settle: Duration) {
        self.server.write().settle = settle;
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) {
        self.server.faults().add(fault);
    }

    /// Removes the pending faults.
    pub fn clear_faults(&self) {
        self.server.faults().clear();
    }

    /// The objects of a kind such as `registry/namespace`, in the order of creation.
    pub fn objects(&self, kind: &str) -> Vec<Object> {
        self.server.read().store.all().filter(|object| object.kind == kind).cloned().collect()
    }

    /// Every object in the order of creation, as JSON with its hidden fields (secrets, parents that only the path
    /// contains).
    pub fn snapshot(&self) -> Vec<Value> {
        self.server.read().snapshot()
    }

    /// All objects as a seed, with secrets: a fake that starts with it has the same objects.
    pub fn to_seed(&self) -> Seed {
        Seed::of(&self.server.read())
    }

    /// Replaces all objects by those of the seed.
    pub fn restore(&self, seed: &Seed) -> Result<(), Error> {
        self.server.restore(seed)
    }

    /// The number of objects of each kind.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for object in self.server.read().store.all() {
            *counts.entry(object.kind.to_owned()).or_default() += 1;
        }
        counts
    }

    /// Sets fields of an object (a JSON object) without a request.
    pub fn change(&self, kind: &str, locality: &str, id: &str, fields: Value) -> Result<(), Error> {
        self.server.change(kind, locality, id, object(fields)).map_err(|_| no_object(kind, id))
    }

    /// Removes an object without a request.
    pub fn remove(&self, kind: &str, locality: &str, id: &str) -> Result<(), Error> {
        self.server.remove(kind, locality, id).map_err(|_| no_object(kind, id))
    }
}

/// Rejects an address that other machines reach without a token, and a token that is not a UUID.
pub(crate) fn check_access(listen: SocketAddr, token: Option<&str>) -> Result<(), Error> {
    match token {
        None if !listen.ip().is_loopback() => Err(Error::NotLoopback { address: listen }),
        Some(token) if uuid::Uuid::try_parse(token).is_err() => Err(Error::Token),
        _ => Ok(()),
    }
}

/// The URL for clients of this machine.
pub(crate) fn local_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

fn no_object(kind: &str, id: &str) -> Error {
    Error::NoObject { kind: kind.to_owned(), id: id.to_owned() }
}
