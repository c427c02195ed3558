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

/// The rules of one resource. Each method does nothing unless a resource implements it.
pub trait Special: Sync {
    /// Inputs that, where the program gives none, come with what the resource is made from: they have no default, are never
    /// drift, and their absence changes nothing. Pure.
    fn inherited(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Inputs whose live value does not count as drift where the program gives none. Pure.
    fn unshown(&self, inputs: &Object) -> &'static [&'static str] {
        self.inherited(inputs)
    }

    /// Finds more that is wrong with inputs. Pure.
    fn check(&self, _olds: &Object, _inputs: &Object, _failures: &mut Vec<Failure>) {}

    /// The properties that `after_change` makes real: until then a create has not done them.
    fn takes_care_of(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// What such a create makes without being asked, until `after_change` takes it away. Pure.
    fn unasked(&self, _inputs: &Object) -> &'static [&'static str] {
        &[]
    }

    /// Leaves of what was read only what is this resource's own. Pure.
    fn recognize(&self, _inputs: &Object, _answers: &Wire, _state: &mut Object) {}

    /// Leaves of the inputs of an import what a program can give together. Pure.
    fn imported(&self, _inputs: &mut Object) {}

    /// Adds what a change would do beside, and what is still to be done; takes away what is no change. Pure.
    fn foresee(&self, _request: &DiffRequest<'_>, _diff: &mut Diff) {}

    /// Adds advice to the error of a first read that failed.
    fn explain(&self, _scope: &Scope<'_>, error: Error) -> Error {
        error
    }
}

/// The rules of a resource; empty ones where its descriptor names no handler.
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
