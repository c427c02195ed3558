//! ACLs of frontends, as resources and as a list of a frontend in requests and responses.

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

proptest! {
    #[test]
    fn acls_are_returned_in_their_order(names in prop::collection::vec("[a-z]{1,8}", 0..5)) {
        let given: Vec<Json> = names.iter().map(|name| json!({ "name": name })).collect();
        let mut sent = encoded(&Acl, &json!({ "acls": given }));
        sent["acls"].as_array_mut().expect("a list").reverse();
        let read = decoded(&Acl, &sent);
        let read: Vec<&str> = read["acls"].as_array().expect("a list").iter().filter_map(|acl| acl["name"].as_str()).collect();
        prop_assert_eq!(read, names);
    }
}

#[test]
fn a_match_without_source_addresses_matches_all_of_them() {
    let sent = encoded(&Acl, &json!({ "match": { "invert": true } }));
    assert_eq!(sent["match"]["ip_subnet"], json!(["0.0.0.0/0"]));
    let edge = encoded(&Acl, &json!({ "match": { "ips_edge_services": true } }));
    assert_eq!(edge["match"]["ip_subnet"], json!(["0.0.0.0/0"]));
    let sorted = encoded(&Acl, &json!({ "match": { "ip_subnet": ["b", "a"] } }));
    assert_eq!(sorted["match"]["ip_subnet"], json!(["a", "b"]));
    assert_eq!(encoded(&Acl, &json!({ "acls": [{}] })), json!({ "acls": [{ "index": 1, "name": "acl-1" }] }));
}

#[test]
fn unexpected_json_is_ignored() {
    for unexpected in [json!({ "match": 1, "acls": [1] }), json!({ "acls": "a" })] {
        assert_eq!(encoded(&Acl, &unexpected), unexpected);
        assert_eq!(decoded(&Acl, &unexpected), unexpected);
    }
}
