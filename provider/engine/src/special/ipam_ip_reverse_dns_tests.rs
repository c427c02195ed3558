//! Addresses in requests.

use super::*;
use serde_json::json;

#[test]
fn addresses_are_those_of_the_list() {
    let fields =
        json!({ "reverses": [{ "hostname": "a.example.org", "address": "2001:bc8::1" }, { "hostname": "b" }] });
    let fields = fields.as_object().cloned().unwrap_or_default();
    assert_eq!(addresses(&fields), ["2001:bc8::1"]);
    assert!(addresses(&rules::wire::Wire::new()).is_empty());
}
