//! Attachments of private networks to load balancers in requests and responses.

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn an_address_is_returned_unchanged(id in "[0-9a-f]{8}") {
        let sent = encoded(&PrivateNetwork, &json!({ "ipam_ids": id }));
        prop_assert_eq!(&sent, &json!({ "ipam_ids": [id] }));
        prop_assert_eq!(decoded(&PrivateNetwork, &sent), json!({ "ipam_ids": id }));
    }
}

#[test]
fn unexpected_json_is_ignored() {
    assert_eq!(encoded(&PrivateNetwork, &json!({ "ipam_ids": 1 })), json!({ "ipam_ids": 1 }));
    assert_eq!(decoded(&PrivateNetwork, &json!({ "ipam_ids": [] })), json!({ "ipam_ids": null }));
}
