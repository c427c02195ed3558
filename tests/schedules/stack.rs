//! A stack of one resource, with a new plugin for each command.

use serde_json::Value as Json;
use tests::double::{self, Failure, Goal, State};
use tonic::Status;

use crate::kill::{Kill, Victim};
use crate::setup::Setup;

/// A stack of one resource.
pub(crate) struct Stack<'l> {
    setup: &'l Setup,
    token: String,
    name: String,
    double: double::Stack,
}

impl<'l> Stack<'l> {
    pub(crate) fn new(setup: &'l Setup, token: &str, name: &str) -> Self {
        let double = double::Stack::new(setup.catalog(), setup.seed());
        Self { setup, token: token.to_owned(), name: name.to_owned(), double }
    }

    pub(crate) fn state(&self) -> State {
        self.double.state()
    }

    /// `pulumi up`.
    pub(crate) async fn up(&self, program: &Json) -> Result<(), Status> {
        let process = self.setup.process().await;
        let outcome = self.double.up(&process, &self.goals(program)).await;
        process.end().await;
        first(outcome)
    }

    /// The top-level properties that `pulumi preview` shows as changed.
    pub(crate) async fn preview(&self, program: &Json) -> Result<Vec<String>, Status> {
        self.double.preview(&self.setup.process().await, &self.goals(program)).await
    }

    /// `pulumi refresh`: the top-level properties that it shows as changed.
    pub(crate) async fn refresh(&self) -> Result<Vec<String>, Status> {
        let process = self.setup.process().await;
        let outcome = self.double.refresh(&process).await;
        process.end().await;
        first(outcome)
    }

    /// `pulumi destroy`.
    pub(crate) async fn destroy(&self) -> Result<(), Status> {
        let process = self.setup.process().await;
        let outcome = self.double.destroy(&process).await;
        process.end().await;
        if outcome.is_ok() {
            self.setup.expire_domains();
        }
        first(outcome)
    }

    /// `pulumi up`, or `pulumi destroy` without a program, in which a process is killed. `None` if it is the engine.
    pub(crate) async fn killed(&self, program: Option<&Json>, kill: Kill) -> Option<Result<(), Status>> {
        let process = self.setup.process().await;
        let victim = kill.victim;
        let mut reached = std::pin::pin!(self.setup.kill(kill));
        let goals = program.map(|program| self.goals(program));
        let mut operation = std::pin::pin!(async {
            match &goals {
                Some(goals) => self.double.up(&process, goals).await,
                None => self.double.destroy(&process).await,
            }
        });
        tokio::select! {
            notified = &mut reached => notified.expect("the transport exists"),
            outcome = &mut operation => return Some(first(outcome)),
        }
        if victim == Victim::Engine {
            return None;
        }
        process.exit();
        Some(first(operation.await))
    }

    fn goals(&self, program: &Json) -> [Goal; 1] {
        [Goal { name: self.name.clone(), token: self.token.clone(), inputs: program.clone() }]
    }
}

/// The error of the only resource.
fn first<T>(outcome: Result<T, Vec<Failure>>) -> Result<T, Status> {
    outcome.map_err(|mut failures| failures.remove(0).status)
}
