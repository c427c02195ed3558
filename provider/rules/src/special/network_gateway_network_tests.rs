//! Gateway networks in requests and responses.

use proptest::prelude::*;
use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn a_config_is_returned_unchanged(push in any::<bool>(), id in "[0-9a-f]{8}") {
        let given = json!({ "ipam_configs": [{ "push_default_route": push, "ipam_ip_id": id }] });
        let sent = encoded(&GatewayNetwork, &given);
        prop_assert_eq!(&sent, &json!({ "push_default_route": push, "ipam_ip_id": id }));
        let back = decoded(&GatewayNetwork, &sent);
        prop_assert_eq!(&back["ipam_configs"], &given["ipam_configs"]);
    }
}

#[test]
fn unexpected_json_is_ignored() {
    for unexpected in [json!({ "ipam_configs": "a" }), json!({ "ipam_configs": [1] }), json!({ "ipam_configs": [] })] {
        assert_eq!(encoded(&GatewayNetwork, &unexpected), json!({}));
    }
    assert_eq!(decoded(&GatewayNetwork, &json!({})), json!({}));
}
