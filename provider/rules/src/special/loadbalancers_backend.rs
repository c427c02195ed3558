//! Backends of load balancers: the API requires a port and a protocol in every health check.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Backend;

impl Special for Backend {
    /// A health check without a port uses the forward port, and one without a protocol uses TCP.
    fn encode(&self, wire: &mut Wire) {
        let Some(port) = wire::get(wire, "forward_port").cloned() else { return };
        if wire::get(wire, "health_check.port").is_none_or(wire::is_empty) {
            wire::set(wire, "health_check.port", port);
        }
        let is_set = |name: &str| wire::get(wire, &format!("health_check.{name}")).is_some();
        if !is_set("http_config") && !is_set("https_config") {
            wire::set(wire, "health_check.tcp_config", json!({}));
        }
    }

    /// Leaves out the protocols that are not used.
    fn decode(&self, wire: &mut Wire) {
        if let Some(Json::Object(check)) = wire.get_mut("health_check") {
            check.retain(|_, json| !json.is_null());
        }
    }
}

#[cfg(test)]
#[path = "loadbalancers_backend_tests.rs"]
mod tests;
