//! Deletes and updates that started and are not known to have ended, and the changes that Diff reports for their resources.
//! Pulumi stores nothing about a failed delete, and nothing about an update if the plugin or the engine is killed.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Input, Resource};
use value::Path;

use super::entries::JournalEntries;
use super::lines::{Interruption, Line, stack_of};
use rules::operation::{Change, ChangeKind, Diff, DiffRequest, Warning};

impl JournalEntries {
    /// The unfinished delete or update of this object.
    pub(crate) fn interruption(&self, urn: &str, id: &str) -> Option<Interruption> {
        if urn.is_empty() || id.is_empty() {
            return None;
        }
        self.stack(urn, |stack| stack.changes.iter().find(|change| change.is_of(urn, id)).cloned())
    }

    /// Notes a delete before its first call is sent, or that its object was not found.
    pub(crate) fn deleting(&self, urn: &str, id: &str, not_found: bool) {
        self.changing(Interruption { not_found, ..Interruption::delete(urn, id) });
    }

    /// Notes an update of these properties before its first call is sent.
    pub(crate) fn updating(&self, urn: &str, id: &str, properties: BTreeSet<String>) -> Interruption {
        let update = Interruption { update: true, properties, ..Interruption::delete(urn, id) };
        self.changing(update.clone());
        update
    }

    /// Adds the properties of a later update, which starts with the recovery.
    pub(crate) fn also_changing(&self, earlier: &Interruption, properties: BTreeSet<String>) {
        self.changing(Interruption { properties, ..earlier.clone() });
    }

    /// Adds a property that an update is about to change for a step, with the value to restore.
    pub(crate) fn changing_for_step(&self, urn: &str, id: &str, name: &str, before: &str) {
        if let Some(earlier) = self.interruption(urn, id) {
            let changed_for_step = BTreeMap::from([(name.to_owned(), before.to_owned())]);
            self.changing(Interruption { changed_for_step, ..earlier });
        }
    }

    fn changing(&self, mut change: Interruption) {
        if change.urn.is_empty() {
            return;
        }
        let earlier = self.interruption(&change.urn, &change.id);
        if let Some(earlier) = earlier {
            change.properties.extend(earlier.properties);
            for (name, before) in earlier.changed_for_step {
                change.changed_for_step.entry(name).or_insert(before);
            }
        }
        self.stack(&change.urn, |stack| {
            stack.changes.retain(|other| !other.is_of(&change.urn, &change.id));
            stack.changes.push(change.clone());
        });
        self.journal.write(stack_of(&change.urn), &Line::Changing(change.clone()));
    }

    /// The change had no effect, or the object was created again.
    pub(crate) fn changed(&self, urn: &str, id: &str) {
        let was_open = self.stack(urn, |stack| {
            let before = stack.changes.len() + stack.answered.len();
            stack.changes.retain(|other| !other.is_of(urn, id));
            stack.answered.retain(|other| other != &(urn.to_owned(), id.to_owned()));
            stack.changes.len() + stack.answered.len() < before
        });
        if was_open {
            self.journal.write(stack_of(urn), &Line::Changed { urn: urn.to_owned(), id: id.to_owned() });
        }
    }

    /// The delete or update was answered. For this process it has ended; for a later process it has when Pulumi's engine has
    /// stored the result, which [`JournalEntries::delivered`] notes.
    pub(crate) fn answered(&self, urn: &str, id: &str) {
        self.stack(urn, |stack| {
            let before = stack.changes.len();
            stack.changes.retain(|other| !other.is_of(urn, id));
            if stack.changes.len() < before {
                stack.answered.push((urn.to_owned(), id.to_owned()));
            }
        });
    }
}

/// Adds the changes after a failed delete or an interrupted update to a diff: an update, which reads the object first, or a
/// replacement if the object does not exist. The old object is deleted first, because the new one may have the same ID.
pub fn after_interruption(resource: &Resource, request: &DiffRequest<'_>, earlier: &Interruption, diff: &mut Diff) {
    let is_input = |name: &&String| resource.properties.get(*name).is_some_and(|property| property.input != Input::No);
    let can_change = |name: &&String| {
        let property = resource.properties.get(*name);
        property.is_some_and(|own| {
            !own.replace && !own.create_only && !own.replace_if_added_or_removed && own.send.is_some()
        })
    };
    let given = || request.news.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).filter(is_input);
    // If no property can be updated, any property represents the resource.
    let any = || given().chain(resource.properties.keys()).take(1);
    let label = &resource.label;
    let (names, text): (Vec<&String>, _) = if earlier.not_found {
        diff.delete_before_replace = true;
        (
            any().collect(),
            format!("an earlier delete of the {label} failed after it had taken effect: the {label} is created again"),
        )
    } else {
        let updated: Vec<&String> = given().filter(can_change).collect();
        let what = if earlier.update { "update" } else { "delete" };
        let how = if earlier.update { "was interrupted" } else { "failed" };
        let text =
            format!("an earlier {what} of the {label} {how}: the object is read and updated to match the program");
        (if updated.is_empty() { any().collect() } else { updated }, text)
    };
    for name in names {
        let path = Path::root(name.as_str());
        let replace = earlier.not_found || diff.changes.get(&path).is_some_and(|change| change.replace);
        if earlier.not_found || !diff.properties().any(|changed| changed == name.as_str()) {
            diff.changes.insert(path, Change { kind: ChangeKind::Update, replace });
        }
    }
    diff.warnings.push(Warning { path: Path::default(), text });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::journal::entries::NoJournal;
    use crate::journal::lines::unfinished;

    #[test]
    fn failed_delete_stays_open_until_its_object_is_deleted() {
        let deletion = |id: &str, not_found| Interruption { not_found, ..Interruption::delete("urn", id) };
        let mut lines = vec![Line::Changing(deletion("1", false)), Line::Changing(deletion("2", false))];
        assert_eq!(unfinished(lines.clone()).changes.len(), 2);
        lines.push(Line::Changing(deletion("1", true)));
        lines.push(Line::Changed { urn: "urn".to_owned(), id: "2".to_owned() });
        let open = unfinished(lines);
        assert_eq!(open.changes, [deletion("1", true)]);
        assert_eq!(unfinished(open.lines()), open, "a journal can be rewritten");
        assert!(!open.is_empty());
    }

    #[test]
    fn value_to_restore_stays_with_later_changes_of_the_same_object() {
        let entries = JournalEntries::new(Arc::new(NoJournal));
        let restored = || entries.interruption("urn", "1").unwrap().changed_for_step;
        entries.changing_for_step("urn", "1", "state", "started");
        assert!(entries.interruption("urn", "1").is_none(), "there is no update");
        let update = entries.updating("urn", "1", BTreeSet::from(["type".to_owned()]));
        entries.changing_for_step("urn", "1", "state", "standby");
        entries.also_changing(&update, BTreeSet::new());
        entries.deleting("urn", "1", false);
        assert_eq!(restored(), BTreeMap::from([("state".to_owned(), "standby".to_owned())]));
    }

    #[test]
    fn line_of_an_earlier_version_is_read() {
        let line: Line = serde_json::from_str(r#"{"deleting":{"urn":"urn","id":"1"}}"#).unwrap();
        let Line::Changing(deletion) = line else { panic!("{line:?}") };
        assert!(!deletion.update && !deletion.not_found);
    }
}
