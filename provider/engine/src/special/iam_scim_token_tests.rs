//! Responses to creates of SCIM tokens.

use super::*;
use serde_json::json;

#[test]
fn token_contains_its_bearer_token() {
    let answer = json!({ "token": { "id": "a" }, "bearer_token": "b" });
    assert_eq!(flat(answer), json!({ "id": "a", "bearer_token": "b" }));
}

#[test]
fn response_without_a_token_has_no_id() {
    assert_eq!(flat(json!({ "bearer_token": "b" })), Json::Null);
}
