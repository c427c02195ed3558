//! Existing root zones, and the records that a delete warns about.

use serde_json::json;

use super::*;

#[test]
fn a_root_zone_of_another_project_is_rejected() {
    let found = |project: Json| json!({ "domain": "example.org", "project_id": project });
    for (project, desired, is_adopted) in [
        (json!("a"), None, true),
        (json!("a"), Some("a"), true),
        (json!("a"), Some("b"), false),
        // A response without a project does not show another one.
        (json!(null), Some("b"), true),
    ] {
        let inputs = desired.map_or_else(Object::new, |desired| Object::new().with("projectId", desired));
        let outcome = adopted(found(project.clone()), "example.org", &inputs);
        assert_eq!(outcome.is_ok(), is_adopted, "{project} {desired:?}");
        assert!(outcome.err().is_none_or(|error| error.kind() == ErrorKind::Precondition && error.has_hint()));
    }
}

#[test]
fn only_records_that_a_user_added_are_named_before_a_delete() {
    for (name, kind, named) in [
        ("", "NS", None),
        ("", "SOA", None),
        ("", "MX", Some("@ MX")),
        ("www", "A", Some("www A")),
        ("sub", "NS", Some("sub NS")),
    ] {
        let record = json!({ "name": name, "type": kind });
        let shown = (!is_made_with_the_zone(&record)).then(|| called(&record));
        assert_eq!(shown.as_deref(), named, "{name} {kind}");
    }
}
