//! Cockpit tokens: the API has a list of scope names, the program an object with nine booleans.
//!
//! A descriptor is not sufficient because each boolean is one element of a list.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Token;

/// The properties of the program, named as in `pulumiverse_scaleway`, and the scopes of the API.
const SCOPES: [(&str, &str); 9] = [
    ("query_metrics", "read_only_metrics"),
    ("write_metrics", "write_only_metrics"),
    ("setup_metrics_rules", "full_access_metrics_rules"),
    ("query_logs", "read_only_logs"),
    ("write_logs", "write_only_logs"),
    ("setup_logs_rules", "full_access_logs_rules"),
    ("setup_alerts", "full_access_alert_manager"),
    ("query_traces", "read_only_traces"),
    ("write_traces", "write_only_traces"),
];

impl Special for Token {
    /// `scopes`, an object of booleans, becomes `token_scopes`, a list of names. Without the object: push metrics and logs, as
    /// in `pulumiverse_scaleway`.
    fn encode(&self, wire: &mut Wire) {
        let names = match wire.remove("scopes") {
            Some(Json::Object(switches)) => {
                let is_on = |switch: &str| switches.get(switch).and_then(Json::as_bool) == Some(true);
                SCOPES.iter().filter(|(switch, _)| is_on(switch)).map(|(_, scope)| *scope).collect()
            }
            _ => vec!["write_only_metrics", "write_only_logs"],
        };
        wire::set(wire, "token_scopes", json!(names));
    }

    /// `scopes`, a list of names, becomes an object of all nine booleans. Unknown names are omitted.
    fn decode(&self, wire: &mut Wire) {
        let Some(Json::Array(names)) = wire.remove("scopes") else { return };
        let switch = |(switch, scope): &(&str, &str)| ((*switch).to_owned(), json!(names.contains(&json!(scope))));
        wire::set(wire, "scopes", Json::Object(SCOPES.iter().map(switch).collect()));
    }
}

#[cfg(test)]
#[path = "observability_token_tests.rs"]
mod tests;
