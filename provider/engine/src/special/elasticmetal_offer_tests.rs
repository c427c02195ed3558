//! The stock of offers of Elastic Metal.

use serde_json::json;

use super::is_available;

#[test]
fn an_offer_is_available_if_it_is_enabled_and_in_stock() {
    assert!(is_available(&json!({ "enable": true, "stock": "low" })));
    assert!(!is_available(&json!({ "enable": false, "stock": "available" })));
    assert!(!is_available(&json!({ "enable": true, "stock": "empty" })));
}
