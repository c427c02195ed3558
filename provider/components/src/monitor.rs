//! What a component is built through: Pulumi's resource monitor, as far as a component needs it.
//!
//! Who implements it adds what the program said of the component as a whole (providers, timeouts, hooks); nothing here
//! knows how.

use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use value::{Object, Value};

use crate::Error;

/// The monitor of one deployment, seen from one component.
pub trait Monitor: Send + Sync {
    /// Registers the component itself and gives its URN.
    fn component(&self, inputs: Object) -> BoxFuture<'_, Result<String, Error>>;
    /// Registers a part of the component, and comes when it is as declared.
    fn child(&self, child: Child) -> BoxFuture<'_, Result<Registered, Error>>;
    /// Asks a function of this package; nothing as long as an argument is not known.
    fn ask<'a>(&'a self, token: &'a str, arguments: Object) -> BoxFuture<'a, Result<Option<Object>, Error>>;
    /// Ends the construction: the outputs of the component.
    fn outputs(&self, urn: String, outputs: Object) -> BoxFuture<'_, Result<(), Error>>;
}

/// A part to be registered.
#[derive(Clone, Debug, Default)]
pub struct Child {
    /// The token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// The logical name.
    pub name: String,
    /// What the component calls this part: the key of `overrides`, and the first word of paths to ignore.
    pub part: String,
    /// URN of the component.
    pub parent: String,
    /// It is a component itself.
    pub is_component: bool,
    /// Its inputs; what each depends on is in the values.
    pub inputs: Object,
    /// URNs it waits for although none of its inputs says so.
    pub depends_on: BTreeSet<String>,
    /// URN of the part whose deletion deletes this one too.
    pub deleted_with: Option<String>,
}

/// A part as it is now.
#[derive(Clone, Debug)]
pub struct Registered {
    /// Its URN.
    pub urn: String,
    /// Scaleway's id of it; unknown in the preview of a new one.
    pub id: Value,
    /// Its outputs.
    pub outputs: Object,
    /// What the outputs leave out, and how far they can be believed.
    pub standing: Standing,
}

/// How far the outputs of a part can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of them are there.
    Whole,
    /// What is not there is not known yet.
    Partial,
    /// It failed or was skipped; they must not be used.
    Failed,
}
