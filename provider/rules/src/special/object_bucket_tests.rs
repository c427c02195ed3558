//! Buckets in requests and responses, and the validation of lifecycle rules.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn versioning_and_lock_are_strings_in_requests() {
    let on = json!({ "versioning": { "enabled": true }, "object_lock_enabled": true });
    assert_eq!(encoded(&Bucket, &on), json!({ "status": "Enabled", "object_lock_enabled": true }));
    let off = json!({ "versioning": { "enabled": false }, "object_lock_enabled": false });
    assert_eq!(encoded(&Bucket, &off), json!({ "status": "Suspended" }));
    assert_eq!(
        encoded(&Bucket, &json!({ "versioning": {}, "lifecycle_rules": null })),
        json!({ "lifecycle_rules": null })
    );
    let answered = decoded(&Bucket, &json!({ "status": "Enabled", "object_lock_enabled": "Enabled", "tags": [{}] }));
    let nothing = json!([]);
    assert_eq!((&answered["versioning"], &answered["object_lock_enabled"]), (&on["versioning"], &json!(true)));
    assert_eq!((&answered["tags"], &answered["cors_rules"]), (&json!([{}]), &nothing));
    assert_eq!(decoded(&Bucket, &json!({ "status": "" }))["versioning"], off["versioning"]);
    assert_eq!(decoded(&Bucket, &json!({})), json!({}));
}

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
fn a_date_is_sent_as_midnight() {
    let steps = |day: &str| {
        json!({ "lifecycle_rules": [{
            "id": "r", "filter": {}, "expiration": { "date": day }, "transitions": [{ "date": day }, { "days": 1 }]
        }] })
    };
    assert_eq!(encoded(&Bucket, &steps("2027-01-31")), steps("2027-01-31T00:00:00Z"));
    let shown = |day: &str| {
        let mut rules = steps(day);
        rules["lifecycle_rules"][0]["expiration"]["expired_object_delete_marker"] = json!(false);
        rules
    };
    assert_eq!(decoded(&Bucket, &steps("2027-01-31T00:00:00Z")), shown("2027-01-31"));
    assert_eq!(decoded(&Bucket, &steps("2027-01-31T12:00:00Z")), shown("2027-01-31T12:00:00Z"));
}

#[test]
fn a_false_expired_object_delete_marker_is_not_sent() {
    let rules =
        |expiration: &Json| json!({ "lifecycle_rules": [{ "id": "r", "filter": {}, "expiration": expiration }] });
    for (given, sent) in [
        (json!({ "days": 1, "expired_object_delete_marker": false }), json!({ "days": 1 })),
        (
            json!({ "date": "2027-01-31T00:00:00Z", "expired_object_delete_marker": false }),
            json!({ "date": "2027-01-31T00:00:00Z" }),
        ),
        (json!({ "expired_object_delete_marker": true }), json!({ "expired_object_delete_marker": true })),
    ] {
        assert_eq!(encoded(&Bucket, &rules(&given)), rules(&sent));
    }
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
    decoded(
        &Bucket,
        &json!({ "status": [], "lifecycle_rules": [{ "filter": { "and": 7, "tag": 7 }, "expiration": 7 }] }),
    );
}
