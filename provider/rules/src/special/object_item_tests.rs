//! Objects in requests and responses, and their validation.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_key_is_sent_with_its_checksum() {
    let expected = json!({ "sse_customer_key": "0123456789abcdef0123456789abcdef" });
    let sent = json!({
        "sse_customer_algorithm": "AES256",
        "sse_customer_key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "sse_customer_key_md5": "hRasmdxgYDKV3nvbahU1MA==",
    });
    assert_eq!(encoded(&Item, &expected), sent);
    assert_eq!(encoded(&Item, &json!({ "sse_customer_key": "", "acl": "private" })), json!({ "acl": "private" }));
}

#[test]
fn an_object_is_public_if_all_users_have_a_grant() {
    let all =
        json!([{ "grantee": { "uri": "http://acs.amazonaws.com/groups/global/AllUsers" }, "permission": "READ" }]);
    assert_eq!(decoded(&Item, &json!({ "grants": all })), json!({ "visibility": "public-read" }));
    assert_eq!(
        decoded(&Item, &json!({ "grants": [{ "grantee": { "id": "a:a" } }, 7] })),
        json!({ "visibility": "private" })
    );
}

#[test]
fn content_and_key_are_validated() {
    let failed = |inputs: Object| {
        let mut failures = Vec::new();
        Item.check(&Object::new(), &inputs, &mut failures);
        failures.into_iter().map(|failure| failure.path.to_string()).collect::<Vec<_>>()
    };
    for (name, value, is_valid) in [
        ("contentBase64", "aGVsbG8=", true),
        ("contentBase64", "hello!", false),
        ("key", "reports/2026.pdf", true),
        ("key", "a/../b", false),
        ("key", "./a", false),
    ] {
        assert_eq!(failed(Object::new().with(name, value)).is_empty(), is_valid, "{name} {value}");
    }
}

#[test]
fn an_unreadable_object_has_a_hint_about_its_key() {
    let advised = |expected: &serde_json::Value, kind| {
        let expected = expected.as_object().cloned().unwrap_or_default();
        Item.advise(&expected, Error::new(kind, "failed")).to_string()
    };
    let with_key = advised(&json!({ "sse_customer_key": "k" }), ErrorKind::Invalid);
    assert!(with_key.contains("another key"), "{with_key}");
    let without_key = advised(&json!({}), ErrorKind::Invalid);
    assert!(without_key.contains("cannot be imported"), "{without_key}");
    assert_eq!(advised(&json!({}), ErrorKind::Denied), "failed");
}
