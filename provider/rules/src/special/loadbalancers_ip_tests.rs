//! Addresses of load balancers in requests and responses.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn the_version_comes_from_the_address() {
    assert_eq!(decoded(&Ip, &json!({ "ip_address": "2001:db8::1" }))["is_ipv6"], json!(true));
    assert_eq!(decoded(&Ip, &json!({ "ip_address": "192.0.2.1" }))["is_ipv6"], json!(false));
    assert_eq!(decoded(&Ip, &json!({ "ip_address": 1 })), json!({ "ip_address": 1 }));
    assert_eq!(encoded(&Ip, &json!({ "is_ipv6": true })), json!({ "is_ipv6": true }));
}
