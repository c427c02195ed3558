//! Lookup functions in the schema: inputs and outputs.

use std::collections::BTreeMap;

use catalog::{Input, Property};
use serde_json::{Map, Value as Json, json};

use super::describe;
use super::property::{outputs_always_present, property_spec};
use super::types::{Owner, Types};
use crate::descriptor;
use crate::resolve::{Resolved, ResolvedLookup};

/// The schema of a lookup function under one of its tokens.
pub(crate) fn spec(
    one: &Resolved<'_>,
    token: &str,
    word: &descriptor::Lookup,
    lookup: &ResolvedLookup,
    types: &mut Types,
) -> Json {
    let owner = Owner::of_function(one, token);
    let text = |name: &str| word.properties.get(name).or_else(|| one.descriptor.properties.get(name));
    let mut inputs = Map::new();
    let mut required_inputs = Vec::new();
    for (name, property) in &lookup.function.lookup.inputs {
        if let Some(text) = text(name) {
            inputs.insert(name.clone(), property_spec(&owner, name, text, property, types).into_json());
        }
        if property.input == Input::Required {
            required_inputs.push(name.clone());
        }
    }
    let mut outputs = Map::new();
    let returned = returned(one, word, lookup);
    for (name, property) in &returned {
        if let Some(text) = text(name) {
            outputs.insert(name.clone(), property_spec(&owner, name, text, property, types).into_json());
        }
    }
    let mut required = always_returned(one, word, &returned);
    if !outputs.contains_key("id") {
        let text = format!("The Pulumi ID of the {}, which also imports it.", one.resource.label);
        outputs.insert("id".to_owned(), json!({ "type": "string", "description": text }));
    }
    required.push("id".to_owned());
    required.sort();
    required.dedup();
    let reason = describe::deprecated(token, &word.token, describe::reason(one, None).as_ref());
    function(&word.doc, (inputs, required_inputs), (outputs, required), reason)
}

/// The schema of a function without a resource, under one of its tokens.
pub(crate) fn standalone(one: &Resolved<'_>, token: &str, types: &mut Types) -> Json {
    let owner = Owner::of_function(one, token);
    let word = one.descriptor;
    let (mut inputs, mut outputs) = (Map::new(), Map::new());
    let mut required_inputs = Vec::new();
    for (name, property) in &one.resource.properties {
        let spec = property_spec(&owner, name, &word.properties[name], property, types).into_json();
        if property.input != Input::No {
            inputs.insert(name.clone(), spec.clone());
        }
        if property.input == Input::Required {
            required_inputs.push(name.clone());
        }
        outputs.insert(name.clone(), spec);
    }
    let text = "The inputs as an id: region or zone, project and filters.";
    outputs.insert("id".to_owned(), json!({ "type": "string", "description": text }));
    let mut required = outputs_always_present(&one.resource.properties, &word.properties);
    required.push("id".to_owned());
    required.sort();
    let reason = describe::deprecated(token, &word.token, word.deprecated.as_ref());
    function(&word.doc, (inputs, required_inputs), (outputs, required), reason)
}

/// A function in the schema: properties, each list with the names of those that are always set.
fn function(
    doc: &str,
    (inputs, required_inputs): (Map<String, Json>, Vec<String>),
    (outputs, required): (Map<String, Json>, Vec<String>),
    deprecated: Option<String>,
) -> Json {
    let mut inputs = json!({ "type": "object", "properties": inputs });
    if !required_inputs.is_empty() {
        inputs["required"] = json!(required_inputs);
    }
    let mut spec = json!({
        "description": doc.trim(),
        "inputs": inputs,
        "outputs": { "type": "object", "properties": outputs, "required": required },
    });
    if let Some(reason) = deprecated {
        spec["deprecationMessage"] = json!(reason);
    }
    spec
}

/// All outputs: the resource's properties except those in `without`, and those of the function.
fn returned(one: &Resolved<'_>, word: &descriptor::Lookup, lookup: &ResolvedLookup) -> BTreeMap<String, Property> {
    let resource = one.resource.properties.iter();
    let mut all: BTreeMap<String, Property> = resource
        .filter(|(name, property)| !word.without.contains(name) && !property.write_only)
        .map(|(name, property)| (name.clone(), property.clone()))
        .collect();
    all.extend(lookup.own.iter().map(|(name, property)| (name.clone(), property.clone())));
    all
}

fn always_returned(
    one: &Resolved<'_>,
    word: &descriptor::Lookup,
    returned: &BTreeMap<String, Property>,
) -> Vec<String> {
    let mut words = one.descriptor.properties.clone();
    words.extend(word.properties.iter().map(|(name, word)| (name.clone(), word.clone())));
    let mut always = outputs_always_present(returned, &words);
    always.extend(word.required.iter().filter(|name| returned.contains_key(*name)).cloned());
    always
}
