//! Load balancers in requests and responses.

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn private_networks_are_returned_unchanged(id in "[0-9a-f]{8}", address in "[0-9a-f]{8}") {
        let given = json!({ "private_networks": [{ "private_network_id": id, "ipam_ids": address }] });
        let sent = encoded(&LoadBalancer, &given);
        prop_assert_eq!(&sent["private_networks"][0]["ipam_ids"], &json!([address]));
        let read = decoded(&LoadBalancer, &sent);
        prop_assert_eq!(&read["private_networks"][0]["ipam_id"], &json!(address));
        prop_assert_eq!(&read["private_networks"][0]["private_network_id"], &json!(id));
    }
}

#[test]
fn addresses_are_found_by_their_version() {
    let read = json!({ "type": "lb-s", "ip": [{ "id": "a", "ip_address": "2001:db8::1" }, { "id": "b", "ip_address": "192.0.2.1" }] });
    let decoded = decoded(&LoadBalancer, &read);
    assert_eq!(decoded["ip_ids"], json!(["a", "b"]));
    assert_eq!((&decoded["ip_address"], &decoded["ipv6_address"]), (&json!("192.0.2.1"), &json!("2001:db8::1")));
    assert_eq!((&decoded["ip_id"], &decoded["type"]), (&json!("a"), &json!("LB-S")));
}

#[test]
fn only_addresses_that_were_created_with_the_load_balancer_are_released() {
    for (given, released) in [
        (json!({ "assign_flexible_ip": true }), true),
        (json!({ "assign_flexible_ipv6": true, "ip_ids": [] }), true),
        (json!({ "assign_flexible_ip": true, "ip_id": "a" }), false),
        (json!({ "assign_flexible_ip": false }), false),
        (json!({ "ip_ids": ["a"] }), false),
        (json!({}), false),
    ] {
        assert_eq!(encoded(&LoadBalancer, &given)["release_ip"], json!(released), "{given}");
    }
}

#[test]
fn unexpected_json_is_ignored() {
    for unexpected in [json!({ "ip": "a", "private_networks": [1], "type": 2 }), json!({ "private_networks": {} })] {
        assert_eq!(decoded(&LoadBalancer, &unexpected)["private_networks"], unexpected["private_networks"]);
        assert_eq!(encoded(&LoadBalancer, &unexpected)["private_networks"], unexpected["private_networks"]);
    }
}
