//! Private networks of dedicated servers.

use serde_json::json;

use super::networks;

#[test]
fn a_private_network_without_addresses_has_an_empty_list() {
    let list = json!([{ "private_network_id": "a" }, { "private_network_id": "b", "ipam_ip_ids": ["c"] }]);
    assert_eq!(networks(Some(&list)), [("a".to_owned(), json!([])), ("b".to_owned(), json!(["c"]))]);
    assert_eq!(networks(None), []);
}
