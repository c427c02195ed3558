//! Options of Elastic Metal servers.

use serde_json::json;

use super::{is_same, without_nulls};

#[test]
fn an_option_without_an_end_is_accepted_with_any_end() {
    let live = json!({ "id": "one", "expires_at": "2026-01-01T00:00:00.000000Z" });
    assert!(is_same(&json!({ "id": "one" }), &live));
    assert!(is_same(&json!({ "id": "one", "expires_at": "2026-01-01T01:00:00+01:00" }), &live));
    assert!(!is_same(&json!({ "id": "one", "expires_at": "2027-01-01T00:00:00Z" }), &live));
    assert!(!is_same(&json!({ "id": "two" }), &live));
}

#[test]
fn unset_inputs_of_an_installation_are_not_sent() {
    assert_eq!(without_nulls(json!({ "os_id": "a", "user": null })), json!({ "os_id": "a" }));
}
