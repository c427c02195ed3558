//! Buckets: which parts of a lifecycle rule go together depends on their values, not only on their presence.

use value::{Object, Path, Value};

use super::Special;
use crate::operation::Failure;

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
