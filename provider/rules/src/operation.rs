//! What is asked of the engine and what it answers, in terms of Pulumi's values. Knows no gRPC.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use value::{Object, Path};

use crate::autoname::Autonaming;

/// Check: are these inputs right, and what do they come to?
#[derive(Clone, Debug)]
pub struct CheckRequest<'a> {
    /// The resource's logical name.
    pub name: &'a str,
    /// The inputs that were checked last time; empty for a new resource or a replacement.
    pub olds: &'a Object,
    /// The program's inputs.
    pub news: &'a Object,
    /// The engine's random seed for this resource.
    pub seed: &'a [u8],
    /// How the user wants names to be made.
    pub autonaming: Autonaming,
}

/// The answer to a check: inputs to store, and everything wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// The inputs with names and defaults filled in.
    pub inputs: Object,
    /// Everything that is wrong, all at once.
    pub failures: Vec<Failure>,
    /// What may be meant, but rather is a mistake.
    pub warnings: Vec<Warning>,
}

/// One thing that is wrong with the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub path: Path,
    /// What, and what would be right. Never the value of a secret.
    pub reason: String,
}

/// Something the user should know before it is done, though nothing forbids it. Never the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about; the root path for the resource as a whole.
    pub path: Path,
    /// A sentence of fact and one of advice.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.top() {
            Some(_) => write!(formatter, "`{}`: {}", self.path, self.text),
            None => formatter.write_str(&self.text),
        }
    }
}

/// Diff: what would change?
#[derive(Clone, Debug)]
pub struct DiffRequest<'a> {
    /// The outputs in the state.
    pub olds: &'a Object,
    /// The inputs in the state.
    pub old_inputs: &'a Object,
    /// The checked new inputs; anything in them may be unknown.
    pub news: &'a Object,
    /// Paths the user wants left alone.
    pub ignore_changes: &'a [String],
    /// The hour, for what changes by itself.
    pub now: Timestamp,
}

/// What would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// By path: how, and whether that needs a new resource.
    pub changes: BTreeMap<Path, Change>,
    /// The old resource must go before the new one can come.
    pub delete_before_replace: bool,
    /// What a change would do that the user may not expect.
    pub warnings: Vec<Warning>,
    /// What the user may want to know, and need not act on.
    pub notes: Vec<String>,
}

impl Diff {
    /// The top-level properties that change.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        let mut last = None;
        self.changes.keys().filter_map(Path::top).filter(move |name| last.replace(*name) != Some(*name))
    }

    /// Whether anything that changes needs a new resource.
    pub fn replaces(&self) -> bool {
        self.changes.values().any(|change| change.replace)
    }
}

/// How one property changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether it comes, goes or becomes another.
    pub kind: ChangeKind,
    /// It needs a new resource.
    pub replace: bool,
}

/// Whether a property comes, goes or becomes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there.
    Add,
    /// It is not there any more.
    Delete,
    /// It has another value.
    Update,
}

/// Where an operation tells how it gets on. Messages are short, in the present tense, without secrets.
pub trait Progress: Send + Sync {
    /// A passing state, shown beside the resource: `waiting for the instance (provisioning)`.
    fn status(&self, message: &str);
    /// Something the user should know, kept after the run.
    fn warning(&self, message: &str);
}

/// What every operation on a real resource needs to know.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The resource's token with its package; which package it is does not matter.
    pub token: &'a str,
    /// The resource's logical name, for messages.
    pub name: &'a str,
    /// Its URN; empty where there is none.
    pub urn: &'a str,
    /// The user's time limit; the resource's own without it.
    pub timeout: Option<Duration>,
    /// Where to tell how it gets on.
    pub progress: &'a dyn Progress,
}

/// A resource that was created.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Its Pulumi id.
    pub id: String,
    /// Its outputs.
    pub state: Object,
}

/// A resource that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadBack {
    /// Its Pulumi id in its full form.
    pub id: String,
    /// Its outputs.
    pub state: Object,
    /// The inputs that would make it what it is.
    pub inputs: Object,
}
