//! Recipients of notifications.

use serde_json::json;

use super::*;
use crate::special::decoded;

#[test]
fn recipients_belong_to_the_property_of_their_type() {
    for (kind, field) in [("email", "email_addresses"), ("sms", "sms_phone_numbers"), ("webhook", "webhook_urls")] {
        let read = decoded(&Notification, &json!({ "type": kind, "recipients": ["a"] }));
        assert_eq!(read, json!({ "type": kind, field: ["a"] }));
    }
}

#[test]
fn unknown_type_has_no_property() {
    let answer = json!({ "type": "unknown_type", "recipients": ["a"] });
    assert_eq!(decoded(&Notification, &answer), answer);
    assert_eq!(decoded(&Notification, &json!({ "type": "email" })), json!({ "type": "email" }));
}
