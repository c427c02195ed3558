//! Tests of the rules of MongoDB instances.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn an_instance_without_a_network_has_a_public_endpoint() {
    let public = json!({ "public_network": {} });
    let private = json!({ "private_network": { "private_network_id": "a" } });
    for (wire, endpoints) in [
        (json!({}), json!([public])),
        (json!({ "private_network": { "private_network_id": "a" } }), json!([private])),
        (json!({ "private_network": null }), json!([public])),
        (json!({ "private_network": { "private_network_id": "a" }, "public_network": {} }), json!([private, public])),
    ] {
        assert_eq!(encoded(&Instance, &wire)["endpoints"], endpoints, "{wire}");
    }
}

#[test]
fn the_smallest_volume_is_the_default_without_a_snapshot() {
    let size = |wire: &Json| encoded(&Instance, wire)["volume"]["size_bytes"].clone();
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k" } })), SMALLEST_VOLUME);
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k", "size_bytes": 10 } })), 10);
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k" }, "snapshot_id": "a" })), Json::Null);
}

#[test]
fn a_private_endpoint_has_its_host_names_and_addresses() {
    let wire = json!({
        "endpoints": [{ "dns_record": "a.internal", "private_network": {} }, { "dns_record": "b", "public_network": {} }],
        "private_ips": [{ "address": "172.16.0.2/22" }],
    });
    let endpoints = &decoded(&Instance, &wire)["endpoints"];
    assert_eq!(endpoints[0]["dns_records"], json!(["a.internal"]));
    assert_eq!(endpoints[0]["ips"], json!(["172.16.0.2"]));
    assert!(endpoints[1].get("ips").is_none());
}
