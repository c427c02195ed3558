//! Tests of MAC addresses of flexible IPs.

use serde_json::json;

use super::{Holders, holders_in};

#[test]
fn duplicates_are_the_other_addresses_with_the_same_mac_address() {
    let ip =
        |id: &str, mac: &str, address: &str| json!({ "id": id, "mac_address": { "id": mac, "mac_address": address } });
    let ips = [
        ip("a", "one", "52:54:00:22:97:79"),
        ip("b", "two", "52:54:00:22:97:79"),
        ip("c", "three", "52:54:00:00:00:01"),
        json!({ "id": "d", "mac_address": null }),
    ];
    let found = Holders { current: Some("a".to_owned()), others: vec!["b".to_owned()] };
    assert_eq!(holders_in(&ips, &json!("one")), found);
    assert_eq!(holders_in(&ips, &json!("four")), Holders { current: None, others: Vec::new() });
    assert_eq!(holders_in(&[json!({ "id": "d", "mac_address": null })], &json!("one")).current, None);
}
