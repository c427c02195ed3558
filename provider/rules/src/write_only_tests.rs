//! Laws of write-only inputs, for each of the catalog.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use catalog::{Catalog, Input, Kind};
use serde_json::json;

use super::*;
use crate::operation::DiffRequest;
use crate::pending::Pending;
use crate::{Autonaming, CheckRequest, Defaults, decode, diff, encode, inputs, preview_create};

const VALUE: &str = "Canary-write-only-1!";
const OTHER: &str = "Canary-write-only-2!";

fn catalog() -> Catalog {
    Catalog::parse(include_str!("../../../schema/catalog.json")).unwrap()
}

/// Runs a test for each write-only input of the catalog.
fn each(test: impl Fn(&str, &Resource, &str)) {
    let catalog = catalog();
    let mut found = 0;
    for (token, resource) in &catalog.resources {
        for (name, _) in declared(resource) {
            found += 1;
            test(&format!("{token}.{name}"), resource, name);
        }
    }
    assert!(found >= 4, "only {found} write-only inputs");
}

fn given(name: &str, value: &str, version: f64) -> Object {
    Object::new().with(name, Value::from(value).into_secret()).with(&version_of(name), version)
}

fn stored(resource: &Resource, name: &str, olds: &Object, value: &str, version: f64) -> (Object, Replaced) {
    let mut inputs = given(name, value, version);
    let replaced = replace(resource, olds, &mut inputs, b"seed");
    (inputs, replaced)
}

fn changes(resource: &Resource, old_inputs: &Object, news: &Object) -> Vec<String> {
    let olds = Object::new();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let request = DiffRequest { olds: &olds, old_inputs, news, ignore_changes: &[], now };
    diff(resource, &request).properties().map(str::to_owned).collect()
}

fn is_plain(object: &Object) -> bool {
    Value::from(object.clone()).to_json().unwrap().to_string().contains("Canary-write-only")
}

/// Whether a property inside this type is write-only.
fn nested(kind: &Kind) -> bool {
    kind.properties().any(|(_, inner)| inner.write_only || nested(&inner.kind))
}

#[test]
fn every_write_only_input_is_a_secret_string_with_a_version_and_no_other_property_is_write_only() {
    each(|place, resource, name| {
        let property = &resource.properties[name];
        assert!(property.secret && property.kind == Kind::String && property.input != Input::No, "{place}");
        assert_eq!(resource.properties[&version_of(name)].kind, Kind::Integer, "{place}");
    });
    for (token, resource) in &catalog().resources {
        for (name, property) in &resource.properties {
            assert!(!nested(&property.kind), "{token}.{name}: a nested write-only input would be stored");
        }
    }
}

#[test]
fn checked_inputs_hold_a_salted_hash_that_stays_the_same_and_is_a_secret() {
    each(|place, resource, name| {
        let (inputs, replaced) = stored(resource, name, &Object::new(), VALUE, 1.0);
        assert!(!is_plain(&inputs), "{place}");
        assert!(inputs[name].is_secret() && is_hash(inputs.text(name).unwrap()), "{place}");
        assert_eq!(replaced.values[0].1.as_str(), Some(VALUE), "{place}");
        // The next run, with another seed, keeps the hash.
        let mut again = given(name, VALUE, 1.0);
        let replaced = replace(resource, &inputs, &mut again, b"another seed");
        assert_eq!((again.text(name), replaced.warnings.len()), (inputs.text(name), 0), "{place}");
        let mut salted = given(name, VALUE, 1.0);
        replace(resource, &Object::new(), &mut salted, b"another seed");
        assert_ne!(salted.text(name), inputs.text(name), "{place}: the salt depends on the seed");
        // A check of checked inputs changes nothing.
        let mut twice = inputs.clone();
        assert!(replace(resource, &inputs, &mut twice, b"seed").values.is_empty(), "{place}");
        assert_eq!(twice, inputs, "{place}");
    });
}

#[test]
fn a_changed_value_without_a_changed_version_is_not_sent_and_warns() {
    each(|place, resource, name| {
        let (olds, _) = stored(resource, name, &Object::new(), VALUE, 1.0);
        let (news, replaced) = stored(resource, name, &olds, OTHER, 1.0);
        assert_eq!(news, olds, "{place}");
        assert!(replaced.warnings[0].text.contains(&version_of(name)), "{place}");
        assert_eq!(changes(resource, &olds, &news), [""; 0], "{place}");
        let (news, replaced) = stored(resource, name, &olds, OTHER, 2.0);
        assert_ne!(news.text(name), olds.text(name), "{place}");
        assert_eq!(replaced.warnings, [], "{place}");
        assert_eq!(changes(resource, &olds, &news), [version_of(name)], "{place}");
    });
}

