//! Options of web hosting plans.

use serde_json::json;

use super::super::encoded;
use super::Hosting;

#[test]
fn each_option_has_a_quantity() {
    let wire = encoded(&Hosting, &json!({ "offer_options": ["a", "b"] }));
    assert_eq!(wire, json!({ "offer_options": [{ "id": "a", "quantity": 1 }, { "id": "b", "quantity": 1 }] }));
    assert_eq!(encoded(&Hosting, &json!({ "tags": [] })), json!({ "tags": [] }));
}
