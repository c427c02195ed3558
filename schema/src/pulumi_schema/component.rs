//! Components in the schema: their inputs, outputs and methods, and a tree of their child resources.

use std::collections::BTreeMap;
use std::fmt::Write;

use catalog::{Input, Property};
use serde_json::{Map, Value as Json, json};

use super::PACKAGE;
use super::property::{is_plain, outputs_always_present, property_spec};
use super::types::{Owner, Types};
use crate::descriptor;
use crate::resolve::ResolvedComponent;

/// Adds a component and its methods.
pub(crate) fn add(
    one: &ResolvedComponent<'_>,
    types: &mut Types,
    resources: &mut Map<String, Json>,
    functions: &mut Map<String, Json>,
) {
    let owner = Owner::of_component(one);
    let token = format!("{PACKAGE}:{}", one.component.token);
    let mut methods = Map::new();
    for (name, word) in &one.descriptor.methods {
        let function = format!("{token}/{name}");
        let method = &one.component.methods[name];
        let owner = owner.of_method(name);
        let mut inputs = specs(&owner, &word.inputs, &method.inputs, types);
        inputs.insert("__self__".to_owned(), json!({ "$ref": format!("#/resources/{token}") }));
        let mut needed = vec!["__self__".to_owned()];
        needed.extend(required(&method.inputs));
        let outputs = specs(&owner, &word.outputs, &method.outputs, types);
        let always = outputs_always_present(&method.outputs, &word.outputs);
        functions.insert(
            function.clone(),
            json!({
                "description": word.doc.trim(),
                "inputs": { "type": "object", "properties": inputs, "required": needed },
                "outputs": { "type": "object", "properties": outputs, "required": always },
            }),
        );
        methods.insert(name.clone(), json!(function));
    }
    let mut spec = json!({
        "description": description(one),
        "isComponent": true,
        "inputProperties": specs(&owner, &one.inputs, &one.component.inputs, types),
        "requiredInputs": required(&one.component.inputs),
        "properties": specs(&owner, &one.descriptor.outputs, &one.component.outputs, types),
        "required": outputs_always_present(&one.component.outputs, &one.descriptor.outputs),
    });
    if !methods.is_empty() {
        spec["methods"] = Json::Object(methods);
    }
    resources.insert(token, spec);
}

fn specs(
    owner: &Owner,
    words: &BTreeMap<String, descriptor::Property>,
    properties: &BTreeMap<String, Property>,
    types: &mut Types,
) -> Map<String, Json> {
    let specs = properties.iter().map(|(name, property)| {
        let mut spec = property_spec(owner, name, &words[name], property, types).into_json();
        if is_plain(property) {
            spec["plain"] = json!(true);
        }
        // SDKs wrap a secret input as one output, which hides the keys while a value is unknown. The plugin marks it as secret.
        if !property.decides.is_nothing()
            && let Some(spec) = spec.as_object_mut()
        {
            spec.remove("secret");
        }
        (name.clone(), spec)
    });
    specs.collect()
}

fn required(properties: &BTreeMap<String, Property>) -> Vec<String> {
    let required = properties.iter().filter(|(_, property)| property.input == Input::Required);
    required.map(|(name, _)| name.clone()).collect()
}

/// The description of a component: the descriptor's, and its child resources as a tree. The tree is indented, because the
/// generators remove code blocks of other languages.
fn description(one: &ResolvedComponent<'_>) -> String {
    let word = one.descriptor;
    let name = word.token.rsplit(':').next().unwrap_or_default();
    let mut text = format!("{}\n\n## Resources\n\n    {name}\n", word.doc.trim());
    for (part, child) in &word.parts {
        let many = if child.many { "-*" } else { "" };
        let when = child.when.as_ref().map(|when| format!("  ({when})")).unwrap_or_default();
        let token = child.token.rsplit_once(':').map_or(child.token.as_str(), |(_, name)| name);
        let module = child.token.split('/').next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    └─ {part}{many}: {module}.{token}{when}");
    }
    text
}
