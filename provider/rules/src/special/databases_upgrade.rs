//! Upgrades of the engine of a database instance: which are possible, and what a preview warns about.

use value::{Object, Path, Value};

use crate::moved;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest, Failure, Warning};

/// An engine can only become a newer one of its kind.
pub(super) fn check(olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
    let (Some(old), Some(new)) = (olds.text("engine"), inputs.text("engine")) else { return };
    let (Some((old_kind, old_version)), Some((new_kind, new_version))) = (parts(old), parts(new)) else { return };
    let reason = if !old_kind.eq_ignore_ascii_case(new_kind) {
        format!("cannot become {new}: an upgrade of {old} stays with {old_kind}; make a new instance and move the data")
    } else if new_version < old_version {
        format!("cannot go back from {old} to {new}: make a new instance and move the data")
    } else {
        return;
    };
    failures.push(Failure { path: Path::root("engine"), reason });
}

/// `PostgreSQL-16` is (`PostgreSQL`, 16).
fn parts(engine: &str) -> Option<(&str, u32)> {
    let (kind, version) = engine.rsplit_once('-')?;
    Some((kind, version.parse().ok()?))
}

/// What an upgrade does beside, and one that is not finished yet.
pub(super) fn foresee(request: &DiffRequest<'_>, diff: &mut Diff) {
    let path = Path::root("engine");
    let mut warn = |text: String| diff.warnings.push(Warning { path: path.clone(), text });
    if moved::is_unfinished(request.olds) {
        warn(
            "was upgraded, but the instance of before is still there. It is deleted with its automatic backups once \
             the one of now has all its rules."
                .to_owned(),
        );
        diff.changes.entry(path).or_insert(Change { kind: ChangeKind::Update, replace: false });
        return;
    }
    let Some(new) = diff.changes.get(&path).and_then(|_| request.news.text("engine")) else { return };
    warn(format!(
        "is upgraded to {new} by moving everything to another instance under the same endpoints; the old one is deleted \
         with its automatic backups. Make a `Snapshot` before if you may want to go back."
    ));
    let list = |name: &str| request.olds.given(name).and_then(Value::as_array).unwrap_or_default();
    let offers: Vec<&str> = list("upgradableVersions").iter().filter_map(|one| one.as_object()?.text("name")).collect();
    if !offers.iter().any(|offer| offer.eq_ignore_ascii_case(new)) {
        let offers = if offers.is_empty() { "none".to_owned() } else { offers.join(", ") };
        warn(format!(
            "may be refused: when it was last looked at, {new} was not among the upgrades of this instance ({offers}). \
             Refresh the stack to see what is offered now."
        ));
    }
    if !list("readReplicas").is_empty() {
        warn(format!("cannot be upgraded as long as there are read replicas. {REPLICAS}"));
    }
}

const REPLICAS: &str = "Take them out of the program first, and put them back in after the upgrade.";

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(old: &str, new: &str) -> Vec<String> {
        let engine = |engine: &str| Object::new().with("engine", engine);
        let mut failures = Vec::new();
        check(&engine(old), &engine(new), &mut failures);
        failures.into_iter().map(|failure| failure.reason).collect()
    }

    #[test]
    fn an_engine_becomes_a_newer_one_of_its_kind_and_no_other() {
        for (old, new) in [("PostgreSQL-15", "postgresql-16"), ("MySQL-8", "MySQL-8"), ("MySQL-8", "strange")] {
            assert_eq!(refusals(old, new), [""; 0], "{old} {new}");
        }
        assert!(refusals("PostgreSQL-16", "PostgreSQL-9")[0].starts_with("cannot go back from PostgreSQL-16"));
        assert!(refusals("PostgreSQL-16", "MySQL-17")[0].contains("stays with PostgreSQL"));
    }
}
