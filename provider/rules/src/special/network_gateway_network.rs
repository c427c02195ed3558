//! Gateway networks: two fields in the API, a list with one element for the program.

use serde_json::{Map, Value as Json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct GatewayNetwork;

const FIELDS: [&str; 2] = ["push_default_route", "ipam_ip_id"];

impl Special for GatewayNetwork {
    /// Moves the fields of the first of `ipam_configs` to the top level.
    fn encode(&self, wire: &mut Wire) {
        let Some(Json::Array(configs)) = wire.remove("ipam_configs") else { return };
        let Some(Json::Object(config)) = configs.into_iter().next() else { return };
        wire.extend(config.into_iter().filter(|(field, _)| FIELDS.contains(&field.as_str())));
    }

    /// Moves the two fields to `ipam_configs`, a list with one element; without them there is no list.
    fn decode(&self, wire: &mut Wire) {
        let fields = FIELDS.iter().filter_map(|field| Some(((*field).to_owned(), wire.get(*field)?.clone())));
        let config: Map<String, Json> = fields.collect();
        if !config.is_empty() {
            wire.insert("ipam_configs".to_owned(), Json::Array(vec![Json::Object(config)]));
        }
    }
}

#[cfg(test)]
#[path = "network_gateway_network_tests.rs"]
mod tests;
