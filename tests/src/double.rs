//! A double of Pulumi's engine: it deploys a program of several resources through a plugin, with the rules of the engine
//! (pkg v3.259.0). It does not depend on the fake, time and faults.
//!
//! State after a failed step:
//! - Create without `ErrorResourceInitFailed`: nothing. With it: all inputs of the program (its `inputs` are discarded,
//!   `resource/plugin/provider_plugin.go:1478`), its `properties`, and init errors.
//! - Update without it: unchanged. With it: the old inputs, its `properties`, and init errors (`engine/update.go:1398`).
//! - Delete: unchanged.
//! - After a failed step no other step begins, and the steps in progress end.
//!
//! The state changes when a step ends, as the engine's checkpoint does. An engine that is killed is a command whose future is
//! dropped: the operations in progress stay in [`State::pending`]. Later commands keep only creates there.
//! A plugin that is killed fails all calls ([`Process::exit`]).
//!
//! `tests/programs/test_schedules.py` runs the schedules of `tests/schedules/shared.yaml` through the Pulumi CLI and compares the
//! states.

mod calls;
mod order;
mod update;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use catalog::Catalog;
use prost_types::Struct;
use pulumi_rpc::pulumirpc::resource_provider_server::ResourceProvider;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status};

pub use self::order::references;
use crate::configuration;
use crate::property_bag::to_struct;

/// A resource of a program. `$name.output` in its inputs is an output of an earlier resource.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The logical name, which is unique in the program.
    pub name: String,
    /// The token without the package.
    pub token: String,
    /// The inputs of the program.
    pub inputs: Json,
}

/// A process of the plugin.
#[derive(Clone)]
pub struct Process {
    plugin: Arc<dyn ResourceProvider>,
    exited: CancellationToken,
    /// Whether calls wait after their responses.
    waits: bool,
}

/// A resource as in the state.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The logical name.
    pub name: String,
    /// The token without the package.
    pub token: String,
    /// The ID of the provider.
    pub id: String,
    /// The inputs of the last successful step.
    pub inputs: Struct,
    /// The outputs.
    pub outputs: Struct,
    /// Whether the state has init errors: the next run updates even without differences.
    pub failed: bool,
    /// The names of the resources that its inputs refer to, by property.
    pub dependencies: BTreeSet<(String, String)>,
}

/// The kind of an operation in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Create.
    Creating,
    /// Update.
    Updating,
    /// Delete.
    Deleting,
}

/// The state of a stack.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The resources, in the order in which they were created.
    pub resources: Vec<Stored>,
    /// Replaced resources whose delete is pending.
    pub condemned: Vec<Stored>,
    /// The operations in progress when the engine was killed: names and kinds.
    pub pending: Vec<(String, Operation)>,
}

/// A stack.
pub struct Stack {
    catalog: Arc<Catalog>,
    /// The number of seeds of automatic names: another one each time, like the engine's.
    seeds: Cell<u64>,
    state: RefCell<State>,
    log: RefCell<Vec<String>>,
}

/// A failed step: the resource, and the status of the plugin.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The logical name.
    pub name: String,
    /// The error.
    pub status: Status,
}

impl Process {
    /// Configures a plugin with these arguments.
    pub async fn start(plugin: Arc<dyn ResourceProvider>, arguments: &Json) -> Self {
        let configure = configuration::request(Some(to_struct(arguments)));
        plugin.configure(Request::new(configure)).await.expect("the arguments are valid");
        Self { plugin, exited: CancellationToken::new(), waits: false }
    }

    /// The same process, whose calls wait once after their responses: there it can be killed before the engine has stored a result.
    #[must_use]
    pub fn waiting_after_calls(self) -> Self {
        Self { waits: true, ..self }
    }
}

impl Stack {
    /// An empty stack.
    pub fn new(catalog: Arc<Catalog>, seed: u64) -> Self {
        Self { catalog, seeds: Cell::new(seed), state: RefCell::default(), log: RefCell::default() }
    }

    /// The state, as in the last checkpoint.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// The steps since the last call, one line each.
    pub fn take_log(&self) -> Vec<String> {
        self.log.take()
    }

    /// The URN of a resource.
    pub fn urn(token: &str, name: &str) -> String {
        format!("urn:pulumi:test::project::evalap-scaleway:{token}::{name}")
    }

    fn note(&self, line: String) {
        self.log.borrow_mut().push(line);
    }

    fn stored(&self, name: &str) -> Option<Stored> {
        self.state.borrow().resources.iter().find(|stored| stored.name == name).cloned()
    }

    /// Replaces or adds a resource.
    fn store(&self, stored: Stored) {
        let mut state = self.state.borrow_mut();
        match state.resources.iter_mut().find(|other| other.name == stored.name) {
            Some(place) => *place = stored,
            None => state.resources.push(stored),
        }
    }

    fn remove(&self, name: &str) {
        self.state.borrow_mut().resources.retain(|stored| stored.name != name);
    }

    /// Marks an operation as in progress while the future runs; a dropped future leaves the mark.
    async fn marked<T>(&self, name: &str, operation: Operation, step: impl Future<Output = T>) -> T {
        let mark = (name.to_owned(), operation);
        self.state.borrow_mut().pending.push(mark.clone());
        let outcome = step.await;
        // An equal mark of an earlier command stays.
        let pending = &mut self.state.borrow_mut().pending;
        if let Some(own) = pending.iter().rposition(|other| *other == mark) {
            pending.remove(own);
        }
        outcome
    }

    /// Starts a command: pending operations of an earlier command are dropped, except for creates.
    fn start_command(&self) {
        self.state.borrow_mut().pending.retain(|(_, operation)| *operation == Operation::Creating);
    }

    fn seed(&self) -> Vec<u8> {
        let number = self.seeds.get();
        self.seeds.set(number + 1);
        let mut seed = vec![0; 24];
        seed.extend(number.to_be_bytes());
        seed
    }
}
