//! Hashes that the API returned for secret variables, in a hidden output: a refresh compares hashes instead of computing them,
//! which takes 64 MiB and a tenth of a second for each variable. Pure.

use catalog::{Equal, Resource};
use value::{Object, Value};

use crate::equal;

/// The output with the hashes, by property and key. Keys with two underscores are hidden from users by SDKs and displays.
const NOTE: &str = "__hashes";

/// Whether outputs show that a returned hash is a hash of this input: they contain the same value with the same hash.
pub fn shows(outputs: &Object, name: &str, key: &str, given: &Value, hash: &Value) -> bool {
    let inner = |outer: Option<&Value>, key: &str| {
        outer.and_then(Value::as_object).and_then(|object| object.given(key)).cloned()
    };
    let noted = inner(inner(outputs.given(NOTE), name).as_ref(), key);
    noted.as_ref() == Some(hash) && inner(outputs.given(name), key).as_ref() == Some(given)
}

/// The hashes in a value that the API returned.
pub fn of(live: &Value) -> Object {
    let hashes = live.as_object().into_iter().flatten();
    let hashes = hashes.filter(|(_, hash)| hash.as_str().is_some_and(equal::is_hash));
    hashes.map(|(key, hash)| (key.clone(), hash.clone())).collect()
}

/// Stores the returned hashes of those values that the outputs contain instead of their hashes.
pub fn note(resource: &Resource, returned: Object, outputs: &mut Object) {
    let mut all = Object::new();
    for (name, hashes) in returned {
        let is_argon2 = resource.properties.get(&name).is_some_and(|property| property.equal == Some(Equal::Argon2id));
        let (Some(hashes), Some(values), true) =
            (hashes.as_object(), outputs.given(&name).and_then(Value::as_object), is_argon2)
        else {
            continue;
        };
        let known = hashes.iter().filter(|(key, hash)| values.given(key).is_some_and(|value| value != *hash));
        let known: Object = known.map(|(key, hash)| (key.clone(), hash.clone())).collect();
        if !known.is_empty() {
            all.insert(name, Value::from(known));
        }
    }
    if !all.is_empty() {
        outputs.insert(NOTE.to_owned(), Value::from(all).into_secret());
    }
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;
    use serde_json::json;

    use super::*;
    use crate::decode::{self, Known};
    use crate::scope::Scope;
    use crate::{Defaults, encode};

    /// A hash that no value has: its comparison with any value fails.
    const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn a_returned_hash_is_recognized_without_a_computation_only_for_the_same_value() {
        let catalog = Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap();
        let mut found = 0;
        for (token, resource) in &catalog.resources {
            let hashed = resource.properties.iter().filter(|(_, property)| property.equal == Some(Equal::Argon2id));
            for (name, property) in hashed {
                found += 1;
                let given = |text: &str| Object::new().with(name, json!({ "KEY": text })).with("name", "web");
                let defaults = Defaults::default();
                let read = |inputs: &Object, state: &Object, just_sent: bool, hash: &str| {
                    let mut scope = Scope::of_inputs(resource, inputs, &defaults).unwrap();
                    let hashed = encode::desired(resource, &given(hash), &defaults).unwrap();
                    let sent = property.send.as_deref().unwrap();
                    let answer = crate::wire::get(&hashed, sent).cloned().unwrap().to_string();
                    // Lists return the hash in another field than they send the value in.
                    let answer = serde_json::from_str(&answer.replace("\"value\"", "\"hashed_value\"")).unwrap();
                    crate::wire::set(&mut scope.answers, property.read.as_deref().unwrap(), answer);
                    decode::state(&scope, Known { inputs, state, just_sent })
                };
                let value = |state: &Object| {
                    state.given(name).and_then(Value::as_object).and_then(|map| map.text("KEY")).map(str::to_owned)
                };
                let none = Object::new();
                let created = read(&given("plain"), &none, true, HASH);
                assert_eq!(value(&created).as_deref(), Some("plain"), "{token}.{name}");
                assert!(created[NOTE].is_secret(), "{token}.{name}");

                let refreshed = read(&given("plain"), &created, false, HASH);
                assert_eq!(value(&refreshed).as_deref(), Some("plain"), "{token}.{name}");
                assert_eq!(refreshed[NOTE], created[NOTE], "{token}.{name}");

                for (inputs, state, hash) in [
                    (given("other"), &created, HASH.to_owned()),
                    (given("plain"), &none, HASH.to_owned()),
                    (given("plain"), &created, HASH.replace("c29tZXNhbHQ", "b3RoZXJzYWx0")),
                ] {
                    let drifted = read(&inputs, state, false, &hash);
                    assert_eq!(value(&drifted), Some(hash), "{token}.{name}");
                    assert!(!drifted.contains_key(NOTE), "{token}.{name}");
                }
            }
        }
        assert!(found >= 4, "only {found} properties");
    }
}
