//! Buckets: S3 has several conditions of a lifecycle rule in another field than a single one, and requires an ID of each rule.
//!
//! A descriptor is not sufficient because the field depends on the number of conditions, and because an ID must differ from
//! those of all other rules.

use serde_json::{Map, Value as Json, json};
use value::{Object, Path, Value};

use super::hooks::Special;
use crate::operation::Failure;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Bucket;

impl Special for Bucket {
    /// Rules get IDs, and their conditions the form of S3.
    fn encode(&self, wire: &mut Wire) {
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

    /// The conditions of a rule are beside each other.
    fn decode(&self, wire: &mut Wire) {
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
        let rules = inputs.given("lifecycleRules").and_then(Value::as_array).unwrap_or_default().iter().enumerate();
        for (index, rule) in rules.filter_map(|(index, rule)| Some((index, rule.as_object()?))) {
            let path = Path::root("lifecycleRules").index(index);
            let number = |name: &str| rule.given(name).and_then(Value::as_f64);
            if number("objectSizeGreaterThan")
                .zip(number("objectSizeLessThan"))
                .is_some_and(|(more, less)| more >= less)
            {
                fail(path.name("objectSizeGreaterThan"), "must be less than `objectSizeLessThan`");
            }
            let Some(name) = rule.text("id").filter(|name| !name.is_empty()) else { continue };
            if names.contains(&name) {
                fail(path.name("id"), "is also the ID of an earlier rule: set a unique ID");
            }
            names.push(name);
        }
    }
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
