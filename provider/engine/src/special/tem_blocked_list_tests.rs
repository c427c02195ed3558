//! Requests that block an address.

use super::*;

#[test]
fn one_address_is_blocked() {
    let wanted = json!({ "domain_id": "a", "email": "ada@example.org", "type": "mailbox_full", "reason": "complaint" });
    let sent = body(wanted.as_object().expect("it is an object"));
    assert_eq!(
        sent,
        json!({ "domain_id": "a", "emails": ["ada@example.org"], "type": "mailbox_full", "reason": "complaint" })
    );
}
