//! Alerts and contact points of the alert manager.

use super::super::decoded;
use super::*;

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
    assert_eq!(decoded(&AlertManager, &answer), json!({ "preconfigured_alert_ids": ["a", "c"] }));
}

#[test]
fn contact_points_without_an_address_are_omitted() {
    let point = json!({ "email": { "to": "a@example.org" }, "send_resolved_notifications": true });
    let answer = json!({ "contact_points": [point, { "email": null }, 7, { "email": { "to": 7 } }] });
    assert_eq!(decoded(&AlertManager, &answer), json!({ "contact_points": [point] }));
}

#[test]
fn unexpected_json_is_ignored() {
    let answer = json!({ "alerts": [null, {}, { "rule_status": "enabled" }, { "rule_status": 7 }] });
    assert_eq!(decoded(&AlertManager, &answer), json!({ "preconfigured_alert_ids": [] }));
    assert_eq!(
        decoded(&AlertManager, &json!({ "alerts": {}, "contact_points": "none" })),
        json!({ "contact_points": "none" })
    );
}

#[test]
fn only_named_alerts_belong_to_the_resource_unless_all_are_enabled() {
    let answers = json!({ "alerts": [alert("a", "enabled"), alert("b", "enabled"), alert("c", "disabled")] });
    let object = |json: Json| Value::from(json).as_object().cloned().unwrap_or_default();
    for (inputs, shown) in [
        (json!({}), json!({})),
        (json!({ "preconfiguredAlertIds": ["b", "c"] }), json!({ "preconfiguredAlertIds": ["b"] })),
        (json!({ "enableManagedAlerts": true }), json!({ "preconfiguredAlertIds": ["a", "b"] })),
    ] {
        let mut state = object(json!({ "preconfiguredAlertIds": ["a", "b"] }));
        let Json::Object(answers) = answers.clone() else { continue };
        AlertManager.adjust_state(&object(inputs), &answers, &mut state);
        assert_eq!(state, object(shown));
    }
}
