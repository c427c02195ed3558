//! Deletes that started and are not known to have succeeded, and the changes that Diff reports for their resources. Pulumi
//! stores nothing about a failed delete.

use catalog::{Input, Resource};
use serde::{Deserialize, Serialize};
use value::Path;

use super::{JournalEntries, Line, stack_of};
use rules::operation::{Change, ChangeKind, Diff, DiffRequest, Warning};

/// A delete that started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The resource's URN.
    pub urn: String,
    /// The object's Pulumi ID.
    pub id: String,
    /// A later read found that the object does not exist.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

impl Deletion {
    pub(super) fn is_of(&self, urn: &str, id: &str) -> bool {
        self.urn == urn && self.id == id
    }
}

impl JournalEntries {
    /// The delete of this object that failed.
    pub(crate) fn deletion(&self, urn: &str, id: &str) -> Option<Deletion> {
        if urn.is_empty() || id.is_empty() {
            return None;
        }
        self.stack(urn, |stack| stack.deletes.iter().find(|deletion| deletion.is_of(urn, id)).cloned())
    }

    /// Notes a delete before its first call is sent, or that its object was not found.
    pub(crate) fn deleting(&self, urn: &str, id: &str, gone: bool) {
        if urn.is_empty() {
            return;
        }
        let deletion = Deletion { urn: urn.to_owned(), id: id.to_owned(), gone };
        self.stack(urn, |stack| {
            stack.deletes.retain(|other| !other.is_of(urn, id));
            stack.deletes.push(deletion.clone());
        });
        self.journal.write(stack_of(urn), &Line::Deleting(deletion));
    }

    /// The delete succeeded, had no effect, or the object matches the program again.
    pub(crate) fn deleted(&self, urn: &str, id: &str) {
        if self.deletion(urn, id).is_none() {
            return;
        }
        self.stack(urn, |stack| stack.deletes.retain(|other| !other.is_of(urn, id)));
        self.journal.write(stack_of(urn), &Line::Deleted { urn: urn.to_owned(), id: id.to_owned() });
    }
}

/// Adds the changes after a failed delete to a diff: an update, which reads the object first, or a replacement if the object
/// does not exist. The old object is deleted first, because the new one may have the same ID.
pub fn after_failed_delete(resource: &Resource, request: &DiffRequest<'_>, deletion: &Deletion, diff: &mut Diff) {
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
    let (names, text): (Vec<&String>, _) = if deletion.gone {
        diff.delete_before_replace = true;
        (
            any().collect(),
            format!("an earlier delete of the {label} failed after it had taken effect: the {label} is created again"),
        )
    } else {
        let updated: Vec<&String> = given().filter(can_change).collect();
        let text =
            format!("an earlier delete of the {label} failed: the object is read and updated to match the program");
        (if updated.is_empty() { any().collect() } else { updated }, text)
    };
    for name in names {
        let path = Path::root(name.as_str());
        let replace = deletion.gone || diff.changes.get(&path).is_some_and(|change| change.replace);
        if deletion.gone || !diff.properties().any(|changed| changed == name.as_str()) {
            diff.changes.insert(path, Change { kind: ChangeKind::Update, replace });
        }
    }
    diff.warnings.push(Warning { path: Path::default(), text });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::unfinished;

    #[test]
    fn failed_delete_stays_open_until_its_object_is_deleted() {
        let deletion = |id: &str, gone| Deletion { urn: "urn".to_owned(), id: id.to_owned(), gone };
        let mut lines = vec![Line::Deleting(deletion("1", false)), Line::Deleting(deletion("2", false))];
        assert_eq!(unfinished(lines.clone()).deletes.len(), 2);
        lines.push(Line::Deleting(deletion("1", true)));
        lines.push(Line::Deleted { urn: "urn".to_owned(), id: "2".to_owned() });
        let open = unfinished(lines);
        assert_eq!(open.deletes, [deletion("1", true)]);
        assert_eq!(unfinished(open.lines()), open, "a journal can be rewritten");
        assert!(!open.is_empty());
    }
}
