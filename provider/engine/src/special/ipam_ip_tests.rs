//! Holders of IPAM addresses.

use serde_json::json;

use super::*;

#[test]
fn only_a_custom_resource_is_a_holder() {
    let custom = json!({ "type": "custom", "id": "a", "mac_address": "02:00:00:00:00:01", "name": null });
    assert_eq!(holder(Some(&custom)), json!({ "mac_address": "02:00:00:00:00:01" }));
    assert_eq!(holder(Some(&json!({ "type": "lb_server", "name": "front" }))), Json::Null);
    assert_eq!(holder(None), Json::Null);
}

#[test]
fn holders_are_compared_by_address_and_name() {
    let one = json!({ "mac_address": "02:00:00:00:00:AB", "name": "vm" });
    for (other, same) in [
        (json!({ "mac_address": "02:00:00:00:00:ab", "name": "vm" }), true),
        (json!({ "mac_address": "02:00:00:00:00:ab" }), false),
        (json!({ "mac_address": "02:00:00:00:00:01", "name": "vm" }), false),
        (Json::Null, false),
    ] {
        assert_eq!(is_same(&one, &other), same, "{other}");
    }
    assert!(is_same(&Json::Null, &Json::Null));
}
