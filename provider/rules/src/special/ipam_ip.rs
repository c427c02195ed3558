//! IPAM addresses: the API returns the subnet of an address, the program sets its private network.
//!
//! A descriptor is not sufficient because one field is read from two responses. Assumes that the subnet was read into `subnet`.

use serde_json::Value as Json;

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Ip;

impl Special for Ip {
    fn decode(&self, wire: &mut Wire) {
        let network = wire::get(wire, "subnet.private_network_id").cloned();
        if let (Some(network), Some(Json::Object(source))) = (network, wire.get_mut("source")) {
            source.entry("private_network_id").or_insert(network);
        }
    }
}

#[cfg(test)]
#[path = "ipam_ip_tests.rs"]
mod tests;
