//! Error bodies in their minimal forms. The recorded ones are read by `tests/wire/errors.rs`.
#![allow(clippy::unwrap_used)]

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::*;

fn error(method: &Method, status: u16, body: &[u8]) -> ApiError {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("r1"));
    ApiError::from_answer("Operation", method, StatusCode::from_u16(status).unwrap(), &headers, body)
}

/// An error answer is of this kind and reads like this, with this advice.
fn check(status: u16, body: &Value, kind: Kind, text: &str, help: Option<&str>) {
    let error = error(&Method::GET, status, body.to_string().as_bytes());
    assert_eq!(error.kind(), kind, "{body}");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.help().as_deref(), help, "{body}");
    assert_eq!(error.status(), status);
}

#[test]
fn invalid_arguments_are_all_named() {
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
        "Scaleway found the request invalid: invalid argument(s), data: - invalid: Invalid type., name: required \
         (invalid_arguments, request r1)",
        None,
    );
}

#[test]
fn missing_objects_are_named() {
    check(
        404,
        &json!({"type": "not_found", "message": "resource is not found", "resource": "instance", "resource_id": "i1"}),
        Kind::NotFound,
        "Scaleway does not know it: resource is not found (not_found, instance i1, request r1)",
        None,
    );
    check(
        404,
        &json!({"type": "not_found", "message": "resource is not found", "resource": "unknown", "resource_id": ""}),
        Kind::NotFound,
        "Scaleway does not know it: resource is not found (not_found, request r1)",
        None,
    );
}

#[test]
fn the_status_decides_where_the_type_is_missing() {
    check(
        404,
        &json!({"message": "Namespace was not found"}),
        Kind::NotFound,
        "Scaleway does not know it: Namespace was not found (HTTP 404, request r1)",
        None,
    );
    check(
        409,
        &json!({"message": "another update is running"}),
        Kind::Busy,
        "Scaleway cannot do it now: another update is running (HTTP 409, request r1)",
        None,
    );
}

#[test]
fn a_passing_state_is_named() {
    check(
        409,
        &json!({
            "type": "transient_state", "message": "resource is in a transient state",
            "resource": "group", "resource_id": "g1", "current_state": "updating",
        }),
        Kind::Busy,
        "Scaleway cannot do it now: resource is in a transient state (transient_state, group g1 is updating, \
         request r1)",
        Some("Try again once the change under way has ended."),
    );
}

#[test]
fn preconditions_differ() {
    let protected = json!({
        "type": "precondition_failed", "message": "precondition is not respected",
        "precondition": "protected_resource", "help_message": "cannot delete a protected secret",
    });
    check(
        412,
        &protected,
        Kind::Conflict,
        "Scaleway refused it: precondition is not respected (precondition_failed, protected_resource, request r1)",
        Some("Cannot delete a protected secret."),
    );
    let used = json!({"type": "precondition_failed", "precondition": "resource_still_in_use"});
    check(
        412,
        &used,
        Kind::Busy,
        "Scaleway cannot do it now (precondition_failed, resource_still_in_use, request r1)",
        Some("Remove what still uses it first."),
    );
    let error = error(&Method::DELETE, 412, used.to_string().as_bytes());
    assert_eq!(error.precondition(), Some("resource_still_in_use"));
}

#[test]
fn missing_rights_are_listed() {
    check(
        403,
        &json!({
            "type": "permissions_denied", "message": "insufficient permissions",
            "details": [{"resource": "registry_namespace", "action": "write"}],
        }),
        Kind::Denied,
        "Scaleway refused it: insufficient permissions, write registry_namespace (permissions_denied, request r1)",
        Some("The API key needs a policy that allows: write registry_namespace."),
    );
}

#[test]
fn quotas_are_counted() {
    check(
        403,
        &json!({
            "type": "quotas_exceeded", "message": "quota exceeded",
            "details": [{"resource": "rdb_instances", "quota": 5, "current": 5}],
        }),
        Kind::Quota,
        "Scaleway has none left to give: quota exceeded, rdb_instances 5 of 5 in use (quotas_exceeded, request r1)",
        Some("Delete what is no longer needed, or ask Scaleway's support for a higher quota."),
    );
}

#[test]
fn types_and_statuses_have_their_kinds() {
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
        (400, "a type nobody has seen", Kind::Invalid),
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
fn a_server_that_fails_leaves_a_write_in_doubt() {
    assert!(error(&Method::POST, 502, b"").maybe_done());
    assert!(error(&Method::DELETE, 500, b"").maybe_done());
    assert!(!error(&Method::GET, 502, b"").maybe_done());
    assert!(!error(&Method::POST, 429, b"").maybe_done());
    assert!(!error(&Method::POST, 409, b"").maybe_done());
}

#[test]
fn any_body_will_do() {
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
        assert_eq!(error.to_string(), "Scaleway failed to answer properly (HTTP 502, request r1)");
    }
}

#[test]
fn foreign_text_stays_on_one_short_line() {
    let body = json!({"message": format!("first\r\nsecond\u{1b}[31m {}", "é".repeat(5000))});
    let text = error(&Method::GET, 400, body.to_string().as_bytes()).to_string();
    assert!(text.contains("first second [31m é"), "{text}");
    assert!(!text.contains(char::is_control), "{text}");
    assert!(text.chars().count() < 1200, "{}", text.len());
}
