//! Cases that the case files must have for each resource, so that every operation and property is tested.

use catalog::{Input, Property, Resource};
use serde_json::Value as Json;
use tests::case::{self, Action, Case};
use tests::places;

/// Inputs that are never updated in place, with the reason.
const NEVER_CHANGED: &[(&str, &str, &str)] = &[
    ("databases/instance:Instance", "privateIps", "accepted as by `pulumiverse_scaleway`, but only IPAM sets it"),
    (
        "network/gatewayNetwork:GatewayNetwork",
        "privateIps",
        "accepted as by `pulumiverse_scaleway`, but only IPAM sets it",
    ),
    ("mongodb/instance:Instance", "privateIps", "accepted as by `pulumiverse_scaleway`, but only IPAM sets it"),
    (
        "iam/samlCertificate:SamlCertificate",
        "organizationId",
        "accepted as by `pulumiverse_scaleway`, but the organization is that of the configuration",
    ),
    (
        "iam/scimToken:ScimToken",
        "organizationId",
        "accepted as by `pulumiverse_scaleway`, but the organization is that of the configuration",
    ),
    ("inference/deployment:Deployment", "privateIps", "accepted as by `pulumiverse_scaleway`, but only IPAM sets it"),
    ("redis/cluster:Cluster", "privateIps", "accepted as by `pulumiverse_scaleway`, but only IPAM sets it"),
    ("redis/cluster:Cluster", "publicNetwork", "accepted as by `pulumiverse_scaleway`, but only the API sets it"),
];

#[test]
fn every_resource_has_a_case_of_every_operation() {
    let mut missing = Vec::new();
    for (token, _, cases) in offered() {
        for (actions, name) in [
            (&[Action::Create][..], "create"),
            (&[Action::Read, Action::Refresh][..], "refresh"),
            (&[Action::Import][..], "import"),
            (&[Action::Delete][..], "delete"),
        ] {
            if !cases.iter().any(|case| actions.contains(&case.action())) {
                missing.push(format!("{token}: no case of {name}"));
            }
        }
        if !cases.iter().any(|case| case.then.deleted && case.action() != Action::Delete) {
            missing.push(format!("{token}: no case of a read that does not find the object"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// An input is covered if a case creates something with it, or if it is in the first program of the lifecycle test.
#[test]
fn every_input_is_set_by_a_create_case() {
    let text = places::text(&places::project().join("tests/rpc/lifecycle.yaml"));
    let entries: Vec<Json> = serde_saphyr::from_str(&text).unwrap();
    let mut missing = Vec::new();
    for (token, resource, cases) in offered().into_iter().filter(|(_, resource, _)| resource.discontinued.is_none()) {
        let of_token = entries.iter().filter(|entry| entry["resource"] == token.as_str());
        let entries: Vec<&Json> = of_token.flat_map(|entry| [&entry["least"], &entry["inputs"]]).collect();
        // Region, zone, project and organization are handled in one way for all resources.
        let is_own =
            |property: &Property| property.deprecated.is_none() && !matches!(property.input, Input::Provider(_));
        let is_never = |name: &String| NEVER_CHANGED.iter().any(|(other, input, _)| *other == token && input == name);
        for name in inputs(&resource, is_own).into_iter().filter(|name| !is_never(name) && name != "projectId") {
            let made = |case: &Case| case.action() == Action::Create && case.when.contains_key(&name);
            if !cases.iter().any(made) && entries.iter().all(|entry| entry[&name].is_null()) {
                missing.push(format!("{token}: no case creates it with `{name}`"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_change_that_replaces_has_a_case() {
    let mut missing = Vec::new();
    for (token, resource, cases) in offered() {
        for name in inputs(&resource, |property| property.replace && !property.write_only) {
            let shown = |case: &Case| case.then.replaces.as_ref().is_some_and(|names| names.contains(&name));
            if !cases.iter().any(shown) {
                missing.push(format!("{token}: no case shows that a changed `{name}` replaces"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_update_in_place_has_a_case() {
    let mut missing = Vec::new();
    for (token, resource, cases) in offered() {
        // Deprecated names change the same field as their successors.
        let in_place = |property: &Property| !property.replace && !property.write_only && property.deprecated.is_none();
        for name in inputs(&resource, in_place) {
            let shown = |case: &Case| case.action() == Action::Update && case.when.contains_key(&name);
            let never = NEVER_CHANGED.iter().any(|(other, input, _)| *other == token && *input == name);
            if !never && !cases.iter().any(shown) {
                missing.push(format!("{token}: no case changes `{name}` in place"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Every resource with its cases.
fn offered() -> Vec<(String, Resource, Vec<Case>)> {
    let catalog = places::catalog();
    let files = places::files(&places::project().join("resources"), ".cases.yaml");
    let cases: Vec<(String, Vec<Case>)> =
        files.iter().map(|file| (case::token(file), case::read(file).unwrap())).collect();
    let of = |token: &String| {
        let found = cases.iter().find(|(other, _)| other == token);
        found.map(|(_, cases)| cases.clone()).unwrap_or_default()
    };
    catalog.resources.iter().map(|(token, resource)| (token.clone(), resource.clone(), of(token))).collect()
}

/// The inputs of a resource that match.
fn inputs(resource: &Resource, so: impl Fn(&Property) -> bool) -> Vec<String> {
    let inputs = resource.properties.iter().filter(|(_, property)| property.input != Input::No && so(property));
    inputs.map(|(name, _)| name.clone()).collect()
}
