//! The trait of components.

use futures_util::future::BoxFuture;
use value::{Object, Value};

use crate::error::Error;
use crate::problem::Problem;
use crate::scope::Scope;

/// A component. It has no state: its parts depend only on its inputs.
pub trait Component: Sync {
    /// The token without the package (`evalap/database:Database`).
    fn token(&self) -> &'static str;

    /// Its name in tags (`database`).
    fn label(&self) -> &'static str;

    /// The problems of its inputs that its descriptor does not cover. Pure; unknown values are valid.
    fn problems(&self, _inputs: &Object) -> Vec<Problem> {
        Vec::new()
    }

    /// Registers its parts and returns its outputs.
    fn construct<'a>(&'a self, scope: &'a Scope<'a>, inputs: &'a Object) -> BoxFuture<'a, Result<Object, Error>>;

    /// The result of a method. `state` has the outputs; in a preview, missing outputs are unknown.
    fn call(&self, _method: &str, _state: &State<'_>, _arguments: &Object) -> Result<Object, Vec<Problem>> {
        Ok(Object::new())
    }
}

/// The state of a component in a method call.
pub struct State<'a> {
    /// Its outputs.
    pub outputs: &'a Object,
    /// Whether this is a preview.
    pub is_preview: bool,
}

impl State<'_> {
    /// An output; unknown if only an update returns it.
    pub fn output(&self, name: &str) -> Value {
        match self.outputs.get(name) {
            Some(value) => value.clone(),
            None if self.is_preview => Value::UNKNOWN,
            None => Value::NULL,
        }
    }
}
