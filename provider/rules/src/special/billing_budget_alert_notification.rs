//! Notifications of budget alerts: requests have a list for each type of recipients, responses one list and its type.
//!
//! A descriptor is not sufficient because another field determines which property the list of a response belongs to.

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct Notification;

impl Special for Notification {
    fn decode(&self, wire: &mut Wire) {
        let field = match wire.get("type").and_then(serde_json::Value::as_str) {
            Some("email") => "email_addresses",
            Some("sms") => "sms_phone_numbers",
            Some("webhook") => "webhook_urls",
            _ => return,
        };
        if let Some(recipients) = wire.remove("recipients") {
            wire.insert(field.to_owned(), recipients);
        }
    }
}

#[cfg(test)]
#[path = "billing_budget_alert_notification_tests.rs"]
mod tests;
