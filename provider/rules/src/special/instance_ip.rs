//! Addresses of Instances: the API returns an address or a prefix, and programs read both.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Ip;

impl Special for Ip {
    /// An IPv6 prefix also has its first address, and an IPv4 address is a prefix of one address.
    fn decode(&self, wire: &mut Wire) {
        let text = |name: &str| wire::get(wire, name).and_then(Json::as_str).map(str::to_owned);
        match (text("address"), text("prefix")) {
            (Some(address), None) => drop(wire.insert("prefix".to_owned(), json!(format!("{address}/32")))),
            (None, Some(prefix)) => {
                let address = prefix.split('/').next().unwrap_or(&prefix);
                wire.insert("address".to_owned(), json!(address));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "instance_ip_tests.rs"]
mod tests;
