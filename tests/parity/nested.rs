//! Properties of nested types, at any depth.

use std::collections::BTreeSet;

use catalog::{Kind, Property};
use serde_json::Value as Json;

use crate::compare::{Difference, equal, flag, holds, pulumiverse_type, type_of, without_package};
use crate::{members, resources};

/// Compares the properties of the type of a property, with the catalog's rules if any. Returns how many
/// were compared.
pub(crate) fn compare(
    schema: &Json,
    at: &str,
    spec: &Json,
    kind: Option<&Kind>,
    pulumiverse: &Json,
    differences: &mut Vec<Difference>,
) -> usize {
    let (_, token) = type_of(spec);
    let pulumiverse_properties = members(&pulumiverse["props"]);
    let Some(token) = token else {
        equal(differences, at, "nested", 0, pulumiverse_properties.len());
        return 0;
    };
    if let Some(expected) = pulumiverse["typeName"].as_str() {
        equal(differences, at, "type name", without_package(&token), without_package(expected));
    }
    let nested = &schema["types"][&token];
    let ours = members(&nested["properties"]);
    let names: BTreeSet<&str> = ours.keys().chain(pulumiverse_properties.keys()).copied().collect();
    let mut compared = 0;
    for name in names {
        let here = format!("{at}.{name}");
        let (Some(spec), Some(pulumiverse)) = (ours.get(name), pulumiverse_properties.get(name)) else {
            equal(differences, &here, "existence", ours.contains_key(name), pulumiverse_properties.contains_key(name));
            continue;
        };
        compared += 1;
        equal(differences, &here, "type", type_of(spec).0, pulumiverse_type(pulumiverse));
        // A required input must be set; an output is never required.
        let must = pulumiverse["io"] == "in" && flag(pulumiverse, "required");
        let given = pulumiverse["io"] == "in";
        if given {
            equal(differences, &here, "required", holds(&nested["required"], name), must);
        }
        equal(differences, &here, "secret", flag(spec, "secret"), flag(pulumiverse, "secret"));
        equal(
            differences,
            &here,
            "deprecated",
            spec["deprecationMessage"].is_string(),
            flag(pulumiverse, "deprecated"),
        );
        let property = kind.and_then(|kind| inner(kind, name));
        if let Some(property) = property {
            resources::rules(&here, property, pulumiverse, differences);
        }
        compared +=
            self::compare(schema, &here, spec, property.map(|property| &property.kind), pulumiverse, differences);
    }
    compared
}

/// The property of this name inside a kind.
fn inner<'k>(kind: &'k Kind, name: &str) -> Option<&'k Property> {
    kind.properties().find(|(other, _)| *other == name).map(|(_, property)| property)
}
