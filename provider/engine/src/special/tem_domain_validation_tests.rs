//! Final statuses of domains, and the error after the timeout.

use super::*;

#[test]
fn checks_end_with_a_final_status() {
    for (status, passes) in [
        ("pending", true),
        ("unchecked", true),
        ("autoconfiguring", true),
        ("checked", false),
        ("invalid", false),
        ("revoked", false),
    ] {
        assert_eq!(is_passing(status), passes, "{status}");
    }
}

#[test]
fn error_after_the_timeout_contains_the_status() {
    let error = over("unchecked", Duration::from_mins(1));
    assert!(error.to_string().contains("60 s (`unchecked`)") && error.has_hint(), "{error}");
}
