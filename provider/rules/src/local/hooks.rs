//! The points at which the implementation of a local resource type can act.

use jiff::Timestamp;
use value::Object;

use crate::error::Error;
use crate::operation::{Diff, DiffRequest};
use crate::rng::Rng;

/// The implementation of one local resource type.
pub(super) trait Local: Sync {
    /// Generates the outputs that are not inputs.
    fn make(&self, _rng: &dyn Rng, _inputs: &Object, _now: Timestamp) -> Result<Object, Error> {
        Ok(Object::new())
    }

    /// Adds changes that are due by time, and notes for the user.
    fn adjust_diff(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// The outputs that an update generates again; the others keep their values.
    fn remake(&self, _request: &DiffRequest<'_>) -> Result<Object, Error> {
        Ok(Object::new())
    }

    /// The outputs that are known in a preview; `olds` is empty for a create.
    fn outlook(&self, _request: &DiffRequest<'_>) -> Object {
        Object::new()
    }
}
