//! The offer of a type of Instances: groups of its fields are lists with one element.
//!
//! A descriptor is not sufficient because the fields of an element are at several places in the response.

use serde_json::{Value as Json, json};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct ServerType;

impl Special for ServerType {
    fn decode(&self, wire: &mut Wire) {
        let at = |path: &str| wire::get(wire, path).cloned().unwrap_or_default();
        let network = json!({
            "internal_bandwidth": at("network.sum_internal_bandwidth"),
            "public_bandwidth": at("network.sum_internet_bandwidth"),
            "block_bandwidth": at("block_bandwidth"),
        });
        let volumes = json!({
            "min_size_total": at("volumes_constraint.min_size"),
            "max_size_total": at("volumes_constraint.max_size"),
            "min_size_per_local_volume": at("per_volume_constraint.l_ssd.min_size"),
            "max_size_per_local_volume": at("per_volume_constraint.l_ssd.max_size"),
            "scratch_storage_max_size": at("scratch_storage_max_size"),
            "block_storage": at("capabilities.block_storage"),
        });
        let capabilities = at("capabilities");
        for (field, object) in [("networks", network), ("volumes", volumes), ("capabilities_list", capabilities)] {
            wire.insert(field.to_owned(), Json::Array(vec![object]));
        }
    }
}

#[cfg(test)]
#[path = "instance_server_type_tests.rs"]
mod tests;
