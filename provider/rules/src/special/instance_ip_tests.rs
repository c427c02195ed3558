//! Addresses of Instances in responses.

use super::super::decoded;
use super::*;

#[test]
fn an_address_has_a_prefix_and_a_prefix_an_address() {
    for (found, address, prefix) in [
        (json!({ "address": "192.0.2.1", "prefix": null }), json!("192.0.2.1"), json!("192.0.2.1/32")),
        (json!({ "address": null, "prefix": "2001:db8::/64" }), json!("2001:db8::"), json!("2001:db8::/64")),
    ] {
        let read = decoded(&Ip, &found);
        assert_eq!((&read["address"], &read["prefix"]), (&address, &prefix), "{found}");
    }
    assert_eq!(decoded(&Ip, &json!({ "address": 1 })), json!({ "address": 1 }));
}
