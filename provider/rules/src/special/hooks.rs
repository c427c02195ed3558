//! The points at which the rules of a single resource can act.

use value::Object;

use crate::error::Error;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::Wire;

/// The rules of one resource. Pure; the default of each method does nothing.
pub trait Special: Sync {
    /// Converts the wire object of the inputs to the form of requests. Accepts any JSON.
    fn encode(&self, _wire: &mut Wire) {}

    /// Converts responses to one field for each property. Accepts any JSON.
    fn decode(&self, _wire: &mut Wire) {}

    /// Inputs that come from the source of the resource, such as a snapshot, if the program does not set them: they have no
    /// default, are never drift, and their absence is not a change.
    fn inherited(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Inputs whose live value is not drift if the program does not set them.
    fn not_drift(&self, inputs: &Object) -> &'static [&'static str] {
        self.inherited(inputs)
    }

    /// Adds failures of inputs.
    fn check(&self, _olds: &Object, _inputs: &Object, _failures: &mut Vec<Failure>) {}

    /// Whether a create copies another object, which is then updated to match the program; and the properties of a new object
    /// that differ from the program until the create is complete.
    fn differences_of_new(&self, _inputs: &Object) -> (bool, &'static [&'static str]) {
        (false, &[])
    }

    /// Keeps only the parts of a response that belong to this resource.
    fn adjust_state(&self, _inputs: &Object, _answers: &Wire, _state: &mut Object) {}

    /// Whether the responses no longer contain the resource, which is a part of the object that was read.
    fn is_gone(&self, _desired: &Wire, _answers: &Wire) -> bool {
        false
    }

    /// Removes conflicting inputs from an import.
    fn imported(&self, _inputs: &mut Object) {}

    /// Adds warnings and pending work to a diff, and removes changes without an effect.
    fn adjust_diff(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// Adds a hint to the error of a failed first read, from the wire object of the inputs.
    fn advise(&self, _desired: &Wire, error: Error) -> Error {
        error
    }
}
