//! Load balancers: addresses and their versions, which the API lists together, and the list of IPAM addresses of a
//! private network, which is one string for the program.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct LoadBalancer;

impl Special for LoadBalancer {
    /// Adds whether the addresses were created with the load balancer, so that a delete releases them.
    fn encode(&self, wire: &mut Wire) {
        let is_true = |name: &str| wire::get(wire, name) == Some(&Json::Bool(true));
        let is_set = |name: &str| wire::get(wire, name).is_some_and(|json| !wire::is_empty(json));
        let own =
            (is_true("assign_flexible_ip") || is_true("assign_flexible_ipv6")) && !is_set("ip_ids") && !is_set("ip_id");
        wire.insert("release_ip".to_owned(), Json::Bool(own));
        for network in networks(wire) {
            if let Some(id @ Json::String(_)) = network.get_mut("ipam_ids") {
                *id = json!([id.take()]);
            }
        }
    }

    /// Sets the fields of the addresses, and the type in upper case, as in the documentation of Scaleway.
    fn decode(&self, wire: &mut Wire) {
        if let Some(Json::String(name)) = wire.get_mut("type") {
            name.make_ascii_uppercase();
        }
        let addresses = wire::get(wire, "ip").and_then(Json::as_array).cloned().unwrap_or_default();
        let text = |address: &Json, field: &str| address.get(field).and_then(Json::as_str).map(str::to_owned);
        let ids: Vec<String> = addresses.iter().filter_map(|address| text(address, "id")).collect();
        let found: Vec<String> = addresses.iter().filter_map(|address| text(address, "ip_address")).collect();
        let first = |is_ipv6: bool| found.iter().find(|address| address.contains(':') == is_ipv6).cloned();
        wire.insert("ip_id".to_owned(), json!(ids.first()));
        wire.insert("ip_ids".to_owned(), json!(ids));
        wire.insert("ip_address".to_owned(), json!(first(false)));
        wire.insert("ipv6_address".to_owned(), json!(first(true)));
        for network in networks(wire) {
            if let Some(id) = network.get("ipam_ids").and_then(|ids| ids.get(0)).cloned() {
                network.insert("ipam_id".to_owned(), id);
            }
        }
    }
}

fn networks(wire: &mut Wire) -> impl Iterator<Item = &mut Wire> {
    let networks = wire.get_mut("private_networks").and_then(Json::as_array_mut);
    networks.into_iter().flatten().filter_map(Json::as_object_mut)
}

#[cfg(test)]
#[path = "loadbalancers_load_balancer_tests.rs"]
mod tests;
