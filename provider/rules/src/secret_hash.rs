//! Secret variables whose hashes the API returns: the placeholder that an import writes, and validation in Check. Pure.
//!
//! A hash that is sent as a value would become the secret, so a create must not send one.

use catalog::{Equal, Property, Resource};
use value::{Object, Path, Value};

use crate::equal;
use crate::operation::{Failure, Warning};

/// The inputs of an import, with a placeholder for each hash.
pub fn hide(resource: &Resource, inputs: &mut Object) {
    for (name, _) in hashed(resource) {
        let Some(value) = inputs.get_mut(name) else { continue };
        let Some(values) = value.as_object() else { continue };
        let values = values.iter().map(|(key, value)| {
            let is_hash = value.as_str().is_some_and(equal::is_hash);
            (key.clone(), if is_hash { Value::from(equal::PLACEHOLDER) } else { value.clone() })
        });
        *value = Value::from(values.collect::<Object>()).into_secret();
    }
}

/// The old inputs as Diff compares them: for a placeholder, the hash that the state holds.
pub fn uncovered(property: &Property, old: &Value, live: Option<&Value>) -> Option<Value> {
    let (Some(Equal::Argon2id), Some(values), Some(live)) =
        (property.equal, old.as_object(), live.and_then(Value::as_object))
    else {
        return None;
    };
    let values = values.iter().map(|(key, value)| {
        let hash = live.given(key).filter(|_| value.as_str().is_some_and(equal::is_placeholder));
        (key.clone(), hash.unwrap_or(value).clone())
    });
    Some(Value::from(values.collect::<Object>()).secret_if(old.is_secret()))
}

/// Hashes and placeholders among the inputs: an existing resource may keep them, a new one has no value for them.
pub fn check(
    resource: &Resource,
    olds: &Object,
    inputs: &Object,
    failures: &mut Vec<Failure>,
    warnings: &mut Vec<Warning>,
) {
    for (name, property) in hashed(resource) {
        let old = olds.given(name).and_then(Value::as_object);
        for (key, value) in inputs.given(name).and_then(Value::as_object).into_iter().flatten() {
            let Some(text) = value.as_str().filter(|text| equal::is_placeholder(text) || equal::is_hash(text)) else {
                continue;
            };
            let path = Path::root(name.as_str()).name(key.as_str());
            let kept = old.and_then(|old| old.given(key)).is_some_and(|old| equal::values(property, old, value));
            let fact =
                if equal::is_placeholder(text) { "is the placeholder of an import" } else { "is an argon2id hash" };
            if kept {
                let text = format!(
                    "it {fact}, because the API does not return the value. Set the value: a replacement of the {} needs it",
                    resource.label
                );
                warnings.push(Warning { path, text });
            } else {
                let reason = format!("{fact}, not the value, which the API does not return: set the value itself");
                failures.push(Failure { path, reason });
            }
        }
    }
}

fn hashed(resource: &Resource) -> impl Iterator<Item = (&String, &Property)> {
    resource.properties.iter().filter(|(_, property)| property.equal == Some(Equal::Argon2id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::equal::PLACEHOLDER;
    use crate::operation::DiffRequest;
    use crate::{Autonaming, CheckRequest, Defaults, diff, inputs};

    /// The hash of the value `plain`.
    const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$xEnLei5FoJ0KJ47ABy9vPvInIj3cWVxLdbOCcbRXZvQ";

    fn catalog() -> catalog::Catalog {
        catalog::Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
    }

    fn object(json: serde_json::Value) -> Object {
        Value::from(json).as_object().unwrap().clone()
    }

    fn checked(resource: &Resource, olds: &Object, news: &Object) -> (Vec<String>, Vec<String>) {
        let request = CheckRequest { name: "main", olds, news, seed: b"seed", autonaming: Autonaming::Default };
        let checked = crate::check(resource, &request, &Defaults::default());
        let failed = checked.failures.into_iter().filter(|failure| failure.path.to_string().contains(".TOKEN"));
        let warned = checked.warnings.into_iter().filter(|warning| warning.path.to_string().contains(".TOKEN"));
        (failed.map(|failure| failure.reason).collect(), warned.map(|warning| warning.text).collect())
    }

    #[test]
    fn hashes_and_placeholders_are_rejected_on_create_for_every_secret_variable() {
        let mut found = 0;
        for (token, resource) in &catalog().resources {
            for (name, _) in hashed(resource) {
                found += 1;
                for text in [HASH, PLACEHOLDER] {
                    let news = object(json!({ name: { "TOKEN": text } }));
                    let (failed, _) = checked(resource, &Object::new(), &news);
                    assert!(failed[0].contains("set the value itself"), "{token}: {failed:?}");
                    assert!(!failed[0].contains(text), "{token}: {failed:?}");
                    // An existing resource keeps its value.
                    let (failed, warned) = checked(resource, &news, &news);
                    assert_eq!((failed.len(), warned.len()), (0, 1), "{token}");
                }
                let (failed, warned) =
                    checked(resource, &Object::new(), &object(json!({ name: { "TOKEN": "plain" } })));
                assert_eq!((failed.len(), warned.len()), (0, 0), "{token}");
            }
        }
        assert!(found >= 4, "{found}");
    }

    #[test]
    fn an_import_writes_placeholders_and_a_value_of_the_same_hash_changes_nothing() {
        for (token, resource) in &catalog().resources {
            for (name, _) in hashed(resource) {
                let state = object(json!({ name: { "TOKEN": HASH } }));
                let imported = inputs::of_state(resource, &state, &Object::new(), true);
                let shown = imported[name.as_str()].as_object().unwrap();
                assert_eq!(shown.text("TOKEN"), Some(PLACEHOLDER), "{token}");
                let refreshed = inputs::of_state(resource, &state, &imported, false);
                assert_eq!(refreshed[name.as_str()], imported[name.as_str()], "{token}");
                for (value, changes) in [("plain", 0), (PLACEHOLDER, 0), ("another", 1)] {
                    let news = object(json!({ name: { "TOKEN": value } }));
                    let olds = object(json!({ name: { "TOKEN": HASH } }));
                    let old_inputs = object(json!({ name: { "TOKEN": PLACEHOLDER } }));
                    let now = jiff::Timestamp::UNIX_EPOCH;
                    let request =
                        DiffRequest { olds: &olds, old_inputs: &old_inputs, news: &news, ignore_changes: &[], now };
                    let found = diff(resource, &request).properties().filter(|changed| *changed == name).count();
                    assert_eq!(found, changes, "{token} {value}");
                }
            }
        }
    }
}
