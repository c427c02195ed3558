//! The alert manager of Cockpit: the enabled preconfigured alerts, from the list of all of them.
//!
//! A descriptor is not sufficient because an alert may be enabled although the program does not name it, and only alerts that
//! the program names belong to the resource.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use value::{Data, Object, Value};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct AlertManager;

/// The input that lists the preconfigured alerts.
pub const RULES: &str = "preconfiguredAlertIds";
/// The input that enables all preconfigured alerts.
pub const MANAGED: &str = "enableManagedAlerts";

impl Special for AlertManager {
    /// `alerts` becomes `preconfigured_alert_ids`: the rules of the alerts that are enabled or being enabled, sorted, because
    /// the API's order varies. Contact points without an e-mail address are omitted.
    fn decode(&self, wire: &mut Wire) {
        let rules = wire.get("alerts").is_some_and(Json::is_array).then(|| rules_that_are_on(wire));
        wire.remove("alerts");
        if let Some(rules) = rules {
            wire::set(wire, "preconfigured_alert_ids", json!(rules));
        }
        if let Some(Json::Array(points)) = wire.get_mut("contact_points") {
            points.retain(|point| point.pointer("/email/to").is_some_and(Json::is_string));
        }
    }

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
}

/// Whether the inputs enable all preconfigured alerts.
pub fn is_managed(inputs: &Object) -> bool {
    inputs.flag(MANAGED) == Some(true)
}

/// The IDs of the preconfigured alerts that the inputs name.
pub fn rules(inputs: &Object) -> BTreeSet<String> {
    let ids = inputs.get(RULES).and_then(Value::as_array).unwrap_or_default();
    ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The rules of the alerts in a response that are enabled or being enabled, sorted.
fn rules_that_are_on(wire: &Wire) -> Vec<String> {
    let is_on = |alert: &&Json| matches!(alert["rule_status"].as_str(), Some("enabled" | "enabling"));
    let alerts = wire.get("alerts").and_then(Json::as_array).into_iter().flatten().filter(is_on);
    let rule = |alert: &Json| alert.pointer("/preconfigured_data/preconfigured_rule_id")?.as_str().map(str::to_owned);
    let mut rules: Vec<String> = alerts.filter_map(rule).collect();
    rules.sort_unstable();
    rules
}

#[cfg(test)]
#[path = "observability_alert_manager_tests.rs"]
mod tests;
