//! DNS stages of Edge Services: the list of names in responses also contains the name that Scaleway assigns.
//!
//! A descriptor is not sufficient because the name to leave out is another field of the response.

use value::{Object, Value};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct DnsStage;

impl Special for DnsStage {
    /// Leaves out the assigned name, unless the program sets it.
    fn adjust_state(&self, inputs: &Object, _answers: &Wire, state: &mut Object) {
        let names = |object: &Object| object.get("fqdns").and_then(Value::as_array).map(<[Value]>::to_vec);
        let Some(assigned) = state.text("defaultFqdn").filter(|name| !name.is_empty()).map(Value::from) else { return };
        if names(inputs).is_some_and(|given| given.contains(&assigned)) {
            return;
        }
        if let Some(mut live) = names(state) {
            live.retain(|name| *name != assigned);
            state.insert("fqdns".to_owned(), Value::from(live));
        }
    }
}

#[cfg(test)]
#[path = "edgeservices_dns_stage_tests.rs"]
mod tests;
