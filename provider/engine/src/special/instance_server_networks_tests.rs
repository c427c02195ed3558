//! The elements of lists that have calls of their own.

use serde_json::json;

use super::*;

#[test]
fn elements_are_strings_or_fields_of_objects() {
    assert_eq!(strings(Some(&json!(["a", null, "b"])), None), ["a", "b"]);
    assert_eq!(strings(Some(&json!([{ "id": "a" }, {}])), Some("id")), ["a"]);
    assert!(strings(None, None).is_empty());
}
