//! One stack, its plugin and its fake, in virtual time.

use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use client::Clock;
use scaleway_fake::{DEFAULT_ORGANIZATION, Fake, IN_PROCESS_URL, Seed};
use tests::configuration::{self, Home};
use tests::double::{Failure, Goal, Process, Stack};
use tests::objects::Objects;
use tests::places;
use tonic::Status;

use crate::fault::{FaultKind, Kill, Victim};
use crate::network::{Network, Plan, transport};
use crate::planted::Planted;
use crate::scenario::{Action, Command, Faults, Programs};

/// The memory of a hash of a secret variable in KiB: the smallest with the recorded number of lanes.
const HASH_MEMORY: u32 = 512;

/// One stack, its plugin and its fake.
pub(crate) struct World<'p> {
    programs: &'p Programs,
    pub(crate) network: Arc<Network>,
    pub(crate) stack: Stack,
    /// Pulumi's home directory, with the journal of the stack.
    home: Home,
    seed: u64,
    /// The objects that existed before.
    baseline: Objects,
    commands: usize,
}

impl<'p> World<'p> {
    /// An empty stack. Must be called inside a runtime whose time is paused.
    pub(crate) fn new(programs: &'p Programs, seed: u64, settle: u64, planted: Option<Planted>) -> Self {
        let objects = Seed::parse(&places::text(&places::project().join("tests/rpc/seed.json"))).unwrap();
        let clock = scaleway_fake::Clock::manual("2026-11-02T09:00:00Z".parse().unwrap());
        let settle = Duration::from_secs(settle);
        let builder = Fake::builder().seed(objects).clock(clock).rng_seed(seed).settle(settle);
        let fake = builder.hash_memory(HASH_MEMORY).in_process().unwrap();
        let home = Home::new(Path::new(env!("CARGO_TARGET_TMPDIR")));
        let baseline = Objects::new(&fake.snapshot(), &Objects::default());
        let network = Arc::new(Network::new(fake, seed, planted));
        let stack = Stack::new(Arc::clone(&programs.catalog), seed);
        Self { programs, network, stack, home, seed, baseline, commands: 0 }
    }

    /// The objects of the fake.
    pub(crate) fn objects(&self) -> Objects {
        self.network.synchronize();
        Objects::new(&self.network.fake().snapshot(), &self.baseline)
    }

    /// The time between two commands.
    pub(crate) async fn pause(&self) {
        let pauses = [1, 15, 600, 7200];
        let pause = pauses[fastrand::Rng::with_seed(self.seed ^ self.commands as u64).usize(..pauses.len())];
        self.network.clock().sleep(Duration::from_secs(pause)).await;
    }

    /// Waits until no status is transient.
    pub(crate) async fn settle(&self) {
        self.network.clock().sleep(Duration::from_mins(10)).await;
    }

    /// Runs a command; the errors of its steps, or none if the engine was killed.
    pub(crate) async fn run(&mut self, command: &Command) -> Result<(), Vec<Failure>> {
        let plan = match &command.faults {
            Faults::None => Plan::None,
            Faults::Random(rate) => Plan::Random(*rate, &FaultKind::ALL),
            Faults::Listed(faults) => Plan::Listed(faults.clone()),
        };
        match &command.action {
            Action::Up(targets) => {
                let goals = self.programs.goals(targets);
                self.killable(plan, command.killed, async |stack, process| stack.up(process, &goals).await).await
            }
            Action::Refresh => {
                let refresh = async |stack: &Stack, process: &Process| stack.refresh(process).await.map(drop);
                self.killable(plan, command.killed, refresh).await
            }
            Action::Destroy => {
                self.killable(plan, command.killed, async |stack, process| stack.destroy(process).await).await
            }
        }
    }

    /// `pulumi up` of a program with these resources.
    pub(crate) async fn up(&mut self, goals: &[Goal], plan: Plan) -> Result<(), Vec<Failure>> {
        self.killable(plan, None, async |stack, process| stack.up(process, goals).await).await
    }

    /// Runs a command in which processes may be killed.
    async fn killable(
        &mut self,
        plan: Plan,
        killed_at: Option<Kill>,
        operation: impl AsyncFnOnce(&Stack, &Process) -> Result<(), Vec<Failure>>,
    ) -> Result<(), Vec<Failure>> {
        let mut kills = self.network.start_command(self.commands, plan);
        self.commands += 1;
        let mut process = self.process().await;
        if killed_at.is_some() {
            process = process.waiting_after_calls();
        }
        let killed = process.clone();
        let operation = async {
            let outcome = operation(&self.stack, &process).await;
            process.end().await;
            outcome
        };
        let mut operation = pin!(self.counted(operation, killed_at));
        loop {
            tokio::select! {
                biased;
                Some(victim) = kills.recv() => match victim {
                    Victim::Plugin => killed.exit(),
                    Victim::Engine => return Ok(()),
                },
                outcome = &mut operation => return outcome,
            }
        }
    }

    /// Runs an operation, and kills a process when it has waited this many times.
    async fn counted<T>(&self, operation: impl Future<Output = T>, killed: Option<Kill>) -> T {
        let mut operation = pin!(operation);
        let mut waits = 0;
        poll_fn(|context| {
            let polled = operation.as_mut().poll(context);
            if let Some(kill) = killed.filter(|_| polled.is_pending()) {
                if waits == kill.waits {
                    self.network.kill(kill.process);
                }
                waits += 1;
            }
            polled
        })
        .await
    }

    /// The changes that `preview` shows.
    pub(crate) async fn preview(&mut self, command: &Command) -> Result<Vec<String>, Status> {
        let Action::Up(targets) = &command.action else { return Ok(Vec::new()) };
        let _kills = self.network.start_command(self.commands, Plan::None);
        self.commands += 1;
        let process = self.process().await;
        self.stack.preview(&process, &self.programs.goals(targets)).await
    }

    /// The changes that `refresh` shows.
    pub(crate) async fn refresh(&mut self) -> Result<Vec<String>, Vec<Failure>> {
        let _kills = self.network.start_command(self.commands, Plan::None);
        self.commands += 1;
        let process = self.process().await;
        self.stack.refresh(&process).await
    }

    /// The journal of the stack.
    pub(crate) fn journal(&self) -> String {
        fn text(path: &Path) -> String {
            let entries = fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path());
            entries.map(|path| if path.is_dir() { text(&path) } else { fs::read_to_string(path).unwrap() }).collect()
        }
        text(self.home.path())
    }

    /// A new process of the plugin, as for each command of the CLI.
    async fn process(&self) -> Process {
        let clock: Arc<dyn Clock> = Arc::new(self.network.clock().clone());
        let (catalog, network) = (Arc::clone(&self.programs.catalog), transport(&self.network));
        let seed = self.seed ^ self.commands as u64;
        let plugin = provider::in_process::provider(catalog, clock, network, self.home.path(), seed);
        let secret_key = "canary00-1111-4111-8111-111111111111";
        Process::start(plugin, &configuration::arguments(IN_PROCESS_URL, secret_key, DEFAULT_ORGANIZATION)).await
    }
}
