//! The programs cover every resource of the catalog, and every property that is updated in place.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Input, Resource};
use tests::places;

use tests::programs::Table;

/// Properties that no program changes, by resource; the reasons are in comments.
const UNCHANGED: &str = "tests/schedules/unchanged.yaml";

#[test]
fn every_property_that_updates_in_place_is_changed_by_a_schedule() {
    let catalog = places::catalog();
    let table = Table::read();
    let listed: BTreeMap<String, BTreeSet<String>> =
        serde_saphyr::from_str(&places::text(&places::project().join(UNCHANGED))).unwrap();
    let mut unchanged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (token, resource) in catalog.resources.iter().filter(|(_, resource)| is_remote(resource)) {
        let programs: Vec<_> = table.0.iter().filter(|program| program.resource == *token).collect();
        assert!(!programs.is_empty(), "{token} has no program");
        let changes = |name: &String| programs.iter().any(|program| program.changes(name));
        let in_place = resource.properties.iter().filter(|(_, property)| {
            property.input != Input::No && !property.replace && !property.create_only && property.deprecated.is_none()
        });
        let missing: BTreeSet<String> = in_place.map(|(name, _)| name).filter(|name| !changes(name)).cloned().collect();
        if !missing.is_empty() {
            unchanged.insert(token.clone(), missing);
        }
    }
    assert_eq!(unchanged, listed, "{UNCHANGED} must list what no program changes");
}

/// Whether its operations send requests to Scaleway.
pub(crate) fn is_remote(resource: &Resource) -> bool {
    resource.local.is_none() && resource.discontinued.is_none()
}
