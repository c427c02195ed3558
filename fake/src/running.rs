//! A fake from its start to its end, and the handle that tests have on it.
//!
//! It does not know what a request does; see [`crate::server`].

use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
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
use crate::journal::{Entry, Journal};
use crate::products;
use crate::seed::Seed;
use crate::server;
use crate::state::Server;
use crate::store::Object;

/// A fake Scaleway; begin with [`Fake::builder`].
pub struct Fake;

/// What a fake shall be like.
#[derive(Debug)]
pub struct Builder {
    listen: SocketAddr,
    settle: Duration,
    clock: Clock,
    seed: Seed,
    log: Option<File>,
    chance: Option<u64>,
    enforce_permissions: bool,
}

/// A fake that runs until it is stopped or dropped.
pub struct Running {
    server: Arc<Server>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Fake {
    /// Any free port of 127.0.0.1, the real clock, everything settled at the first look, nothing but the default
    /// project and its owner, any key accepted and allowed to do everything.
    pub fn builder() -> Builder {
        Builder {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            settle: Duration::ZERO,
            clock: Clock::real(),
            seed: Seed::default(),
            log: None,
            chance: None,
            enforce_permissions: false,
        }
    }
}

impl Builder {
    /// Where to listen: a loopback address; port 0 takes a free one.
    #[must_use]
    pub fn listen(self, address: SocketAddr) -> Self {
        Self { listen: address, ..self }
    }

    /// How long passing statuses such as `creating` last.
    #[must_use]
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }

    /// The clock that it lives by.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// What exists before the start.
    #[must_use]
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// Accepts these secret keys only, and those made through IAM.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.seed.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Lets keys made through IAM do only what the policies of their bearers allow. Other keys are the owner's, who may do
    /// everything.
    #[must_use]
    pub fn enforce_permissions(self, enforce: bool) -> Self {
        Self { enforce_permissions: enforce, ..self }
    }

    /// Where to write one JSON line per request: `{"t", "method", "path", "status"}`.
    #[must_use]
    pub fn log(self, log: File) -> Self {
        Self { log: Some(log), ..self }
    }

    /// Makes the ids and secrets the same in each run.
    #[must_use]
    pub fn chance(self, chance: u64) -> Self {
        Self { chance: Some(chance), ..self }
    }

    /// Starts it; when this returns, it listens.
    pub async fn start(self) -> Result<Running, Error> {
        if !self.listen.ip().is_loopback() {
            return Err(Error::NotLoopback { address: self.listen });
        }
        let failed = |source| Error::Listen { address: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let world = World {
            store: self.seed.plant(self.clock.now())?,
            url: format!("http://{address}"),
            settle: self.settle,
            organization: self.seed.organization_id,
            project: self.seed.default_project_id,
            keys: self.seed.keys,
            enforce_permissions: self.enforce_permissions,
            contents: BTreeMap::new(),
            chance: fastrand::Rng::with_seed(self.chance.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0)),
            kinds: |name| products::kind(name).map(|(kind, _)| kind),
        };
        let server = Arc::new(Server::new(self.clock, world, Journal::new(self.log)));
        let service = Router::new()
            .fallback(server::exchange)
            .with_state(Arc::clone(&server))
            .into_make_service_with_connect_info::<Line>();
        let (passed, gate) = gate::open(listener, Arc::clone(&server));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // It ends when told to, and when the handle is dropped; both are as good.
            let stopped = async { stopped.await.unwrap_or_default() };
            let outcome = axum::serve(Listener(passed), service).with_graceful_shutdown(stopped).await;
            // Accepting never fails for good: the listener tries again by itself.
            drop(outcome);
            // The port is free once the gate is gone.
            gate.abort();
            let _ = gate.await;
        });
        Ok(Running { server, address, stop, task })
    }
}

impl Running {
    /// The address to give to clients, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order in which they were answered.
    pub fn requests(&self) -> Vec<Entry> {
        self.server.journal().entries.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.server.journal().entries.clear();
    }

    /// The clock that it lives by.
    pub fn clock(&self) -> &Clock {
        &self.server.clock
    }

    /// From now on passing statuses last this long.
    pub fn settle(&self, settle: Duration) {
        self.server.world().settle = settle;
    }

    /// Lets something go wrong.
    pub fn fault(&self, fault: Fault) {
        self.server.faults().add(fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.server.faults().clear();
    }

    /// The objects of a kind such as `registry/namespace`, in the order in which they were made.
    pub fn objects(&self, kind: &str) -> Vec<Object> {
        self.server.world().store.all().filter(|object| object.kind == kind).cloned().collect()
    }

    /// Every object in the order of creation, as JSON with what the API never returns (secrets, parents that only the path
    /// names).
    pub fn snapshot(&self) -> Vec<Value> {
        self.server.world().snapshot()
    }

    /// How many objects of each kind there are.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for object in self.server.world().store.all() {
            *counts.entry(object.kind.to_owned()).or_default() += 1;
        }
        counts
    }

    /// Sets fields of an object (a JSON object) behind everybody's back.
    pub fn change(&self, kind: &str, locality: &str, id: &str, fields: Value) -> Result<(), Error> {
        self.server.change(kind, locality, id, object(fields)).map_err(|_| no_object(kind, id))
    }

    /// Takes an object away behind everybody's back.
    pub fn remove(&self, kind: &str, locality: &str, id: &str) -> Result<(), Error> {
        self.server.remove(kind, locality, id).map_err(|_| no_object(kind, id))
    }

    /// Stops it; when this returns, the port is free.
    pub async fn stop(self) {
        // The task may have ended by itself; then there is nobody to tell.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

fn no_object(kind: &str, id: &str) -> Error {
    Error::NoObject { kind: kind.to_owned(), id: id.to_owned() }
}
