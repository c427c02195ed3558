//! The section of a page that says which permission sets an API key needs.

use std::collections::{BTreeMap, BTreeSet};

use catalog::Permission;

/// The section for what one resource calls, or several; nothing where nobody is called.
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
        (look, "") => format!("The API key needs {look}."),
        ("", change) => format!("The API key needs {change}."),
        (look, change) => {
            format!(
                "To make, change and delete it, the API key needs {change}. To look at it, as a refresh does: {look}."
            )
        }
    };
    format!("## Permission sets\n\n{text}\n\n")
}
