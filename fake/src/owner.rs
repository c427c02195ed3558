//! The project and the organization of an object: its own, or those of its parent.

use serde_json::Value;

use crate::store::{Object, Store};

/// The fields with the owners of an object.
pub(crate) const OWNERS: [&str; 2] = ["organization_id", "project_id"];

impl Store {
    /// A field of the object, or of its parent: an object without a project belongs to the project of its parent, which
    /// one of its `…_id` fields names.
    pub(crate) fn inherited<'a>(&'a self, object: &'a Object, name: &str) -> Option<&'a Value> {
        // Instances have the project in `project`.
        let other = if OWNERS.contains(&name) { name.trim_end_matches("_id") } else { name };
        let own = |object: &'a Object| {
            let shown = object.fields.get(name).or_else(|| object.fields.get(other));
            shown.or_else(|| object.hidden.get(name))
        };
        own(object).or_else(|| {
            let ids = object.fields.iter().filter(|(field, _)| field.ends_with("_id")).map(|(_, id)| id);
            let others = |id: &'a Value| self.with_id(id.as_str()?).find(|other| other.id != object.id);
            let mut parents = ids.filter_map(others);
            parents.find_map(|parent| self.inherited(parent, name))
        })
    }
}
