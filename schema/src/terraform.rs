//! The mapping of the Terraform provider `scaleway/scaleway` to this package, which `pulumi convert --from terraform` reads.
//!
//! Types and required inputs are those of the Pulumi schema; `resources/terraform.yaml` has the names. This module does not
//! depend on Terraform's own schema, which has sets where the mapping has lists: the conversion does not distinguish them.
//! The format is `info.MarshallableProvider` of Pulumi's Terraform bridge.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::descriptor::terraform::{FILE, TerraformFile, TerraformName};
use crate::findings::{Findings, Place};

/// The mapping of all resources and functions of the schema that the file names.
pub fn mapping<'s>(schema: &'s Json, file: &'s TerraformFile, findings: &mut Findings) -> Json {
    let none = TerraformName::default();
    let mut converter = Converter { schema, name: &none, used: BTreeSet::new() };
    let (config, _) = converter.attributes(&[&schema["config"]["variables"]], &Json::Null, "");

    let of_resource = |spec: &'s Json| ([&spec["inputProperties"], &spec["properties"]], &spec["requiredInputs"]);
    let of_function = |spec: &'s Json| {
        let inputs = &spec["inputs"];
        ([&inputs["properties"], &spec["outputs"]["properties"]], &inputs["required"])
    };
    let mut section = |section: &str, names: &'s BTreeMap<String, TerraformName>, sides: fn(&'s Json) -> Sides<'s>| {
        let (mut shims, mut members) = (Map::new(), Map::new());
        for (token, name, spec) in named(schema, section, names) {
            let (sides, required) = sides(spec);
            let (shim, fields) = converter.of(token, name, &sides, required, findings);
            shims.insert(name.name.clone(), shim);
            members.insert(name.name.clone(), json!({ "tok": full(schema, token), "fields": fields }));
        }
        (shims, members)
    };
    let (resource_shims, resources) = section("resources", &file.resources, of_resource);
    let (function_shims, functions) = section("functions", &file.functions, of_function);
    json!({
        "provider": { "schema": config, "resources": resource_shims, "dataSources": function_shims },
        "name": schema["name"],
        "version": schema["version"],
        "resources": resources,
        "dataSources": functions,
    })
}

/// The inputs and the outputs of a resource or function, and the required inputs.
type Sides<'s> = ([&'s Json; 2], &'s Json);

/// The specifications of one section of the schema that have a name in the Terraform provider.
fn named<'a>(
    schema: &'a Json,
    section: &str,
    names: &'a BTreeMap<String, TerraformName>,
) -> impl Iterator<Item = (&'a str, &'a TerraformName, &'a Json)> {
    let specs = schema[section].as_object();
    names.iter().filter_map(move |(token, name)| Some((token.as_str(), name, specs?.get(&full(schema, token))?)))
}

/// The token with the package.
fn full(schema: &Json, token: &str) -> String {
    format!("{}:{token}", schema["name"].as_str().unwrap_or_default())
}

/// Terraform's types, by their numbers in the format.
#[derive(Clone, Copy)]
enum ValueType {
    Boolean = 1,
    Integer = 2,
    Number = 3,
    String = 4,
    List = 5,
    Map = 6,
}

struct Converter<'a> {
    schema: &'a Json,
    /// The names of the current resource or function.
    name: &'a TerraformName,
    /// The paths in `name` that a property has.
    used: BTreeSet<String>,
}

impl<'a> Converter<'a> {
    /// The attributes of one resource or function, and what the conversion needs of them.
    fn of(
        &mut self,
        token: &str,
        name: &'a TerraformName,
        sides: &[&'a Json],
        required: &Json,
        findings: &mut Findings,
    ) -> (Json, Json) {
        self.name = name;
        self.used.clear();
        let converted = self.attributes(sides, required, "");
        for path in name.attributes.keys().chain(&name.lists).filter(|path| !self.used.contains(*path)) {
            findings.mistake(&Place::file(FILE).at(token).at(path), "is not a property: correct or remove the entry");
        }
        converted
    }

    /// The attributes of the properties of an object: their types, and their names in this package. Of an input and an
    /// output with the same name, the input counts.
    fn attributes(&mut self, sides: &[&Json], required: &Json, path: &str) -> (Json, Json) {
        let (mut shims, mut fields) = (Map::new(), Map::new());
        let is_required =
            |name: &str| required.as_array().is_some_and(|required| required.iter().any(|other| other == name));
        for (side, properties) in sides.iter().enumerate() {
            for (name, property) in properties.as_object().into_iter().flatten() {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let attribute = self.attribute(&path, name);
                if shims.contains_key(&attribute) {
                    continue;
                }
                let (mut shim, mut field) = self.value(property, &path);
                let presence = match (is_required(name), side) {
                    (true, 0) => "required",
                    (_, 0) => "optional",
                    _ => "computed",
                };
                shim[presence] = json!(true);
                field["name"] = json!(name);
                shims.insert(attribute.clone(), shim);
                fields.insert(attribute, field);
            }
        }
        (Json::Object(shims), Json::Object(fields))
    }

    fn attribute(&mut self, path: &str, name: &str) -> String {
        match self.name.attributes.get(path) {
            Some(attribute) => {
                self.used.insert(path.to_owned());
                attribute.clone()
            }
            None => catalog::usual_field(name),
        }
    }

    /// The type of a value, and the names inside it.
    fn value(&mut self, spec: &Json, path: &str) -> (Json, Json) {
        if self.object(spec).is_some() {
            // An object is a block that occurs at most once.
            let (mut shim, field) = self.collection(ValueType::List, spec, path, true);
            shim["maxItems"] = json!(1);
            return (shim, field);
        }
        if self.name.lists.contains(path) {
            self.used.insert(path.to_owned());
            let element = json!({ "schema": { "type": ValueType::String as u8 } });
            let shim = json!({ "type": ValueType::List as u8, "maxItems": 1, "element": element });
            return (shim, json!({ "maxItemsOne": true }));
        }
        match spec["type"].as_str() {
            Some("array") => self.collection(ValueType::List, &spec["items"], path, false),
            Some("object") => self.collection(ValueType::Map, &spec["additionalProperties"], path, false),
            Some("boolean") => scalar(ValueType::Boolean),
            Some("integer") => scalar(ValueType::Integer),
            Some("number") => scalar(ValueType::Number),
            _ => scalar(ValueType::String),
        }
    }

    /// A list or map of values. `is_one`: the property is its only element.
    fn collection(&mut self, kind: ValueType, element: &Json, path: &str, is_one: bool) -> (Json, Json) {
        let Some(object) = self.object(element) else {
            let (element, _) = self.value(element, path);
            let shim = json!({ "type": kind as u8, "element": { "schema": element } });
            return (shim, json!({ "maxItemsOne": is_one }));
        };
        let (resource, fields) = self.attributes(&[&object["properties"]], &object["required"], path);
        let shim = json!({ "type": kind as u8, "element": { "resource": resource } });
        (shim, json!({ "maxItemsOne": is_one, "element": { "fields": fields } }))
    }

    /// The object type that a property refers to. An enum is not one.
    fn object(&self, spec: &Json) -> Option<&'a Json> {
        let token = spec["$ref"].as_str()?.strip_prefix("#/types/")?;
        self.schema["types"].get(token).filter(|kind| kind["type"] == "object")
    }
}

fn scalar(kind: ValueType) -> (Json, Json) {
    (json!({ "type": kind as u8 }), json!({}))
}
