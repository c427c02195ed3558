//! Comparison with `pulumiverse_scaleway`: every resource, lookup, property and rule of the products in scope.
//!
//! Each difference is listed in `differences.yaml` with its reason. An unlisted difference fails the test, and so does a
//! listed one that no longer exists.
#![allow(clippy::unwrap_used, missing_docs)]

mod compare;
mod flat;
mod functions;
mod nested;
mod resources;
mod terraform;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use recordings::Suite;
use serde::Deserialize;
use serde_json::Value as Json;
use tests::places;

use crate::compare::Difference;

fn main() -> ExitCode {
    Suite::default()
        .test("every_difference_from_pulumiverse_is_listed", "peer-compat", every_difference_from_pulumiverse_is_listed)
        .test(
            "every_resource_and_lookup_of_pulumiverse_in_scope_exists",
            "peer-compat",
            every_resource_and_lookup_of_pulumiverse_in_scope_exists,
        )
        .test(
            "every_attribute_of_the_terraform_provider_has_its_property",
            "peer-compat",
            terraform::every_attribute_of_the_terraform_provider_has_its_property,
        )
        .run()
}

/// A listed difference.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    /// Place: `token`, `token.property` or `token.property.inner`; a `*` at the start or end matches anything.
    at: String,
    /// The kinds of difference, as in the output of the test.
    what: Vec<String>,
    /// The reason.
    reason: String,
}

impl Listed {
    fn is(&self, difference: &Difference) -> bool {
        let here = match (self.at.strip_prefix('*'), self.at.strip_suffix('*')) {
            (Some(end), _) => difference.at.ends_with(end),
            (_, Some(start)) => difference.at.starts_with(start),
            _ => difference.at == self.at,
        };
        here && self.what.iter().any(|what| what == difference.what)
    }
}

fn every_difference_from_pulumiverse_is_listed(folder: &Path) {
    let pulumiverse_resources = places::json(&folder.join("resources.json"));
    let pulumiverse_functions = places::json(&folder.join("functions.json"));
    let schema = places::json(&places::project().join("schema/schema.json"));
    let (catalog, scope) = (places::catalog(), Scope::read());

    let mut differences = Vec::new();
    let mut compared = 0;
    for (token, ours) in members(&schema["resources"]) {
        let bare = compare::without_package(token);
        // Components, their building blocks, and actions exist only in this provider.
        if is_our_own(bare) || catalog.resource(token).is_some_and(|resource| resource.action.is_some()) {
            continue;
        }
        if scope.additional.contains(bare) {
            assert!(pulumiverse_resources.get(format!("scaleway:{bare}")).is_none(), "pulumiverse has {bare} too");
            continue;
        }
        // Flat names are compared under their modular names.
        if catalog.modular(token) != bare {
            flat::compare(&schema["resources"], token, ours, &catalog, &mut differences);
            continue;
        }
        let mut pulumiverse = &pulumiverse_resources[format!("scaleway:{bare}")];
        // Only the flat name of a file system exists.
        if let Some(flat) =
            catalog.aliases.iter().find(|(_, modular)| *modular == bare).filter(|_| pulumiverse.is_null())
        {
            pulumiverse = &pulumiverse_resources[format!("scaleway:{}", flat.0)];
        }
        compared += resources::compare(&schema, bare, ours, &catalog.resources[bare], pulumiverse, &mut differences);
    }
    for (token, ours) in members(&schema["functions"]) {
        let bare = compare::without_package(token);
        if catalog.method(token).is_some() {
            continue;
        }
        if catalog.modular(token) != bare {
            flat::compare(&schema["functions"], token, ours, &catalog, &mut differences);
            continue;
        }
        let pulumiverse = &pulumiverse_functions[format!("scaleway:{bare}")];
        compared += functions::compare(&schema, bare, ours, pulumiverse, &mut differences);
    }
    assert!(compared > 500, "only {compared} properties were compared");

    let listed: Vec<Listed> =
        serde_saphyr::from_str(&places::text(&places::project().join("tests/parity/differences.yaml"))).unwrap();
    let unexplained: Vec<String> = differences
        .iter()
        .filter(|found| !listed.iter().any(|listed| listed.is(found)))
        .map(ToString::to_string)
        .collect();
    assert!(unexplained.is_empty(), "{} differences are not listed:\n{}", unexplained.len(), unexplained.join("\n"));
    let gone: Vec<String> = listed
        .iter()
        .flat_map(|listed| listed.what.iter().map(move |what| (listed, what)))
        .filter(|(listed, what)| !differences.iter().any(|found| listed.is(found) && found.what == what.as_str()))
        .map(|(listed, what)| format!("{} ({what})", listed.at))
        .collect();
    assert!(gone.is_empty(), "differences.yaml lists differences that do not exist:\n{}", gone.join("\n"));
    let unexplained: Vec<&str> =
        listed.iter().filter(|listed| listed.reason.len() < 20).map(|listed| listed.at.as_str()).collect();
    assert!(unexplained.is_empty(), "differences.yaml gives no reason for {unexplained:?}");
}

