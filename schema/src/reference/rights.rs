//! The section of a page about the permission sets that an API key needs.

use std::collections::{BTreeMap, BTreeSet};

use catalog::Permission;

/// The section for one or several resources; empty for resources without API operations.
pub(super) fn section<'a>(needed: impl Iterator<Item = &'a BTreeMap<String, Permission>>) -> String {
    let needed: BTreeSet<&Permission> = needed.flat_map(BTreeMap::values).collect();
    let sets = |reads: bool| {
        let fitting = needed.iter().filter(|permission| permission.reads == reads);
        let named: BTreeSet<String> = fitting
            .map(|permission| {
                let scope = if permission.organization { " (organization)" } else { "" };
                format!("`{}`{scope}", permission.set)
            })
            .collect();
        named.into_iter().collect::<Vec<_>>().join(", ")
    };
    let text = match (sets(true).as_str(), sets(false).as_str()) {
        ("", "") => return String::new(),
        (read, "") => format!("The API key needs {read}."),
        ("", change) => format!("The API key needs {change}."),
        (read, change) => {
            format!("The API key needs {change} to create, update and delete, and {read} to read and refresh.")
        }
    };
    format!("## Permission sets\n\n{text}\n\n")
}
