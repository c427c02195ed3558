//! Attachments of private networks to load balancers: a list of IPAM addresses in the API, one string for the program.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct PrivateNetwork;

impl Special for PrivateNetwork {
    /// Sends the address as a list.
    fn encode(&self, wire: &mut Wire) {
        if let Some(id @ Json::String(_)) = wire.get_mut("ipam_ids") {
            *id = json!([id.take()]);
        }
    }

    /// Takes the first address of the list.
    fn decode(&self, wire: &mut Wire) {
        if let Some(ids @ Json::Array(_)) = wire.get_mut("ipam_ids") {
            *ids = ids.get(0).cloned().unwrap_or_default();
        }
    }
}

#[cfg(test)]
#[path = "loadbalancers_private_network_tests.rs"]
mod tests;
