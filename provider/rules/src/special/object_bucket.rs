//! Buckets: S3 represents versioning and object lock as strings, and several conditions of a lifecycle rule in another field
//! than a single one.
//!
//! A descriptor is not sufficient because of that, and because the valid parts of a lifecycle rule depend on their values, not
//! only on their presence.

use serde_json::{Map, Value as Json, json};
use value::{Object, Path, Value};

use super::Special;
use crate::operation::Failure;
use crate::wire::{self, Wire};

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

impl Special for Bucket {
    /// `versioning` (`{enabled}`) becomes `status`. Rules get IDs, and their conditions the form of S3.
    fn encode(&self, wire: &mut Wire) {
        let versioning = wire.remove("versioning").unwrap_or_default();
        if let Some(enabled) = versioning["enabled"].as_bool() {
            wire::set(wire, "status", json!(if enabled { "Enabled" } else { "Suspended" }));
        }
        let Some(Json::Array(rules)) = wire.get_mut("lifecycle_rules") else { return };
        let mut names: Vec<String> = rules.iter().filter_map(|rule| Some(rule["id"].as_str()?.to_owned())).collect();
        for (index, rule) in rules.iter_mut().enumerate() {
            let Some(rule) = rule.as_object_mut() else { continue };
            if wire::text(rule, "id").is_none_or(str::is_empty) {
                let mut name = format!("rule-{}", index + 1);
                while names.contains(&name) {
                    name.push('x');
                }
                wire::set(rule, "id", json!(name));
                names.push(name);
            }
            let conditions = rule.remove("filter").and_then(|filter| filter.as_object().cloned()).unwrap_or_default();
            wire::set(rule, "filter", Json::Object(filter(conditions)));
        }
    }

    /// `status` becomes `versioning`; absent locks, tags and rules are set to empty values after a read.
    fn decode(&self, wire: &mut Wire) {
        let is_read = wire.contains_key("owner") || wire.contains_key("status");
        if let Some(Json::String(status)) = wire.remove("status") {
            wire::set(wire, "versioning.enabled", json!(status == "Enabled"));
        }
        let is_locked = wire.remove("object_lock_enabled").is_some_and(|enabled| enabled == "Enabled");
        if is_read {
            wire::set(wire, "object_lock_enabled", json!(is_locked));
            for list in ["tags", "cors_rules", "lifecycle_rules"] {
                wire.entry(list).or_insert_with(|| json!([]));
            }
        }
        let Some(Json::Array(rules)) = wire.get_mut("lifecycle_rules") else { return };
        for rule in rules.iter_mut().filter_map(Json::as_object_mut) {
            let mut conditions =
                rule.remove("filter").and_then(|filter| filter.as_object().cloned()).unwrap_or_default();
            if let Some(Json::Object(and)) = conditions.remove("and") {
                conditions.extend(and);
            }
            if let Some(tag) = conditions.remove("tag") {
                wire::set(&mut conditions, "tags", json!([tag]));
            }
            // Older rules have the prefix outside of the filter.
            if let Some(prefix) = rule.remove("prefix") {
                conditions.entry("prefix").or_insert(prefix);
            }
            wire::set(rule, "filter", Json::Object(conditions));
        }
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let mut fail = |path: Path, reason: &str| failures.push(Failure { path, reason: reason.to_owned() });
        let versioning = inputs.given("versioning").and_then(Value::as_object);
        let is_disabled = versioning.is_some_and(|versioning| versioning.flag("enabled") == Some(false));
        if is_disabled && inputs.flag("objectLockEnabled") == Some(true) {
            let reason = "cannot be false if `objectLockEnabled` is true: object lock requires versioning";
            fail(Path::root("versioning").name("enabled"), reason);
        }
        let mut names: Vec<&str> = Vec::new();
        for (index, rule) in objects(inputs, "lifecycleRules") {
            let path = Path::root("lifecycleRules").index(index);
            check_rule(rule, &path, &mut fail);
            let Some(name) = rule.text("id").filter(|name| !name.is_empty()) else { continue };
            if names.contains(&name) {
                fail(path.name("id"), "is also the ID of an earlier rule: set a unique ID");
            }
            names.push(name);
        }
    }
}

fn check_rule(rule: &Object, path: &Path, fail: &mut impl FnMut(Path, &str)) {
    let number = |name: &str| rule.given(name).and_then(Value::as_f64);
    let object = |name: &str| rule.given(name).and_then(Value::as_object);
    if !ACTIONS.iter().any(|action| is_set(rule.given(action))) {
        fail(path.clone(), "has no action: set one, such as `expiration`");
    }
    if number("objectSizeGreaterThan").zip(number("objectSizeLessThan")).is_some_and(|(more, less)| more >= less) {
        fail(path.name("objectSizeGreaterThan"), "must be less than `objectSizeLessThan`");
    }
    if let Some(expiration) = object("expiration") {
        exactly_one(expiration, &["days", "date", "expiredObjectDeleteMarker"], path.name("expiration"), fail);
    }
    if object("noncurrentVersionExpiration").is_some_and(|expiration| expiration.values().all(Value::is_null)) {
        fail(path.name("noncurrentVersionExpiration"), "is empty: set `noncurrentDays`");
    }
    for (index, transition) in objects(rule, "transitions") {
        exactly_one(transition, &["days", "date"], path.name("transitions").index(index), fail);
    }
}

/// The objects of a list, with their positions.
fn objects<'o>(object: &'o Object, list: &str) -> impl Iterator<Item = (usize, &'o Object)> {
    let items = object.given(list).and_then(Value::as_array).unwrap_or_default().iter().enumerate();
    items.filter_map(|(index, item)| Some((index, item.as_object()?)))
}

/// An unknown value may turn out to be absent or set, so it violates neither limit.
fn exactly_one(object: &Object, names: &[&str], path: Path, fail: &mut impl FnMut(Path, &str)) {
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

/// Conditions in the form of S3: a single one at the top level, several in `and`; each tag is a condition.
fn filter(mut conditions: Map<String, Json>) -> Map<String, Json> {
    conditions.retain(|_, value| !wire::is_empty(value) || value.is_number());
    let tags = conditions.get("tags").and_then(Json::as_array).map(Vec::len);
    let one = |name: &str, json: Json| Map::from_iter([(name.to_owned(), json)]);
    match (conditions.len(), tags) {
        (1, Some(1)) => one("tag", conditions["tags"][0].clone()),
        (0, _) | (1, None) => conditions,
        _ => one("and", Json::Object(conditions)),
    }
}

#[cfg(test)]
#[path = "object_bucket_tests.rs"]
mod tests;
