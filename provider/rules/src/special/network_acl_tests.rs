//! Rules of network ACLs: validation, and the marker of the API.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn only_rules_of_clients_are_kept_without_the_marker() {
    let answer = json!({ "rules": [
        { "description": "(Rule scope: internal) metadata" },
        { "description": "(Rule scope: client) web" },
        { "description": "mine (Rule scope: none)" },
        { "description": null },
        7,
    ] });
    let left = json!({ "rules": [
        { "description": "web" },
        { "description": "mine (Rule scope: none)" },
        { "description": null },
        7,
    ] });
    assert_eq!(decoded(&Acl, &answer), left);
    assert_eq!(encoded(&Acl, &answer), answer);
}

#[test]
fn unknown_values_satisfy_every_rule() {
    let unknown: Object = ["action", "source", "destination", "srcPortHigh", "dstPortLow"]
        .into_iter()
        .map(|name| (name.to_owned(), Value::UNKNOWN))
        .collect();
    let mut failures = Vec::new();
    check_rule(&unknown, None, &Path::root("rules").index(0), &mut failures);
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn each_part_of_a_rule_is_checked_with_its_path() {
    let rule = |json: serde_json::Value| Value::from(json).as_object().cloned().unwrap_or_default();
    let good = json!({ "action": "drop", "source": "10.0.0.0/8", "destination": "10.0.0.1", "dstPortLow": 1, "dstPortHigh": 1 });
    for (change, is_ipv6, wrong) in [
        (json!({}), false, vec![]),
        (json!({ "action": null, "source": null, "destination": "" }), false, vec![]),
        (json!({ "dstPortLow": 500, "dstPortHigh": 400 }), false, vec!["r.dstPortHigh"]),
        (json!({ "srcPortLow": 500 }), false, vec!["r.srcPortHigh"]),
        (json!({}), true, vec!["r.source", "r.destination"]),
        (json!({ "source": "::/0", "destination": "fd00::1" }), true, vec![]),
        (json!({ "source": "::/0" }), false, vec!["r.source"]),
    ] {
        let mut given = good.clone();
        for (name, value) in change.as_object().into_iter().flatten() {
            given[name] = value.clone();
        }
        let mut failures = Vec::new();
        check_rule(&rule(given), Some(is_ipv6), &Path::root("r"), &mut failures);
        let paths: Vec<String> = failures.iter().map(|failure| failure.path.to_string()).collect();
        assert_eq!(paths, wrong, "{change}");
    }
}
