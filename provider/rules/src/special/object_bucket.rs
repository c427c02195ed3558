//! Buckets: S3 represents versioning and object lock as strings, and several conditions of a lifecycle rule in another field
//! than a single one.
//!
//! A descriptor is not sufficient because of that, and because the valid parts of a lifecycle rule depend on their values, not
//! only on their presence.

use serde_json::{Map, Value as Json, json};
use value::{Object, Path, Value};

use super::Special;
use crate::operation::Failure;
use crate::wire::Wire;

/// See the module.
pub(super) struct Bucket;

/// The actions of a lifecycle rule.
const ACTIONS: [&str; 5] = [
    "expiration",
    "transitions",
    "noncurrentVersionExpiration",
    "noncurrentVersionTransitions",
    "abortIncompleteMultipartUploadDays",
];

/// The time of day of a date in requests: midnight UTC.
const MIDNIGHT: &str = "T00:00:00Z";

impl Special for Bucket {
    /// `versioning` (`{enabled}`) becomes `status`. A disabled object lock is not sent. Rules get ids, and their
    /// conditions the form of S3.
    fn encode(&self, wire: &mut Wire) {
        match wire
            .remove("versioning")
            .as_ref()
            .and_then(|versioning| versioning.get("enabled"))
            .and_then(Json::as_bool)
        {
            Some(true) => drop(wire.insert("status".to_owned(), json!("Enabled"))),
            Some(false) => drop(wire.insert("status".to_owned(), json!("Suspended"))),
            None => {}
        }
        if wire.get("object_lock_enabled") != Some(&Json::Bool(true)) {
            wire.remove("object_lock_enabled");
        }
        let Some(Json::Array(rules)) = wire.get_mut("lifecycle_rules") else { return };
        let mut names: Vec<String> =
            rules.iter().filter_map(|rule| Some(rule.get("id")?.as_str()?.to_owned())).collect();
        for (index, rule) in
            rules.iter_mut().enumerate().filter_map(|(index, rule)| Some((index, rule.as_object_mut()?)))
        {
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
    fn decode(&self, wire: &mut Wire) {
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
            days(rule, &|day| {
                day.strip_suffix(MIDNIGHT).or(day.strip_suffix("T00:00:00.000Z")).unwrap_or(day).to_owned()
            });
        }
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let versioned = inputs.given("versioning").and_then(Value::as_object).and_then(|own| own.given("enabled"));
        let locked = inputs.flag("objectLockEnabled") == Some(true);
        if locked && versioned.and_then(Value::as_bool) == Some(false) {
            let reason = "cannot be false if `objectLockEnabled` is true: object lock requires versioning".to_owned();
            failures.push(Failure { path: Path::root("versioning").name("enabled"), reason });
        }
        let rules = inputs.given("lifecycleRules").and_then(Value::as_array).unwrap_or_default();
        let mut names: Vec<&str> = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let Some(rule) = rule.as_object() else { continue };
            let path = Path::root("lifecycleRules").index(index);
            check_rule(rule, &path, failures);
            let Some(name) = rule.text("id").filter(|name| !name.is_empty()) else { continue };
            if names.contains(&name) {
                let reason = "is also the id of an earlier rule: set a unique id".to_owned();
                failures.push(Failure { path: path.name("id"), reason });
            }
            names.push(name);
        }
    }
}

fn check_rule(rule: &Object, path: &Path, failures: &mut Vec<Failure>) {
    let mut fail = |path: &Path, reason: &str| failures.push(Failure { path: path.clone(), reason: reason.to_owned() });
    if !ACTIONS.iter().any(|action| is_set(rule.given(action))) {
        fail(path, "has no action: set one, such as `expiration`");
    }
    if let (Some(more), Some(less)) = (number(rule, "objectSizeGreaterThan"), number(rule, "objectSizeLessThan"))
        && more >= less
    {
        fail(&path.name("objectSizeGreaterThan"), "must be less than `objectSizeLessThan`");
    }
    if let Some(expiration) = rule.given("expiration").and_then(Value::as_object) {
        let here = path.name("expiration");
        exactly_one(expiration, &["days", "date", "expiredObjectDeleteMarker"], &here, &mut fail);
    }
    if let Some(expiration) = rule.given("noncurrentVersionExpiration").and_then(Value::as_object)
        && expiration.values().all(Value::is_null)
    {
        fail(&path.name("noncurrentVersionExpiration"), "is empty: set `noncurrentDays`");
    }
    for (index, transition) in
        rule.given("transitions").and_then(Value::as_array).unwrap_or_default().iter().enumerate()
    {
        if let Some(transition) = transition.as_object() {
            exactly_one(transition, &["days", "date"], &path.name("transitions").index(index), &mut fail);
        }
    }
}

/// An unknown value may turn out to be absent or set, so it violates neither limit.
fn exactly_one(object: &Object, names: &[&str], path: &Path, fail: &mut impl FnMut(&Path, &str)) {
    let given: Vec<&Value> = names.iter().filter_map(|name| object.given(name)).collect();
    let known = given.iter().filter(|value| !value.is_unknown() && is_set(Some(value))).count();
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if known > 1 {
        fail(path, &format!("has conflicting properties: set only one of {listed}"));
    } else if known == 0 && !given.iter().any(|value| value.is_unknown()) {
        fail(path, &format!("is empty: set exactly one of {listed}"));
    }
}

fn is_set(value: Option<&Value>) -> bool {
    let empty = |value: &Value| value.as_array().is_some_and(<[Value]>::is_empty) || value.as_bool() == Some(false);
    value.is_some_and(|value| value.is_unknown() || !(value.is_null() || empty(value)))
}

fn number(object: &Object, name: &str) -> Option<f64> {
    object.given(name).and_then(Value::as_f64)
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
#[path = "object_bucket_tests.rs"]
mod tests;
