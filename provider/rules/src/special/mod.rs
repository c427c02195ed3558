//! Rules of single resources that a descriptor cannot express. The handler is named in the descriptor (`special`); the calls
//! that such a resource needs in addition are in the crate `engine`, under the same name.

mod databases_instance;
mod databases_read_replica;
mod databases_upgrade;
mod domain_record;
pub mod functions_function;
mod network_acl;
mod object_bucket;
mod object_item;
pub mod observability_alert_manager;

use catalog::Resource;
use value::Object;

use crate::error::Error;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::scope::Scope;
use crate::wire::Wire;

/// The rules of one resource. The default of each method does nothing.
pub trait Special: Sync {
    /// Inputs that come from the source of the resource, such as a snapshot, if the program does not set them: they have no
    /// default, are never drift, and their absence is not a change. Pure.
    fn inherited(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Inputs whose live value is not drift if the program does not set them. Pure.
    fn not_drift(&self, inputs: &Object) -> &'static [&'static str] {
        self.inherited(inputs)
    }

    /// Adds failures of inputs. Pure.
    fn check(&self, _olds: &Object, _inputs: &Object, _failures: &mut Vec<Failure>) {}

    /// The properties that a create applies only in `after_change`.
    fn sent_by_handler(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// The properties that such a create sets by default and `after_change` removes. Pure.
    fn created_by_default(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Keeps only the parts of a response that belong to this resource. Pure.
    fn adjust_state(&self, _inputs: &Object, _answers: &Wire, _state: &mut Object) {}

    /// Removes conflicting inputs from an import. Pure.
    fn imported(&self, _inputs: &mut Object) {}

    /// Adds warnings and pending work to a diff, and removes changes without an effect. Pure.
    fn adjust_diff(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// Adds a hint to the error of a failed first read.
    fn advise(&self, _scope: &Scope<'_>, error: Error) -> Error {
        error
    }
}

/// The rules of a resource; empty if its descriptor names no handler.
pub fn handler(resource: &Resource) -> &'static dyn Special {
    match resource.special.as_ref().map(|special| special.handler.as_str()) {
        Some("databases.instance") => &databases_instance::Instance,
        Some("databases.read_replica") => &databases_read_replica::ReadReplica,
        Some("domain.record") => &domain_record::Record,
        Some("functions.function") => &functions_function::Function,
        Some("network.acl") => &network_acl::Acl,
        Some("object.bucket") => &object_bucket::Bucket,
        Some("object.item") => &object_item::Item,
        Some("observability.alert_manager") => &observability_alert_manager::AlertManager,
        _ => &Nothing,
    }
}

struct Nothing;

impl Special for Nothing {}
