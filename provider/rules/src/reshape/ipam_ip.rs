//! IPAM addresses: an address has the prefix length of its subnet, and may be attached to a custom resource.
//!
//! The subnet of the address was read into `subnet`.

use serde_json::Value as Json;

use crate::wire::{self, Wire};

/// Requests are unchanged.
pub(super) fn encode(_: &mut Wire) {}

/// Adds the address with and without prefix length, the custom resource if it has one, and the network of the subnet.
pub(super) fn decode(wire: &mut Wire) {
    if let Some(block) = wire::get(wire, "address").and_then(Json::as_str).map(str::to_owned) {
        let address = block.split_once('/').map_or(block.as_str(), |(address, _)| address).to_owned();
        wire.insert("address_alone".to_owned(), Json::from(address));
    }
    if wire::get(wire, "resource.type").and_then(Json::as_str) == Some("custom")
        && let Some(holder) = wire.get("resource").cloned()
    {
        wire.insert("custom_resource".to_owned(), holder);
    }
    let network = wire::get(wire, "subnet.private_network_id").cloned();
    if let (Some(network), Some(Json::Object(source))) = (network, wire.get_mut("source")) {
        source.entry("private_network_id").or_insert(network);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn an_address_is_returned_with_and_without_prefix_length_and_with_its_source() {
        let answer = json!({
            "address": "172.16.32.2/22",
            "source": { "subnet_id": "s" },
            "subnet": { "private_network_id": "n" },
            "resource": null,
        });
        let decoded = reshaped(decode, &answer);
        assert_eq!((&decoded["address_alone"], &decoded["address"]), (&json!("172.16.32.2"), &json!("172.16.32.2/22")));
        assert_eq!(decoded["source"], json!({ "subnet_id": "s", "private_network_id": "n" }));
        assert_eq!(reshaped(encode, &answer), answer);
    }

    #[test]
    fn only_a_custom_resource_is_an_input() {
        let holder = |kind: &str| json!({ "resource": { "type": kind, "mac_address": "02:00:00:00:00:01" } });
        assert_eq!(reshaped(decode, &holder("custom"))["custom_resource"]["mac_address"], "02:00:00:00:00:01");
        assert_eq!(reshaped(decode, &holder("rdb_instance"))["custom_resource"], Json::Null);
    }

    #[test]
    fn any_json_survives() {
        for odd in [json!({ "address": 7, "source": [], "subnet": "s", "resource": [1] }), json!({ "address": "" })] {
            reshaped(decode, &odd);
        }
    }
}