fn every_resource_and_lookup_of_pulumiverse_in_scope_exists(folder: &Path) {
    let (catalog, scope) = (places::catalog(), Scope::read());
    let pulumiverse_functions = places::json(&folder.join("functions.json"));
    // A lookup of `pulumiverse_scaleway` for an existing resource must exist too.
    let missing: Vec<String> = catalog
        .resources
        .keys()
        .filter_map(|token| {
            let (module, rest) = token.split_once('/')?;
            let name = rest.split_once(':')?.1;
            let lookup = format!("{module}/get{name}:get{name}");
            let offered = catalog.functions.contains_key(&lookup);
            (!offered && pulumiverse_functions.get(format!("scaleway:{lookup}")).is_some()).then_some(lookup)
        })
        .collect();
    assert!(missing.is_empty(), "lookups of pulumiverse are missing: {missing:?}");
    // So must its functions without a resource in existing modules.
    let modules: Vec<&str> = scope.resources.iter().filter_map(|token| token.split('/').next()).collect();
    let alone: Vec<&str> = members(&pulumiverse_functions)
        .into_keys()
        .filter_map(|token| token.strip_prefix("scaleway:"))
        .filter(|token| modules.contains(&token.split('/').next().unwrap_or_default()))
        .filter(|token| !catalog.functions.contains_key(token))
        .filter(|token| !scope.without_functions.contains_key(*token))
        .collect();
    assert!(alone.is_empty(), "functions of pulumiverse are missing: {alone:?}");
    for (token, reason) in &scope.without_functions {
        let exists =
            pulumiverse_functions.get(format!("scaleway:{token}")).is_some() && !catalog.functions.contains_key(token);
        assert!(
            exists && reason.len() > 20,
            "scope.yaml: {token} exists here, or not in pulumiverse, or has no reason"
        );
    }
    // The plugin of `pulumiverse_scaleway` has no actions.
    let is_theirs = |token: &&String| {
        !is_our_own(token) && !scope.additional.contains(*token) && catalog.resources[*token].action.is_none()
    };
    let ours: BTreeSet<&String> = catalog.resources.keys().filter(is_theirs).collect();
    let expected: BTreeSet<&String> = scope.resources.iter().collect();
    let missing: Vec<_> = expected.difference(&ours).collect();
    assert!(missing.is_empty(), "resources in scope.yaml do not exist: {missing:?}");
    let unlisted: Vec<_> = ours.difference(&expected).collect();
    assert!(unlisted.is_empty(), "scope.yaml does not list {unlisted:?}");
    assert_eq!(expected.len(), scope.resources.len(), "scope.yaml lists a resource twice");
}

/// Whether a token is in the module that `pulumiverse_scaleway` does not have.
fn is_our_own(token: &str) -> bool {
    token.starts_with("evalap/")
}

/// `scope.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Scope {
    /// The tokens of the resources that must exist.
    resources: Vec<String>,
    /// The tokens of the resources that `pulumiverse_scaleway` does not have.
    additional: BTreeSet<String>,
    /// Functions in the modules of these resources that do not exist here, with the reason.
    without_functions: BTreeMap<String, String>,
}

impl Scope {
    fn read() -> Self {
        serde_saphyr::from_str(&places::text(&places::project().join("tests/parity/scope.yaml"))).unwrap()
    }
}

/// The members of a JSON object, in order.
fn members(json: &Json) -> BTreeMap<&str, &Json> {
    json.as_object().into_iter().flatten().map(|(name, json)| (name.as_str(), json)).collect()
}
