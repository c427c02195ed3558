//! Images of Instances in requests and responses.

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn volumes_are_returned_in_their_order(ids in prop::collection::vec("[a-z]{1,8}", 0..20)) {
        let sent = encoded(&Image, &json!({ EXTRA: ids }));
        prop_assert_eq!(&decoded(&Image, &sent)[EXTRA], &json!(ids));
    }
}

#[test]
fn volumes_are_numbered_from_one_and_the_root_volume_is_a_list() {
    let sent = encoded(&Image, &json!({ EXTRA: ["a", "b"] }));
    assert_eq!(sent, json!({ EXTRA: { "1": { "id": "a" }, "2": { "id": "b" } } }));
    let read =
        decoded(&Image, &json!({ "root_volume": { "id": "r" }, EXTRA: { "10": { "id": "b" }, "2": { "id": "a" } } }));
    assert_eq!(read["root_volumes"], json!([{ "id": "r" }]));
    assert_eq!(read["additional_volumes"], json!([{ "id": "a" }, { "id": "b" }]));
}

#[test]
fn unexpected_json_is_ignored() {
    for unexpected in [json!({ "root_volume": 1, EXTRA: 1 }), json!({ EXTRA: "a" })] {
        assert_eq!(encoded(&Image, &unexpected), unexpected);
        assert_eq!(decoded(&Image, &unexpected), unexpected);
    }
}
