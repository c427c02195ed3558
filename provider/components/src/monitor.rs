//! The part of Pulumi's resource monitor that components need.
//!
//! The implementation adds the options of the program for the whole component (providers, timeouts, hooks).

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use value::{Object, Value};

use crate::Error;

/// The resource monitor of one deployment, for one component.
pub trait Monitor: Send + Sync {
    /// Registers the component itself and returns its URN.
    fn component(&self, inputs: Object) -> BoxFuture<'_, Result<String, Error>>;
    /// Registers a part of the component, and returns when the part is created or updated.
    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>>;
    /// Invokes a function of this package; `None` while an argument is unknown.
    fn invoke<'a>(&'a self, token: &'a str, arguments: Object) -> BoxFuture<'a, Result<Option<Object>, Error>>;
    /// Registers the outputs of the component, which ends the construction.
    fn outputs(&self, urn: String, outputs: Object) -> BoxFuture<'_, Result<(), Error>>;
}

/// A part to be registered.
#[derive(Clone, Debug, Default)]
pub struct Child {
    /// The token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// The logical name.
    pub name: String,
    /// The name of this part in the component: the key of `overrides`, and the first segment of `ignoreChanges` paths.
    pub part: String,
    /// URN of the component.
    pub parent: String,
    /// Whether it is a component.
    pub is_component: bool,
    /// Its inputs; the values contain their dependencies.
    pub inputs: Object,
    /// URNs that it depends on without an input from them.
    pub depends_on: BTreeSet<String>,
    /// URN of the part whose deletion also deletes this part.
    pub deleted_with: Option<String>,
}

/// A registered part.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its URN.
    pub urn: String,
    /// Its Scaleway ID; unknown in the preview of a new part.
    pub id: Value,
    /// Its outputs.
    pub outputs: Object,
    /// Whether the outputs are complete.
    pub output_state: OutputState,
}

/// Whether the outputs of a part are complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputState {
    /// All outputs are present.
    Complete,
    /// Missing outputs are unknown.
    Partial,
    /// The part failed or was skipped; its outputs must not be used.
    Failed,
}
