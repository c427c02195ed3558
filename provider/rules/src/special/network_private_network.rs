//! Private networks: the API has one list of CIDR blocks, the program one property per address family.
//!
//! A descriptor is not sufficient because the family and the mask are computed from the block.

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct PrivateNetwork;

impl Special for PrivateNetwork {
    /// `ipv4_subnet` (`{subnet}`) and `ipv6_subnets` (`[{subnet}]`) become `subnets`: a list of strings, IPv4 first as in
    /// `pulumiverse_scaleway`. Without any block there is no list, so that the API chooses the blocks.
    fn encode(&self, wire: &mut Wire) {
        let (ipv4, ipv6) = (wire.remove("ipv4_subnet"), wire.remove("ipv6_subnets"));
        let ipv6 = ipv6.as_ref().and_then(Json::as_array).into_iter().flatten();
        let subnets: Vec<Json> = ipv4.iter().chain(ipv6).filter_map(|object| object.get("subnet").cloned()).collect();
        if !subnets.is_empty() {
            wire::set(wire, "subnets", json!(subnets));
        }
    }

    /// `subnets`, a list of objects, becomes `ipv4_subnet` (the first of its family), `ipv4_subnets` (for the lookup
    /// function, which returns a list) and `ipv6_subnets`, each object with `address`, `prefix_length` and `subnet_mask`
    /// and the fields of the response. Invalid blocks are omitted.
    fn decode(&self, wire: &mut Wire) {
        let Some(Json::Array(subnets)) = wire.remove("subnets") else { return };
        let (ipv4, ipv6): (Vec<_>, Vec<_>) =
            subnets.into_iter().filter_map(described).partition(|(is_ipv4, _)| *is_ipv4);
        let objects = |blocks: Vec<(bool, Json)>| blocks.into_iter().map(|(_, object)| object).collect::<Vec<_>>();
        let ipv4 = objects(ipv4);
        if let Some(first) = ipv4.first() {
            wire::set(wire, "ipv4_subnet", first.clone());
        }
        wire::set(wire, "ipv4_subnets", json!(ipv4));
        wire::set(wire, "ipv6_subnets", json!(objects(ipv6)));
    }
}

/// Whether a subnet of a response is IPv4, and the subnet with the parts of its CIDR block. The mask is in decimal byte by
/// byte, also for IPv6, as in `pulumiverse_scaleway`.
fn described(mut subnet: Json) -> Option<(bool, Json)> {
    let fields = subnet.as_object_mut()?;
    let block: IpNet = fields.get("subnet")?.as_str()?.parse().ok()?;
    let mask = match &block {
        IpNet::V4(block) => block.netmask().octets().to_vec(),
        IpNet::V6(block) => block.netmask().octets().to_vec(),
    };
    wire::set(fields, "address", json!(block.addr()));
    wire::set(fields, "prefix_length", json!(block.prefix_len()));
    wire::set(fields, "subnet_mask", json!(mask.iter().map(u8::to_string).collect::<Vec<_>>().join(".")));
    Some((block.addr().is_ipv4(), subnet))
}

#[cfg(test)]
#[path = "network_private_network_tests.rs"]
mod tests;
