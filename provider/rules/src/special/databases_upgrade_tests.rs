//! Validation of engine upgrades.

use serde_json::json;

use super::*;

fn failures(old: &str, new: &str) -> Vec<String> {
    let engine = |engine: &str| Object::new().with("engine", engine);
    let mut failures = Vec::new();
    check(&engine(old), &engine(new), &mut failures);
    failures.into_iter().map(|failure| failure.reason).collect()
}

#[test]
fn an_engine_can_only_be_upgraded_to_a_newer_version_of_its_kind() {
    for (old, new) in [("PostgreSQL-15", "postgresql-16"), ("MySQL-8", "MySQL-8"), ("MySQL-8", "strange")] {
        assert_eq!(failures(old, new), [""; 0], "{old} {new}");
    }
    assert!(failures("PostgreSQL-16", "PostgreSQL-9")[0].starts_with("cannot be downgraded from PostgreSQL-16"));
    assert!(failures("PostgreSQL-16", "MySQL-17")[0].contains("stays with PostgreSQL"));
}

#[test]
fn an_upgrade_warns_about_its_effects() {
    let object = |json: serde_json::Value| Value::from(json).as_object().cloned().unwrap_or_default();
    let warned = |olds: &Object, is_changed: bool| {
        let news = object(json!({ "engine": "PostgreSQL-16" }));
        let now = jiff::Timestamp::UNIX_EPOCH;
        let request = DiffRequest { olds, old_inputs: olds, news: &news, ignore_changes: &[], now };
        let mut diff = Diff::default();
        if is_changed {
            diff.changes.insert(Path::root("engine"), Change { kind: ChangeKind::Update, replace: false });
        }
        adjust_diff(&request, &mut diff);
        let pending = diff.changes.len();
        (diff.warnings.into_iter().map(|warning| warning.text).collect::<Vec<_>>(), pending)
    };
    assert_eq!(warned(&Object::new(), false), (vec![], 0));
    let offered = json!({ "upgradableVersions": [{ "name": "postgresql-16" }] });
    let (messages, _) = warned(&object(offered), true);
    assert!(messages.len() == 1 && messages[0].contains("Create a `Snapshot` first"), "{messages:?}");
    let (messages, _) =
        warned(&object(json!({ "readReplicas": [{}], "upgradableVersions": [{ "name": "PostgreSQL-15" }] })), true);
    assert!(messages.len() == 3 && messages[1].contains("available: PostgreSQL-15"), "{messages:?}");
    assert!(messages[2].starts_with("cannot be upgraded while it has read replicas"), "{messages:?}");
    let mut unfinished = Object::new();
    moved::Moves { earlier: vec!["a".into()], remaining: vec!["a".into()] }.note("c", &mut unfinished);
    let (messages, pending) = warned(&unfinished, false);
    assert!(
        pending == 1 && messages.len() == 1 && messages[0].contains("previous instance still exists"),
        "{messages:?}"
    );
}
