//! Owners in two forms, changes that are rejected, and registrations without domains.

use serde_json::json;
use value::{Object, Value};

use super::super::Special;
use super::{Registration, is_same_owner};

fn names(names: &[&str]) -> Object {
    let names: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
    [("domainNames".to_owned(), Value::from(names))].into_iter().collect()
}

#[test]
fn owners_are_equal_where_both_have_a_value() {
    let owner = |city: &str| Value::from(Object::new().with("city", city));
    assert!(is_same_owner(&owner("PARIS"), &owner("Paris")));
    assert!(!is_same_owner(&owner("Paris"), &owner("Lyon")));
    assert!(is_same_owner(&Value::from(Object::new()), &owner("Paris")));
    assert!(!is_same_owner(&Value::from("a"), &Value::from("b")));
}

#[test]
fn names_are_replaced_as_a_whole_or_not_at_all() {
    let rejected = |old: &[&str], new: &[&str]| {
        let mut failures = Vec::new();
        Registration.check(&names(old), &names(new), &mut failures);
        !failures.is_empty()
    };
    assert!(rejected(&["a.example", "b.example"], &["a.example"]));
    assert!(rejected(&["a.example"], &["A.example", "b.example"]));
    assert!(rejected(&["a.example"], &[]));
    assert!(!rejected(&["a.example", "b.example"], &["B.example", "a.example"]));
    assert!(!rejected(&["a.example"], &["b.example"]));
    assert!(!rejected(&[], &["b.example"]));
}

#[test]
fn a_registration_without_domains_does_not_exist() {
    let is_gone = |answers: serde_json::Value| {
        let answers = answers.as_object().cloned().unwrap_or_default();
        Registration.is_gone(&serde_json::Map::new(), &answers)
    };
    assert!(is_gone(json!({ "registered": [] })));
    assert!(!is_gone(json!({ "registered": [{ "domain": "a.example" }] })));
    assert!(!is_gone(json!({ "status": "pending" })));
}
