//! Requests and results of Pulumi's operations, in Pulumi's values. Independent of gRPC.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use value::{Object, Path};

use crate::autoname::Autonaming;

/// A Check request.
#[derive(Clone, Debug)]
pub struct CheckRequest<'a> {
    /// The resource's logical name.
    pub name: &'a str,
    /// The inputs in the state; empty for a new resource or a replacement.
    pub olds: &'a Object,
    /// The program's inputs.
    pub news: &'a Object,
    /// The engine's random seed for this resource.
    pub seed: &'a [u8],
    /// The user's autonaming setting.
    pub autonaming: Autonaming,
}

/// The result of Check: the inputs to store, all failures and all warnings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// The inputs with names and defaults filled in.
    pub inputs: Object,
    /// All failures.
    pub failures: Vec<Failure>,
    /// Inputs that are valid, but probably a mistake.
    pub warnings: Vec<Warning>,
}

/// A failure of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The path of the input.
    pub path: Path,
    /// The problem and the expected value. Never a secret value.
    pub reason: String,
}

/// A warning for the user, shown in the preview. Never contains a secret value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The path of the property; the root path for the whole resource.
    pub path: Path,
    /// The fact and the advice.
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

/// A Diff request.
#[derive(Clone, Debug)]
pub struct DiffRequest<'a> {
    /// The outputs in the state.
    pub olds: &'a Object,
    /// The inputs in the state.
    pub old_inputs: &'a Object,
    /// The checked new inputs, which may contain unknown values.
    pub news: &'a Object,
    /// The paths in `ignoreChanges`.
    pub ignore_changes: &'a [String],
    /// The current time, for changes that are due by time.
    pub now: Timestamp,
}

/// The result of Diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Changes by path.
    pub changes: BTreeMap<Path, Change>,
    /// The old resource must be deleted before its replacement is created.
    pub delete_before_replace: bool,
    /// Warnings about the effects of the changes.
    pub warnings: Vec<Warning>,
    /// Information for the user that needs no action.
    pub notes: Vec<String>,
}

impl Diff {
    /// The top-level properties that change.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        let mut last = None;
        self.changes.keys().filter_map(Path::top).filter(move |name| last.replace(*name) != Some(*name))
    }

    /// Whether any change requires a replacement.
    pub fn replaces(&self) -> bool {
        self.changes.values().any(|change| change.replace)
    }
}

/// The change of one property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether the property is added, removed or updated.
    pub kind: ChangeKind,
    /// The change requires a replacement.
    pub replace: bool,
}

/// Whether a property is added, removed or updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The property is added.
    Add,
    /// The property is removed.
    Delete,
    /// The value changes.
    Update,
}

/// The progress messages of an operation. Messages are short, in the present tense, without secrets.
pub trait Progress: Send + Sync {
    /// A temporary status, shown beside the resource: `waiting for the instance (provisioning)`.
    fn status(&self, message: &str);
    /// A warning, shown until the end of the run and after it.
    fn warning(&self, message: &str);
}

/// The arguments of every operation on an existing resource.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The resource's token with any package name.
    pub token: &'a str,
    /// The resource's logical name, for messages.
    pub name: &'a str,
    /// Its URN; empty if there is none.
    pub urn: &'a str,
    /// The user's timeout (`customTimeouts`); without it, the default of the resource.
    pub timeout: Option<Duration>,
    /// The receiver of progress messages.
    pub progress: &'a dyn Progress,
}

/// A resource that was created.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Its Pulumi ID.
    pub id: String,
    /// Its outputs.
    pub state: Object,
}

/// A resource that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadBack {
    /// Its Pulumi ID in its full form.
    pub id: String,
    /// Its outputs.
    pub state: Object,
    /// The inputs that describe its state.
    pub inputs: Object,
}