#[test]
fn a_state_of_an_older_version_has_no_difference_and_loses_the_value() {
    each(|place, resource, name| {
        let olds = given(name, VALUE, 1.0);
        let (news, replaced) = stored(resource, name, &olds, VALUE, 1.0);
        assert!(!is_plain(&news) && replaced.warnings.is_empty(), "{place}");
        assert_eq!(changes(resource, &olds, &news), [""; 0], "{place}");
        // The hash is that of the value in effect.
        let (news, replaced) = stored(resource, name, &olds, OTHER, 1.0);
        assert_eq!(replaced.warnings.len(), 1, "{place}");
        assert!(is_hash_of(news.text(name).unwrap(), VALUE), "{place}");
        // A refresh replaces it too.
        let mut read = inputs::of_state(resource, &Object::new(), &olds, false);
        assert!(replace_stored(resource, &mut read, b"seed") && !is_plain(&read), "{place}");
        assert!(!replace_stored(resource, &mut read, b"seed"), "{place}");
    });
}

#[test]
fn the_value_is_sent_by_create_and_by_a_changed_version_and_a_hash_never_is() {
    each(|place, resource, name| {
        let defaults = Defaults::default();
        let (inputs, replaced) = stored(resource, name, &Object::new(), VALUE, 1.0);
        let value_of = |hash: &str| {
            let known = replaced.values.iter().find(|(known, _)| known == hash);
            known.map(|(_, value)| value.clone())
        };
        let field = resource.properties[name].send.as_deref().unwrap();
        let sent = |inputs: &Object| {
            let expected = encode::desired(resource, inputs, &defaults).unwrap();
            crate::wire::get(&expected, field).cloned()
        };
        assert_eq!(sent(&inputs), None, "{place}: a hash is not sent");
        assert!(require_values(resource, &inputs).is_err(), "{place}");
        let restored = restored(resource, &inputs, value_of);
        assert!(sent(&restored).is_some() && require_values(resource, &restored).is_ok(), "{place}");

        if resource.properties[&version_of(name)].replace {
            return;
        }
        let names = BTreeSet::from([version_of(name)]);
        let changed = |news: &Object| encode::changed(resource, &inputs, news, &names, &Pending::default(), &defaults);
        let (olds, _) = stored(resource, name, &inputs, VALUE, 2.0);
        let error = changed(&olds).unwrap_err();
        assert!(error.to_string().contains("is not available"), "{place}: {error}");
        let (before, after) = changed(&given(name, OTHER, 2.0)).unwrap();
        assert_eq!(crate::wire::get(&before, field), None, "{place}");
        assert_eq!(crate::wire::get(&after, field), Some(&json!(OTHER)), "{place}");
    });
}

#[test]
fn outputs_and_previews_contain_neither_value_nor_hash() {
    each(|place, resource, name| {
        let inputs = given(name, VALUE, 1.0);
        let preview = preview_create(resource, &inputs, &Defaults::default());
        assert!(!preview.contains_key(name), "{place}");
        let state = Object::new();
        let known = decode::Known { inputs: &inputs, state: &state, just_sent: true };
        let defaults = Defaults::default();
        let Ok(scope) = crate::scope::Scope::of_inputs(resource, &inputs, &defaults) else { return };
        assert!(!decode::state(&scope, known).contains_key(name), "{place}");
    });
}

#[test]
fn a_hash_that_ignore_changes_keeps_is_accepted_only_if_it_need_not_be_sent() {
    each(|place, resource, name| {
        let (olds, _) = stored(resource, name, &Object::new(), VALUE, 1.0);
        let failures = |olds: &Object, news: &Object| {
            let request = CheckRequest { name: "main", olds, news, seed: b"", autonaming: Autonaming::Default };
            let failures = crate::check(resource, &request, &Defaults::default()).failures;
            let own = failures.into_iter().filter(|failure| failure.path.top() == Some(name));
            own.map(|failure| failure.reason).collect::<Vec<_>>()
        };
        assert_eq!(failures(&olds, &olds), [""; 0], "{place}");
        for (olds, news) in [(&Object::new(), olds.clone()), (&olds, olds.clone().with(&version_of(name), 2.0))] {
            let failures = failures(olds, &news);
            assert_eq!(failures.len(), 1, "{place}");
            assert!(failures[0].contains("ignoreChanges"), "{place}: {failures:?}");
        }
    });
}
