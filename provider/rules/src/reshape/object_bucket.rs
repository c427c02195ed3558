//! Buckets: S3 represents versioning and object lock as strings, and several conditions of a lifecycle rule in another field
//! than a single one.

use serde_json::{Map, Value as Json, json};

use crate::wire::Wire;

/// The time of day of a date in requests: midnight UTC.
const MIDNIGHT: &str = "T00:00:00Z";

/// `versioning` (`{enabled}`) becomes `status`. A disabled object lock is not sent. Rules get ids, and their
/// conditions the form of S3.
pub(super) fn encode(wire: &mut Wire) {
    match wire.remove("versioning").as_ref().and_then(|versioning| versioning.get("enabled")).and_then(Json::as_bool) {
        Some(true) => drop(wire.insert("status".to_owned(), json!("Enabled"))),
        Some(false) => drop(wire.insert("status".to_owned(), json!("Suspended"))),
        None => {}
    }
    if wire.get("object_lock_enabled") != Some(&Json::Bool(true)) {
        wire.remove("object_lock_enabled");
    }
    let Some(Json::Array(rules)) = wire.get_mut("lifecycle_rules") else { return };
    let mut names: Vec<String> = rules.iter().filter_map(|rule| Some(rule.get("id")?.as_str()?.to_owned())).collect();
    for (index, rule) in rules.iter_mut().enumerate().filter_map(|(index, rule)| Some((index, rule.as_object_mut()?))) {
        if rule.get("id").and_then(Json::as_str).is_none_or(str::is_empty) {
            let name = free_name(&names, index + 1);
            rule.insert("id".to_owned(), json!(name));
            names.push(name);
        }
        let conditions = rule.remove("filter").and_then(|filter| filter.as_object().cloned()).unwrap_or_default();
        rule.insert("filter".to_owned(), Json::Object(filter(conditions)));
        days(rule, &|day| if day.contains('T') { day.to_owned() } else { format!("{day}{MIDNIGHT}") });
        without_marker(rule);
    }
}

/// `status` becomes `versioning`; absent locks, tags and rules are set to empty values after a read.
pub(super) fn decode(wire: &mut Wire) {
    let looked_at = wire.contains_key("owner") || wire.contains_key("status");
    if let Some(Json::String(status)) = wire.remove("status") {
        wire.insert("versioning".to_owned(), json!({ "enabled": status == "Enabled" }));
    }
    let locked = wire.remove("object_lock_enabled").is_some_and(|enabled| enabled == json!("Enabled"));
    if looked_at {
        wire.insert("object_lock_enabled".to_owned(), json!(locked));
        for list in ["tags", "cors_rules", "lifecycle_rules"] {
            wire.entry(list).or_insert_with(|| json!([]));
        }
    }
    let Some(Json::Array(rules)) = wire.get_mut("lifecycle_rules") else { return };
    for rule in rules.iter_mut().filter_map(Json::as_object_mut) {
        let mut conditions = Map::new();
        if let Some(Json::Object(filter)) = rule.remove("filter") {
            conditions = filter;
        }
        if let Some(Json::Object(and)) = conditions.remove("and") {
            conditions.extend(and);
        }
        if let Some(tag) = conditions.remove("tag") {
            conditions.insert("tags".to_owned(), json!([tag]));
        }
        // Older rules have the prefix outside of the filter.
        if let Some(prefix) = rule.remove("prefix") {
            conditions.entry("prefix").or_insert(prefix);
        }
        rule.insert("filter".to_owned(), Json::Object(conditions));
        with_marker(rule);
        days(rule, &|day| day.strip_suffix(MIDNIGHT).or(day.strip_suffix("T00:00:00.000Z")).unwrap_or(day).to_owned());
    }
}

/// Conditions in the form of S3: a single one at the top level, several in `and`; each tag is a condition.
fn filter(mut conditions: Map<String, Json>) -> Map<String, Json> {
    conditions.retain(|_, value| !matches!(value, Json::Null) && *value != json!([]) && *value != json!(""));
    let tags = conditions.get("tags").and_then(Json::as_array).map(Vec::len);
    match (conditions.len(), tags) {
        (1, Some(1)) => {
            let tag = conditions.remove("tags").and_then(|tags| tags.get(0).cloned()).unwrap_or_default();
            [("tag".to_owned(), tag)].into_iter().collect()
        }
        (0, _) | (1, None) => conditions,
        _ => [("and".to_owned(), Json::Object(conditions))].into_iter().collect(),
    }
}

/// Rewrites the dates in a rule.
fn days(rule: &mut Map<String, Json>, rewrite: &dyn Fn(&str) -> String) {
    let one = |step: &mut Json| {
        if let Some(Json::String(day)) = step.get_mut("date") {
            *day = rewrite(day);
        }
    };
    if let Some(expiration) = rule.get_mut("expiration") {
        one(expiration);
    }
    rule.get_mut("transitions").and_then(Json::as_array_mut).into_iter().flatten().for_each(one);
}

