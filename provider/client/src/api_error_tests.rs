//! Minimal error bodies. `tests/wire/errors.rs` tests the recorded ones.
#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::*;

fn error(method: &Method, status: u16, body: &[u8]) -> ApiError {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("r1"));
    ApiError::from_response("Operation", method, StatusCode::from_u16(status).unwrap(), &headers, body)
}

/// Checks the kind, the message and the hint of an error response.
fn check(status: u16, body: &Value, kind: Kind, text: &str, help: Option<&str>) {
    let error = error(&Method::GET, status, body.to_string().as_bytes());
    assert_eq!(error.kind(), kind, "{body}");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.help().as_deref(), help, "{body}");
    assert_eq!(error.status(), status);
}

#[test]
fn the_message_contains_all_invalid_arguments() {
    check(
        400,
        &json!({
            "type": "invalid_arguments", "message": "invalid argument(s)",
            "details": [
                {"argument_name": "data", "reason": "format", "help_message": "- invalid: Invalid type.\n"},
                {"argument_name": "name", "reason": "required"},
            ],
        }),
        Kind::Invalid,
        "invalid request: invalid argument(s), data: - invalid: Invalid type., name: required \
         (invalid_arguments, request r1)",
        None,
    );
}

#[test]
fn the_message_contains_the_missing_object() {
    check(
        404,
        &json!({"type": "not_found", "message": "resource is not found", "resource": "instance", "resource_id": "i1"}),
        Kind::NotFound,
        "not found: resource is not found (not_found, instance i1, request r1)",
        None,
    );
    check(
        404,
        &json!({"type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": ""}),
        Kind::NotFound,
        "not found: resource is not found (not_found, request r1)",
        None,
    );
}

#[test]
fn the_status_decides_if_the_type_is_missing() {
    check(
        404,
        &json!({"message": "Namespace was not found"}),
        Kind::NotFound,
        "not found: Namespace was not found (HTTP 404, request r1)",
        None,
    );
    check(
        409,
        &json!({"message": "another update is running"}),
        Kind::Busy,
        "the resource is busy: another update is running (HTTP 409, request r1)",
        None,
    );
}

#[test]
fn the_message_contains_a_transient_state() {
    check(
        409,
        &json!({
            "type": "transient_state", "message": "resource is in a transient state",
            "resource": "group", "resource_id": "g1", "current_state": "updating",
        }),
        Kind::Busy,
        "the resource is busy: resource is in a transient state (transient_state, group g1 is updating, \
         request r1)",
        Some("Try again when the operation in progress has ended."),
    );
}

#[test]
fn the_precondition_decides_between_conflict_and_in_use() {
    let protected = json!({
        "type": "precondition_failed", "message": "precondition is not respected",
        "precondition": "protected_resource", "help_message": "cannot delete a protected secret",
    });
    check(
        412,
        &protected,
        Kind::Conflict,
        "conflict: precondition is not respected (precondition_failed, protected_resource, request r1)",
        Some("Cannot delete a protected secret."),
    );
    let used = json!({"type": "precondition_failed", "precondition": "resource_still_in_use"});
    check(
        412,
        &used,
        Kind::Busy,
        "the resource is in use (precondition_failed, resource_still_in_use, request r1)",
        Some("Delete the resources that use it first."),
    );
    let error = error(&Method::DELETE, 412, used.to_string().as_bytes());
    assert_eq!(error.precondition(), Some("resource_still_in_use"));
}

#[test]
fn the_hint_lists_missing_permissions() {
    check(
        403,
        &json!({
            "type": "permissions_denied", "message": "insufficient permissions",
            "details": [{"resource": "registry_namespace", "action": "write"}],
        }),
        Kind::Denied,
        "permission denied: insufficient permissions, write registry_namespace (permissions_denied, request r1)",
        Some("Add a policy to the API key that allows: write registry_namespace."),
    );
}

#[test]
fn the_message_contains_quota_and_usage() {
    check(
        403,
        &json!({
            "type": "quotas_exceeded", "message": "quota exceeded",
            "details": [{"resource": "rdb_instances", "quota": 5, "current": 5}],
        }),
        Kind::Quota,
        "quota exceeded: rdb_instances 5 of 5 in use (quotas_exceeded, request r1)",
        Some("Delete unused resources, or request a higher quota from Scaleway's support."),
    );
}

#[test]
fn type_and_status_decide_the_kind() {
    let kind = |status, error_type: &str| {
        let body = if error_type.is_empty() { Value::Null } else { json!({ "type": error_type }) };
        error(&Method::GET, status, body.to_string().as_bytes()).kind()
    };
    for (status, error_type, expected) in [
        (401, "denied_authentication", Kind::Unauthenticated),
        (403, "denied_authentication", Kind::Unauthenticated),
        (409, "already_exists", Kind::Conflict),
        (410, "resource_expired", Kind::NotFound),
        (412, "", Kind::Conflict),
        (423, "locked", Kind::Conflict),
        (429, "", Kind::Throttled),
        (429, "too_many_requests", Kind::Throttled),
        (503, "out_of_stock", Kind::Quota),
        (401, "", Kind::Unauthenticated),
        (403, "", Kind::Denied),
        (400, "an unknown type", Kind::Invalid),
        (422, "", Kind::Invalid),
        (302, "", Kind::Broken),
        (500, "", Kind::Broken),
        (599, "", Kind::Broken),
        (999, "", Kind::Broken),
    ] {
        assert_eq!(kind(status, error_type), expected, "{status} {error_type}");
    }
}

#[test]
fn a_write_with_a_server_error_has_an_unknown_outcome() {
    assert!(error(&Method::POST, 502, b"").is_ambiguous());
    assert!(error(&Method::DELETE, 500, b"").is_ambiguous());
    assert!(!error(&Method::GET, 502, b"").is_ambiguous());
    assert!(!error(&Method::POST, 429, b"").is_ambiguous());
    assert!(!error(&Method::POST, 409, b"").is_ambiguous());
}

#[test]
fn any_body_is_accepted() {
    for body in [
        &b""[..],
        b"<html>502 Bad Gateway</html>",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"42",
        b"\"text\"",
        br#"{"message": 7, "type": [], "details": {}}"#,
        br#"{"details": [null, 3, {"quota": "many", "reason": null}]}"#,
    ] {
        let error = error(&Method::GET, 502, body);
        assert_eq!(error.kind(), Kind::Broken);
        assert_eq!(error.to_string(), "server error (HTTP 502, request r1)");
    }
}

#[test]
fn a_message_of_the_api_is_limited_to_one_short_line() {
    let body = json!({"message": format!("first\r\nsecond\u{1b}[31m {}", "é".repeat(5000))});
    let text = error(&Method::GET, 400, body.to_string().as_bytes()).to_string();
    assert!(text.contains("first second [31m é"), "{text}");
    assert!(!text.contains(char::is_control), "{text}");
    assert!(text.chars().count() < 1200, "{}", text.len());
}
