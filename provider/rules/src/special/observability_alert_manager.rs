//! The alert manager: only the alerts that the program names belong to the resource.

use std::collections::BTreeSet;

use value::{Data, Object, Value};

use super::Special;
use crate::reshape::rules_that_are_on;
use crate::wire::Wire;

/// See the module.
pub(super) struct AlertManager;

/// The input that lists the preconfigured alerts.
pub const RULES: &str = "preconfiguredAlertIds";
/// The input that lists the contact points.
pub const CONTACTS: &str = "contactPoints";
/// The input that enables all preconfigured alerts.
pub const MANAGED: &str = "enableManagedAlerts";

impl Special for AlertManager {
    /// Only alerts that the program names belong to the resource, so that alerts of other users are not disabled. If the
    /// program enables all alerts, all belong to it: listing them instead is not a change.
    fn adjust_state(&self, inputs: &Object, answers: &Wire, state: &mut Object) {
        if is_managed(inputs) {
            let on: Vec<Value> = rules_that_are_on(answers).into_iter().map(Value::from).collect();
            state.insert(RULES.to_owned(), Value::from(on));
            return;
        }
        let named = rules(inputs);
        if named.is_empty() {
            state.remove(RULES);
        } else if let Some(Data::Array(ids)) = state.get_mut(RULES).map(Value::data_mut) {
            ids.retain(|id| id.as_str().is_some_and(|id| named.contains(id)));
        }
    }

    fn sent_by_handler(&self, _: &Object) -> &'static [&'static str] {
        &[RULES, CONTACTS]
    }
}

/// Whether the inputs enable all preconfigured alerts.
pub fn is_managed(inputs: &Object) -> bool {
    inputs.flag(MANAGED) == Some(true)
}

/// The ids of the preconfigured alerts that the inputs name.
pub fn rules(inputs: &Object) -> BTreeSet<String> {
    let ids = inputs.get(RULES).and_then(Value::as_array).unwrap_or_default();
    ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
