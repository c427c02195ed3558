//! Buckets in requests and responses, and the validation of lifecycle rules.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_single_condition_is_at_the_top_level_and_several_are_in_and() {
    let tag = |key: &str| json!({ "name": key, "value": "v" });
    for (conditions, wire) in [
        (json!({}), json!({})),
        (json!({ "prefix": "a/" }), json!({ "prefix": "a/" })),
        (json!({ "tags": [tag("k")] }), json!({ "tag": tag("k") })),
        (json!({ "tags": [tag("k"), tag("l")] }), json!({ "and": { "tags": [tag("k"), tag("l")] } })),
        (
            json!({ "prefix": "a/", "object_size_less_than": 5 }),
            json!({ "and": { "prefix": "a/", "object_size_less_than": 5 } }),
        ),
    ] {
        let rules = |filter: &Json| json!({ "lifecycle_rules": [{ "id": "r", "filter": filter }] });
        assert_eq!(encoded(&Bucket, &rules(&conditions)), rules(&wire));
        assert_eq!(decoded(&Bucket, &rules(&wire)), rules(&conditions));
    }
}

#[test]
fn an_empty_condition_is_omitted_and_an_older_prefix_is_a_condition() {
    let empty = json!({ "lifecycle_rules": [{ "id": "r", "filter": { "prefix": "", "tags": [] } }] });
    assert_eq!(encoded(&Bucket, &empty), json!({ "lifecycle_rules": [{ "id": "r", "filter": {} }] }));
    let older = json!({ "lifecycle_rules": [{ "id": "r", "prefix": "a/" }] });
    assert_eq!(decoded(&Bucket, &older), json!({ "lifecycle_rules": [{ "id": "r", "filter": { "prefix": "a/" } }] }));
}

#[test]
fn a_rule_without_an_id_gets_a_unique_and_stable_one() {
    let rules = json!({ "lifecycle_rules": [{}, { "id": "rule-1" }, { "id": "" }] });
    let once = encoded(&Bucket, &rules);
    let names: Vec<&Json> = once["lifecycle_rules"].as_array().into_iter().flatten().map(|rule| &rule["id"]).collect();
    assert_eq!(names, ["rule-1x", "rule-1", "rule-3"]);
    assert_eq!(encoded(&Bucket, &rules), once);
}

#[test]
fn unexpected_json_is_unchanged() {
    for unexpected in [json!({ "lifecycle_rules": 7 }), json!({ "lifecycle_rules": [null, 7, "rule"] })] {
        assert_eq!(encoded(&Bucket, &unexpected), unexpected);
        assert_eq!(decoded(&Bucket, &unexpected), unexpected);
    }
    decoded(&Bucket, &json!({ "lifecycle_rules": [{ "filter": { "and": 7, "tag": 7 }, "expiration": 7 }] }));
}

#[test]
fn the_parts_of_a_lifecycle_rule_are_validated() {
    let failed = |inputs: &Json| {
        let mut failures = Vec::new();
        let inputs = Value::from(inputs.clone()).as_object().cloned().unwrap_or_default();
        Bucket.check(&Object::new(), &inputs, &mut failures);
        failures.into_iter().map(|failure| failure.path.to_string()).collect::<Vec<_>>()
    };
    let sizes = json!({ "objectSizeGreaterThan": 5, "objectSizeLessThan": 5 });
    assert_eq!(failed(&json!({ "lifecycleRules": [sizes] })), ["lifecycleRules[0].objectSizeGreaterThan"]);
    let rule = json!({ "id": "a", "expiration": { "days": 1 } });
    assert_eq!(failed(&json!({ "lifecycleRules": [rule, rule] })), ["lifecycleRules[1].id"]);
    let locked = json!({ "versioning": { "enabled": false }, "objectLockEnabled": true });
    assert_eq!(failed(&locked), ["versioning.enabled"]);
}
