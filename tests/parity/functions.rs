//! Lookups: inputs and outputs.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::compare::{Difference, equal, flag, holds, pulumiverse_type, type_of};
use crate::{members, nested};

/// Compares one lookup; returns the number of compared properties.
pub(crate) fn compare(
    schema: &Json,
    token: &str,
    ours: &Json,
    pulumiverse: &Json,
    differences: &mut Vec<Difference>,
) -> usize {
    if pulumiverse.is_null() {
        equal(differences, token, "existence", true, false);
        return 0;
    }
    let (inputs, outputs) = (members(&ours["inputs"]["properties"]), members(&ours["outputs"]["properties"]));
    let theirs = members(&pulumiverse["props"]);
    let names: BTreeSet<&str> = inputs.keys().chain(outputs.keys()).chain(theirs.keys()).copied().collect();
    equal(differences, token, "deprecated", ours["deprecationMessage"].is_string(), flag(pulumiverse, "deprecated"));
    let mut compared = 0;
    // Every lookup returns the ID, which the data of `pulumiverse_scaleway` do not contain.
    for name in names.into_iter().filter(|name| *name != "id") {
        let at = format!("{token}.{name}");
        let spec = outputs.get(name).or_else(|| inputs.get(name));
        let (Some(spec), Some(pulumiverse)) = (spec, theirs.get(name)) else {
            equal(differences, &at, "existence", spec.is_some(), theirs.contains_key(name));
            continue;
        };
        compared += 1;
        equal(differences, &at, "type", type_of(spec).0, pulumiverse_type(pulumiverse));
        equal(differences, &at, "input", inputs.contains_key(name), pulumiverse["io"] == "in");
        equal(differences, &at, "required", holds(&ours["inputs"]["required"], name), flag(pulumiverse, "required"));
        equal(differences, &at, "output", outputs.contains_key(name), true);
        equal(differences, &at, "secret", flag(spec, "secret"), flag(pulumiverse, "secret"));
        compared += nested::compare(schema, &at, spec, None, pulumiverse, differences);
    }
    compared
}
