//! Addresses of load balancers: the API returns the address, but not its version.

use serde_json::Value as Json;

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Ip;

impl Special for Ip {
    /// Sets the version from the address.
    fn decode(&self, wire: &mut Wire) {
        if let Some(is_ipv6) = wire::get(wire, "ip_address").and_then(Json::as_str).map(|address| address.contains(':'))
        {
            wire.insert("is_ipv6".to_owned(), Json::Bool(is_ipv6));
        }
    }
}

#[cfg(test)]
#[path = "loadbalancers_ip_tests.rs"]
mod tests;
