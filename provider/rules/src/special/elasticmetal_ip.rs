//! Flexible IPs: the API does not return the address family, which the address shows.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Ip;

impl Special for Ip {
    fn decode(&self, wire: &mut Wire) {
        let family = |address: &Json| Some(address.as_str()?.contains(':'));
        if let Some(is_ipv6) = wire::get(wire, "ip_address").and_then(family) {
            wire.insert("is_ipv6".to_owned(), json!(is_ipv6));
        }
    }
}

#[cfg(test)]
#[path = "elasticmetal_ip_tests.rs"]
mod tests;
