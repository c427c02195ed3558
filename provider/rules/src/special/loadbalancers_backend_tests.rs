//! Backends of load balancers in requests and responses.

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn a_health_check_is_returned_unchanged(port in 1u16.., uri in "/[a-z]{0,8}") {
        let given = json!({ "forward_port": 80, "health_check": { "port": port, "http_config": { "uri": uri } } });
        let sent = encoded(&Backend, &given);
        prop_assert_eq!(&sent, &given);
        prop_assert_eq!(&decoded(&Backend, &sent), &given);
    }
}

#[test]
fn the_health_check_follows_the_forward_port_and_uses_tcp() {
    let sent = encoded(&Backend, &json!({ "forward_port": 443, "health_check": { "http_config": null } }));
    assert_eq!(sent["health_check"], json!({ "port": 443, "http_config": null, "tcp_config": {} }));
    assert_eq!(encoded(&Backend, &json!({})), json!({}));
    assert_eq!(decoded(&Backend, &json!({ "health_check": { "a": null } })), json!({ "health_check": {} }));
    assert_eq!(decoded(&Backend, &json!({ "health_check": 1 })), json!({ "health_check": 1 }));
}
