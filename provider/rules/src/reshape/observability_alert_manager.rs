//! The alert manager of Cockpit: which prepared alerts are on, out of the list of all of them.
//!
//! It does not know which of them the program asked for: an alert may be on for other reasons.

use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// Nothing of a request needs another shape: alerts and contact points have calls of their own.
pub(super) fn encode(_wire: &mut Wire) {}

/// `alerts` becomes `preconfigured_alert_ids`: the rules of those that are on or about to be, sorted, because the API
/// gives another order each time. Contact points without a mail address are left out.
pub(super) fn decode(wire: &mut Wire) {
    let rules = wire.get("alerts").is_some_and(Json::is_array).then(|| rules_that_are_on(wire));
    wire.remove("alerts");
    if let Some(rules) = rules {
        wire.insert("preconfigured_alert_ids".to_owned(), json!(rules));
    }
    if let Some(Json::Array(points)) = wire.get_mut("contact_points") {
        points.retain(|point| point.pointer("/email/to").is_some_and(Json::is_string));
    }
}

/// The rules of the alerts in an answer that are on or about to be, sorted.
pub fn rules_that_are_on(wire: &Wire) -> Vec<String> {
    let alerts = wire.get("alerts").and_then(Json::as_array).into_iter().flatten();
    let mut rules: Vec<String> = alerts.filter_map(rule_that_is_on).map(str::to_owned).collect();
    rules.sort_unstable();
    rules
}

fn rule_that_is_on(alert: &Json) -> Option<&str> {
    let status = alert.get("rule_status")?.as_str()?;
    if !matches!(status, "enabled" | "enabling") {
        return None;
    }
    alert.pointer("/preconfigured_data/preconfigured_rule_id")?.as_str()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::reshape::reshaped;

    fn decoded(json: &Json) -> Json {
        reshaped(decode, json)
    }

    fn alert(rule: &str, status: &str) -> Json {
        json!({ "preconfigured_data": { "preconfigured_rule_id": rule }, "rule_status": status })
    }

    #[test]
    fn alerts_that_are_on_or_about_to_be_are_told_by_their_rules() {
        let answer = json!({
            "alerts": [
                alert("c", "enabling"),
                alert("a", "enabled"),
                alert("b", "disabled"),
                alert("d", "disabling"),
            ],
        });
        assert_eq!(decoded(&answer), json!({ "preconfigured_alert_ids": ["a", "c"] }));
    }

    #[test]
    fn contact_points_without_an_address_are_left_out() {
        let point = json!({ "email": { "to": "a@example.org" }, "send_resolved_notifications": true });
        let answer = json!({ "contact_points": [point, { "email": null }, 7, { "email": { "to": 7 } }] });
        assert_eq!(decoded(&answer), json!({ "contact_points": [point] }));
    }

    #[test]
    fn what_is_not_understood_is_no_alert() {
        let answer = json!({ "alerts": [null, {}, { "rule_status": "enabled" }, { "rule_status": 7 }] });
        assert_eq!(decoded(&answer), json!({ "preconfigured_alert_ids": [] }));
        assert_eq!(decoded(&json!({ "alerts": {}, "contact_points": "none" })), json!({ "contact_points": "none" }));
    }

    #[test]
    fn a_request_stays_as_it_is() {
        let request = json!({ "project_id": "p", "contact_points": [{ "email": { "to": "a@example.org" } }] });
        let mut wire = request.as_object().unwrap().clone();
        encode(&mut wire);
        assert_eq!(Json::Object(wire), request);
    }
}
