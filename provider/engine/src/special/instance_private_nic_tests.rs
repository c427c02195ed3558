//! When an interface is usable.

use serde_json::json;

use super::*;

#[test]
fn an_interface_is_connected_when_it_has_a_mac_address() {
    for (answer, expected) in [
        (json!({}), false),
        (json!({ "mac_address": "" }), false),
        (json!({ "mac_address": "02:00:00:00:00:01" }), true),
    ] {
        assert_eq!(is_connected(answer.as_object().unwrap()), expected, "{answer}");
    }
}
