//! Engine upgrades of a database instance: validation, and warnings in the preview.

use value::{Object, Path, Value};

use crate::moved;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest, Failure, Warning};

/// An engine can only be upgraded to a newer version of its kind.
pub(super) fn check(olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
    let (Some(old), Some(new)) = (olds.text("engine"), inputs.text("engine")) else { return };
    let (Some((old_kind, old_version)), Some((new_kind, new_version))) = (parts(old), parts(new)) else { return };
    let reason = if !old_kind.eq_ignore_ascii_case(new_kind) {
        format!(
            "cannot be changed from {old} to {new}: an upgrade stays with {old_kind}. Create a new instance and move the data"
        )
    } else if new_version < old_version {
        format!("cannot be downgraded from {old} to {new}: create a new instance and move the data")
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

/// Warnings about the effects of an upgrade, and the pending work of an unfinished one.
pub(super) fn adjust_diff(request: &DiffRequest<'_>, diff: &mut Diff) {
    let path = Path::root("engine");
    let mut warn = |text: String| diff.warnings.push(Warning { path: path.clone(), text });
    if moved::is_unfinished(request.olds) {
        warn(
            "was upgraded, but the previous instance still exists. It is deleted with its automatic backups when the new \
             instance has all ACL rules."
                .to_owned(),
        );
        diff.changes.entry(path).or_insert(Change { kind: ChangeKind::Update, replace: false });
        return;
    }
    let Some(new) = diff.changes.get(&path).and_then(|_| request.news.text("engine")) else { return };
    warn(format!(
        "is upgraded to {new} by moving the data to a new instance with the same endpoints; the previous instance is deleted \
         with its automatic backups. Create a `Snapshot` first to be able to revert."
    ));
    let list = |name: &str| request.olds.given(name).and_then(Value::as_array).unwrap_or_default();
    let offers: Vec<&str> = list("upgradableVersions").iter().filter_map(|one| one.as_object()?.text("name")).collect();
    if !offers.iter().any(|offer| offer.eq_ignore_ascii_case(new)) {
        let offers = if offers.is_empty() { "none".to_owned() } else { offers.join(", ") };
        warn(format!(
            "may be rejected: at the last refresh, {new} was not an available upgrade of this instance (available: {offers}). \
             Run `pulumi refresh` to update the list."
        ));
    }
    if !list("readReplicas").is_empty() {
        warn(format!("cannot be upgraded while it has read replicas. {REPLICAS}"));
    }
}

const REPLICAS: &str = "Remove them from the program first, and add them again after the upgrade.";

#[cfg(test)]
#[path = "databases_upgrade_tests.rs"]
mod tests;