/// Removes a false `expired_object_delete_marker`: S3 rejects it together with `days` or `date`, and false is the default.
fn without_marker(rule: &mut Map<String, Json>) {
    if let Some(Json::Object(expiration)) = rule.get_mut("expiration")
        && expiration.get("expired_object_delete_marker") == Some(&Json::Bool(false))
    {
        expiration.remove("expired_object_delete_marker");
    }
}

/// Adds a false `expired_object_delete_marker` to `days` or `date`, because it is never sent.
fn with_marker(rule: &mut Map<String, Json>) {
    if let Some(Json::Object(expiration)) = rule.get_mut("expiration")
        && (expiration.contains_key("days") || expiration.contains_key("date"))
    {
        expiration.entry("expired_object_delete_marker").or_insert(Json::Bool(false));
    }
}

fn free_name(taken: &[String], number: usize) -> String {
    let mut name = format!("rule-{number}");
    while taken.contains(&name) {
        name.push('x');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    fn encoded(json: &Json) -> Json {
        reshaped(encode, json)
    }

    fn decoded(json: &Json) -> Json {
        reshaped(decode, json)
    }

    #[test]
    fn versioning_and_lock_are_strings_in_requests() {
        let on = json!({ "versioning": { "enabled": true }, "object_lock_enabled": true });
        assert_eq!(encoded(&on), json!({ "status": "Enabled", "object_lock_enabled": true }));
        let off = json!({ "versioning": { "enabled": false }, "object_lock_enabled": false });
        assert_eq!(encoded(&off), json!({ "status": "Suspended" }));
        assert_eq!(encoded(&json!({ "versioning": {}, "lifecycle_rules": null })), json!({ "lifecycle_rules": null }));
        let answered = decoded(&json!({ "status": "Enabled", "object_lock_enabled": "Enabled", "tags": [{}] }));
        let nothing = json!([]);
        assert_eq!((&answered["versioning"], &answered["object_lock_enabled"]), (&on["versioning"], &json!(true)));
        assert_eq!((&answered["tags"], &answered["cors_rules"]), (&json!([{}]), &nothing));
        assert_eq!(decoded(&json!({ "status": "" }))["versioning"], off["versioning"]);
        assert_eq!(decoded(&json!({})), json!({}));
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
            assert_eq!(encoded(&rules(&conditions)), rules(&wire));
            assert_eq!(decoded(&rules(&wire)), rules(&conditions));
        }
    }

    #[test]
    fn an_empty_condition_is_omitted_and_an_older_prefix_is_a_condition() {
        let empty = json!({ "lifecycle_rules": [{ "id": "r", "filter": { "prefix": "", "tags": [] } }] });
        assert_eq!(encoded(&empty), json!({ "lifecycle_rules": [{ "id": "r", "filter": {} }] }));
        let older = json!({ "lifecycle_rules": [{ "id": "r", "prefix": "a/" }] });
        assert_eq!(decoded(&older), json!({ "lifecycle_rules": [{ "id": "r", "filter": { "prefix": "a/" } }] }));
    }

    #[test]
    fn a_date_is_sent_as_midnight() {
        let steps = |day: &str| {
            json!({ "lifecycle_rules": [{
                "id": "r", "filter": {}, "expiration": { "date": day }, "transitions": [{ "date": day }, { "days": 1 }]
            }] })
        };
        assert_eq!(encoded(&steps("2027-01-31")), steps("2027-01-31T00:00:00Z"));
        let shown = |day: &str| {
            let mut rules = steps(day);
            rules["lifecycle_rules"][0]["expiration"]["expired_object_delete_marker"] = json!(false);
            rules
        };
        assert_eq!(decoded(&steps("2027-01-31T00:00:00Z")), shown("2027-01-31"));
        assert_eq!(decoded(&steps("2027-01-31T12:00:00Z")), shown("2027-01-31T12:00:00Z"));
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
            assert_eq!(encoded(&rules(&given)), rules(&sent));
        }
    }

    #[test]
    fn a_rule_without_an_id_gets_a_unique_and_stable_one() {
        let rules = json!({ "lifecycle_rules": [{}, { "id": "rule-1" }, { "id": "" }] });
        let once = encoded(&rules);
        let names: Vec<&Json> =
            once["lifecycle_rules"].as_array().into_iter().flatten().map(|rule| &rule["id"]).collect();
        assert_eq!(names, ["rule-1x", "rule-1", "rule-3"]);
        assert_eq!(encoded(&rules), once);
    }

    #[test]
    fn unexpected_json_is_unchanged() {
        for unexpected in [json!({ "lifecycle_rules": 7 }), json!({ "lifecycle_rules": [null, 7, "rule"] })] {
            assert_eq!(encoded(&unexpected), unexpected);
            assert_eq!(decoded(&unexpected), unexpected);
        }
        decoded(&json!({ "status": [], "lifecycle_rules": [{ "filter": { "and": 7, "tag": 7 }, "expiration": 7 }] }));
    }
}
