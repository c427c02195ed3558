//! The alert manager of Cockpit: the enabled preconfigured alerts, from the list of all of them.
//!
//! An alert may be enabled although the program does not name it.

use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// Requests are unchanged: alerts and contact points have their own calls.
pub(super) fn encode(_wire: &mut Wire) {}

/// `alerts` becomes `preconfigured_alert_ids`: the rules of the alerts that are enabled or being enabled, sorted, because
/// the API's order varies. Contact points without an e-mail address are omitted.
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

/// The rules of the alerts in a response that are enabled or being enabled, sorted.
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
    fn enabled_alerts_are_returned_by_their_rules() {
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
    fn contact_points_without_an_address_are_omitted() {
        let point = json!({ "email": { "to": "a@example.org" }, "send_resolved_notifications": true });
        let answer = json!({ "contact_points": [point, { "email": null }, 7, { "email": { "to": 7 } }] });
        assert_eq!(decoded(&answer), json!({ "contact_points": [point] }));
    }

    #[test]
    fn unexpected_json_is_ignored() {
        let answer = json!({ "alerts": [null, {}, { "rule_status": "enabled" }, { "rule_status": 7 }] });
        assert_eq!(decoded(&answer), json!({ "preconfigured_alert_ids": [] }));
        assert_eq!(decoded(&json!({ "alerts": {}, "contact_points": "none" })), json!({ "contact_points": "none" }));
    }

    #[test]
    fn a_request_is_unchanged() {
        let request = json!({ "project_id": "p", "contact_points": [{ "email": { "to": "a@example.org" } }] });
        let mut wire = request.as_object().unwrap().clone();
        encode(&mut wire);
        assert_eq!(Json::Object(wire), request);
    }
}
