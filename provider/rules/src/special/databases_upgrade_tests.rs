//! Validation of engine upgrades.

use super::*;

fn refusals(old: &str, new: &str) -> Vec<String> {
    let engine = |engine: &str| Object::new().with("engine", engine);
    let mut failures = Vec::new();
    check(&engine(old), &engine(new), &mut failures);
    failures.into_iter().map(|failure| failure.reason).collect()
}

#[test]
fn an_engine_can_only_be_upgraded_to_a_newer_version_of_its_kind() {
    for (old, new) in [("PostgreSQL-15", "postgresql-16"), ("MySQL-8", "MySQL-8"), ("MySQL-8", "strange")] {
        assert_eq!(refusals(old, new), [""; 0], "{old} {new}");
    }
    assert!(refusals("PostgreSQL-16", "PostgreSQL-9")[0].starts_with("cannot be downgraded from PostgreSQL-16"));
    assert!(refusals("PostgreSQL-16", "MySQL-17")[0].contains("stays with PostgreSQL"));
}
