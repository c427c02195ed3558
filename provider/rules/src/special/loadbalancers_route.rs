//! Routes of load balancers: a request has one condition only, also when it removes another one.

use serde_json::Value as Json;

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Route;

impl Special for Route {
    /// Leaves out a condition that is cleared.
    fn encode(&self, wire: &mut Wire) {
        if let Some(Json::Object(condition)) = wire.get_mut("match") {
            condition.retain(|_, json| !json.is_string() || !wire::is_empty(json));
        }
    }
}

#[cfg(test)]
#[path = "loadbalancers_route_tests.rs"]
mod tests;
