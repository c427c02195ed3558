//! Lists of Instances: the addresses of IPAM belong to private network interfaces, which the servers contain.
//!
//! A descriptor is not sufficient because it cannot distribute the elements of one list among those of another.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Servers;

impl Special for Servers {
    fn decode(&self, wire: &mut Wire) {
        let addresses = wire.get("private_ips").and_then(Json::as_array).cloned().unwrap_or_default();
        let Some(Json::Array(servers)) = wire.get_mut("servers") else { return };
        for server in servers {
            let interfaces = server["private_nics"].as_array().cloned().unwrap_or_default();
            let has = |address: &&Json| interfaces.iter().any(|nic| nic["id"] == address["resource"]["id"]);
            let own: Vec<&Json> = addresses.iter().filter(has).collect();
            server["private_ips"] = json!(own);
        }
    }
}

#[cfg(test)]
#[path = "instance_servers_tests.rs"]
mod tests;
