//! Tests of flexible IPs.

use serde_json::json;

use super::Ip;
use crate::special::decoded;

#[test]
fn the_address_shows_its_family() {
    let of = |address: &str| decoded(&Ip, &json!({ "ip_address": address }))["is_ipv6"].clone();
    assert_eq!(of("195.154.148.225"), json!(false));
    assert_eq!(of("2001:bc8:702:6b7::/64"), json!(true));
    assert_eq!(decoded(&Ip, &json!({ "ip_address": null })), json!({ "ip_address": null }));
}
