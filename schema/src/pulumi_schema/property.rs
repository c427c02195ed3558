//! One property in the schema: its type, its description, and whether it is always set.

use std::collections::BTreeMap;

use catalog::{Decides, Input, Kind, Property, ProviderDefault};
use serde_json::{Map, Value as Json, json};

use super::describe;
use super::types::{Owner, Types};
use crate::descriptor;

/// A property of the inputs or outputs.
#[derive(Clone)]
pub(crate) struct PropertySpec(Json);

impl PropertySpec {
    pub(crate) fn into_json(self) -> Json {
        self.0
    }
}

/// The schema of a property. Its object types are added to the schema.
pub(crate) fn property_spec(
    owner: &Owner,
    name: &str,
    word: &descriptor::Property,
    property: &Property,
    types: &mut Types,
) -> PropertySpec {
    let place = TypePlace { owner, name, word };
    let mut spec = type_spec(property, &property.kind, &place, false, types);
    let describe = match (owner.is_function(), owner.is_component()) {
        (true, _) => describe::looked_up,
        (_, true) => describe::of_component,
        _ => describe::property,
    };
    let mut text = describe(word, property);
    if let Some(sentence) = describe::removal(property).filter(|_| owner.is_resource() && !owner.needs_one_of(name)) {
        text = format!("{text} {sentence}");
    }
    spec["description"] = json!(text);
    if property.secret {
        spec["secret"] = json!(true);
    }
    if let Some(reason) = &property.deprecated {
        spec["deprecationMessage"] = json!(reason);
    }
    PropertySpec(spec)
}

/// Whether SDKs take the property as a plain value only. Maps, lists and objects are never plain, although their keys must
/// be known: a program can wrap them as one secret.
pub(crate) fn is_plain(property: &Property) -> bool {
    let is_container = matches!(property.kind, Kind::List(_) | Kind::Map(_) | Kind::Object(_));
    property.decides == Decides::Value && !is_container
}

/// The outputs that are always set: those that only the API sets, and those that the program or the API always sets.
pub(crate) fn outputs_always_present(
    properties: &BTreeMap<String, Property>,
    words: &BTreeMap<String, descriptor::Property>,
) -> Vec<String> {
    let always = properties.iter().filter(|(name, property)| {
        let filled = match property.input {
            Input::No
            | Input::Required
            | Input::Auto
            | Input::Provider(ProviderDefault::Project | ProviderDefault::Organization) => true,
            // As in `pulumiverse_scaleway`: the region of a resource may be missing from its outputs.
            Input::Provider(ProviderDefault::Region | ProviderDefault::Zone) => false,
            Input::Optional => property.computed,
        };
        filled && !property.write_only && words.get(*name).is_some_and(|word| !word.maybe_absent)
    });
    always.map(|(name, _)| name.clone()).collect()
}

struct TypePlace<'a> {
    owner: &'a Owner,
    name: &'a str,
    word: &'a descriptor::Property,
}

impl TypePlace<'_> {
    fn named(&self, is_list: bool) -> Owner {
        self.owner.inside(self.name, self.word, is_list)
    }
}

fn type_spec(property: &Property, kind: &Kind, place: &TypePlace<'_>, is_list: bool, types: &mut Types) -> Json {
    match kind {
        Kind::String if place.owner.is_component() && !property.checks.allowed.is_empty() => {
            let values = property.checks.allowed.iter().map(|value| json!({ "value": value })).collect::<Vec<_>>();
            json!({ "$ref": types.add(&place.named(is_list), json!({ "type": "string", "enum": values })) })
        }
        Kind::String => json!({ "type": "string" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::List(items) => json!({ "type": "array", "items": type_spec(property, items, place, true, types) }),
        Kind::Map(values) => {
            json!({ "type": "object", "additionalProperties": type_spec(property, values, place, is_list, types) })
        }
        Kind::Object(fields) => {
            let named = place.named(is_list);
            let spec = object_spec(&named, place.word, fields, types);
            json!({ "$ref": types.add(&named, spec) })
        }
        // Pulumi's asset type also accepts an archive.
        Kind::Asset | Kind::File => json!({ "$ref": "pulumi.json#/Asset" }),
        Kind::Archive => json!({ "$ref": "pulumi.json#/Archive" }),
        Kind::Any => json!({ "$ref": "pulumi.json#/Any" }),
    }
}

fn object_spec(
    named: &Owner,
    word: &descriptor::Property,
    fields: &BTreeMap<String, Property>,
    types: &mut Types,
) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, property) in fields {
        let mut spec = property_spec(named, name, &word.properties[name], property, types).into_json();
        if is_plain(property) {
            spec["plain"] = json!(true);
        }
        properties.insert(name.clone(), spec);
        // As in `pulumiverse_scaleway`: one type is used for inputs and outputs, so only required inputs are required. Fields
        // from the API may be missing, and a typed program must not fail then.
        if property.input == Input::Required {
            required.push(name.clone());
        }
    }
    let mut spec = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        spec["required"] = json!(required);
    }
    spec
}
