//! The example of a lookup, for the descriptions in the SDKs: it finds an object by its name, by other properties, or by its ID.
//! Generated from the inputs of the lookup, because the example of its resource creates the object.

use std::collections::BTreeSet;

use catalog::{Convert, Format, Function, Input, Kind, Locality, Lookup, Property, Resource, Source};

use crate::descriptor::example::{Called, Entries, Example, Value};
use crate::pulumi_schema::EXAMPLE_UUID;

/// The name of the call in the program.
const FOUND: &str = "found";

/// Inputs whose default is a setting of the provider.
const DEFAULTED: [&str; 4] = ["organizationId", "projectId", "region", "zone"];

/// Values of inputs that are neither names nor IDs of the API.
const VALUES: [(&str, &str); 9] = [
    ("accessKey", "SCWXXXXXXXXXXXXXXXXX"),
    ("address", "192.0.2.10"),
    ("bucketServerSideEncryptionConfigurationId", "main"),
    ("dnsZone", "example.com"),
    ("domain", "example.com"),
    ("email", "jane@example.com"),
    ("ipAddress", "192.0.2.10"),
    ("key", "report.pdf"),
    ("path", "/"),
];

/// A program that calls the lookup and exports the ID of the object.
pub(super) fn example(function: &Function, resource: &Resource) -> Example {
    let inputs = &function.lookup.inputs;
    let required = inputs.iter().filter(|(_, property)| property.input == Input::Required).map(|(name, _)| name);
    let arguments: BTreeSet<&String> = required.chain(identification(&function.lookup)).collect();
    let value = |name: &String| Some((name.clone(), Value::Text(value(name, inputs.get(name)?, resource))));
    let id = function.lookup.id.clone().unwrap_or_else(|| "id".to_owned());
    Example {
        config: Entries::default(),
        resources: Entries::default(),
        functions: Entries(vec![(
            FOUND.to_owned(),
            Called {
                function: function.token.clone(),
                arguments: Entries(arguments.into_iter().filter_map(value).collect()),
            },
        )]),
        outputs: Entries(vec![(id, Value::Text(format!("${{{FOUND}.id}}")))]),
    }
}

/// The inputs that select one object: one or two properties, such as its name and its parent; its name, if the list has more
/// filters; or its ID.
fn identification(lookup: &Lookup) -> Vec<&String> {
    let input = |source: &Source| match source {
        Source::Property(name) if DEFAULTED.contains(&name.as_str()) => None,
        Source::Property(name) => lookup.inputs.get_key_value(name).filter(|(_, property)| selects(property)),
        _ => None,
    };
    let by = lookup
        .by
        .iter()
        .flat_map(|by| by.find.values())
        .chain(lookup.parent.iter().flat_map(|parent| parent.by.find.values()));
    let by: Vec<&String> = by.filter_map(input).map(|(name, _)| name).collect();
    let path = lookup.by.iter().flat_map(|by| by.list.parameters.values());
    let name = lookup.inputs.get_key_value("name").map(|(name, _)| name);
    match (name, by.len()) {
        (_, 1 | 2) => by,
        (Some(name), _) => path.filter_map(input).map(|(name, _)| name).chain([name]).collect(),
        (None, _) => lookup.id.iter().collect(),
    }
}

/// Whether an input is a string without a default.
fn selects(property: &Property) -> bool {
    property.kind == Kind::String && property.default.is_none()
}

fn value(name: &str, property: &Property, resource: &Resource) -> String {
    if let Some((_, value)) = VALUES.iter().find(|(input, _)| *input == name) {
        return (*value).to_owned();
    }
    match (property.checks.format, property.convert, resource.locality) {
        (Some(Format::Uuid), ..) | (_, _, Locality::Global) if name.ends_with("Id") => EXAMPLE_UUID.to_owned(),
        (_, Some(Convert::RegionalId), _) | (_, _, Locality::Region) if name.ends_with("Id") => {
            format!("fr-par/{EXAMPLE_UUID}")
        }
        _ if name.ends_with("Id") => format!("fr-par-1/{EXAMPLE_UUID}"),
        _ => "main".to_owned(),
    }
}
