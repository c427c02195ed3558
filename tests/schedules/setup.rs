//! One fake with the parents of one resource, and a new plugin for each command.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use catalog::Catalog;
use client::{Transport, Url};
use scaleway_fake::{Clock, DEFAULT_ORGANIZATION, Entry, Fake, Fault, Running, Seed};
use serde_json::Value as Json;
use tests::configuration::{self, Home};
use tests::domains;
use tests::double::{Process, Stored};
use tests::places;
use tokio::sync::oneshot;

use crate::clock::SharedClock;
use crate::kill::{Kill, Killing};
use crate::stack::Stack;
use tests::objects::Objects;
use tests::programs::{Program, Table};

/// How long actions take.
const SETTLE: Duration = Duration::from_secs(30);

/// Runs the schedules of one resource one after the other.
pub(crate) struct Setup {
    fake: Running,
    catalog: Arc<Catalog>,
    clock: Arc<SharedClock>,
    /// Shared by the plugins of the setup, because reading the certificates of the machine takes longer than a schedule.
    transport: Arc<Killing>,
    seeds: AtomicU64,
    /// Pulumi's home directory, with the journal of the stack.
    home: Home,
    /// The dependencies of the resource, by the names of the table.
    parents: BTreeMap<String, Stored>,
    /// The other objects.
    pub(crate) baseline: Objects,
}

impl Setup {
    /// A fake with the parents of this resource. All setups of a resource have the same IDs.
    pub(crate) async fn start(catalog: &Arc<Catalog>, table: &Table, program: &Program) -> Self {
        let seed = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
        let clock = Clock::manual("2026-11-02T09:00:00Z".parse().unwrap());
        // The status of the object of an action shows whether a request was accepted.
        let is_action = catalog.resources[&program.resource].action.is_some();
        let settle = if is_action { SETTLE } else { Duration::ZERO };
        let fake = Fake::builder().seed(seed).clock(clock).settle(settle).rng_seed(1).start().await.unwrap();
        let clock = Arc::new(SharedClock::new(fake.clock().clone()));
        let catalog = Arc::clone(catalog);
        let (parents, baseline) = (BTreeMap::new(), Objects::default());
        let home = Home::new(Path::new(env!("CARGO_TARGET_TMPDIR")));
        let transport = Arc::new(Killing::new(client::testing::shared_http(&Url::parse(&fake.url()).unwrap())));
        let mut setup = Self { fake, catalog, clock, transport, seeds: AtomicU64::new(0), home, parents, baseline };
        for parent in table.parents(program) {
            let inputs = setup.resolved(&parent.inputs);
            let stack = Stack::new(&setup, &parent.resource, &parent.name);
            stack.up(&inputs).await.unwrap_or_else(|status| panic!("{}, for {}: {status}", parent.name, program.name));
            let stored = stack.state().resources.remove(0);
            setup.parents.insert(parent.name.clone(), stored);
        }
        setup.baseline = setup.objects();
        setup.seeds.store(1_000_000, Ordering::Relaxed);
        setup
    }

    /// A new process of the plugin, as for each command of the CLI.
    pub(crate) async fn process(&self) -> Process {
        let (catalog, transport): (_, Arc<dyn Transport>) = (Arc::clone(&self.catalog), self.transport.clone());
        let plugin = provider::in_process::provider(catalog, self.clock.clone(), transport, self.home.path(), 1);
        let arguments =
            configuration::arguments(&self.fake.url(), "11111111-1111-4111-8111-111111111111", DEFAULT_ORGANIZATION);
        Process::start(plugin, &arguments).await
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }

    /// The first seed of a stack's automatic names.
    pub(crate) fn seed(&self) -> u64 {
        self.seeds.fetch_add(1_000, Ordering::Relaxed)
    }

    /// All existing objects.
    pub(crate) fn objects(&self) -> Objects {
        Objects::new(&self.fake.snapshot(), &self.baseline)
    }

    /// Lets bought domains expire, so that the next schedule can buy them.
    pub(crate) fn expire_domains(&self) {
        domains::expire(&self.fake);
    }

    /// Advances the clock by the time between two commands.
    pub(crate) fn later(&self) {
        self.fake.clock().advance(Duration::from_mins(61));
    }

    /// The requests since the last call.
    pub(crate) fn requests(&self) -> Vec<Entry> {
        let requests = self.fake.requests();
        self.fake.clear_requests();
        requests
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.fake.clear_requests();
        self.fake.fault(fault);
    }

    /// The receiver is notified when the request of a kill arrives, which has no response.
    pub(crate) fn kill(&self, kill: Kill) -> oneshot::Receiver<()> {
        self.transport.at(kill)
    }

    pub(crate) fn clear_faults(&self) {
        self.fake.clear_faults();
    }

    /// A program with `$name.output` replaced by the outputs of its parents.
    pub(crate) fn resolved(&self, program: &Json) -> Json {
        match program {
            Json::String(text) if text.starts_with('$') => {
                let (name, output) = text[1..].split_once('.').unwrap();
                let parent = self.parents.get(name).unwrap_or_else(|| panic!("{name} is not a parent"));
                let outputs = tests::property_bag::to_json(&parent.outputs);
                if output == "id" { Json::from(parent.id.clone()) } else { outputs[output].clone() }
            }
            Json::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Json::Object(map) => {
                Json::Object(map.iter().map(|(name, value)| (name.clone(), self.resolved(value))).collect())
            }
            other => other.clone(),
        }
    }
}
