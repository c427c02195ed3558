//! Checks an example against the schema. Other modules write it in each language.

use serde_json::Value as Json;

use super::{display_name, function_of, resource_of, type_of};
use crate::descriptor::example::{Entries, Example, Part, Value, bare, parts};
use crate::findings::{Findings, Place};

/// Reports what does not fit the schema: unknown tokens, properties and references, missing inputs.
pub(crate) fn check(example: &Example, place: &Place, subject: Subject<'_>, schema: &Json, findings: &mut Findings) {
    match subject {
        Subject::Resource(token) if !example.resources.0.iter().any(|(_, declared)| declared.token == token) => {
            findings.mistake(
                &place.at("resources"),
                format!("the example has no resource of type {}", display_name(token)),
            );
        }
        Subject::Function(token) if !example.functions.0.iter().any(|(_, called)| called.function == token) => {
            findings.mistake(&place.at("functions"), format!("the example has no call of {}", display_name(token)));
        }
        Subject::Resource(_) | Subject::Function(_) | Subject::Discontinued => {}
    }
    let mut known = Vec::new();
    for (name, declared) in &example.resources.0 {
        let place = place.at("resources").at(name);
        let known_before = known.clone();
        known.push(name.as_str());
        let Some(spec) = resource_of(schema, &declared.token) else {
            findings.mistake(&place.at("type"), format!("there is no resource {}", declared.token));
            continue;
        };
        let object = (&spec["inputProperties"], &spec["requiredInputs"]);
        let mut check = Check { example, schema, known: &known_before, findings };
        check.object(&declared.properties, object, &place.at("properties"));
    }
    let resources = known.clone();
    for (name, called) in &example.functions.0 {
        let place = place.at("functions").at(name);
        known.push(name.as_str());
        let Some(spec) = function_of(schema, &called.function) else {
            findings.mistake(&place.at("function"), format!("there is no function {}", called.function));
            continue;
        };
        let object = (&spec["inputs"]["properties"], &spec["inputs"]["required"]);
        let mut check = Check { example, schema, known: &resources, findings };
        check.object(&called.arguments, object, &place.at("arguments"));
    }
    for (name, value) in &example.outputs.0 {
        let mut check = Check { example, schema, known: &known, findings };
        check.references(value, &place.at("outputs").at(name));
    }
}

/// What an example shows.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// A resource or component of this token.
    Resource(&'a str),
    /// A function of this token.
    Function(&'a str),
    /// A resource that cannot be created: the example shows its successor.
    Discontinued,
}

struct Check<'a> {
    example: &'a Example,
    schema: &'a Json,
    /// Names of the resources that are declared before.
    known: &'a [&'a str],
    findings: &'a mut Findings,
}

impl Check<'_> {
    fn object(&mut self, given: &Entries<Value>, (properties, required): (&Json, &Json), place: &Place) {
        for (name, value) in &given.0 {
            let place = place.at(name);
            match properties.get(name) {
                Some(spec) => self.value(value, spec, &place),
                None => self.findings.mistake(&place, "there is no input with this name"),
            }
        }
        let required = required.as_array().into_iter().flatten().filter_map(Json::as_str);
        for name in required.filter(|name| given.get(name).is_none()) {
            self.findings.mistake(place, format!("the required input `{name}` is missing"));
        }
    }

    fn value(&mut self, value: &Value, spec: &Json, place: &Place) {
        self.references(value, place);
        if value.call().is_some() {
            return;
        }
        let fits = match (value, spec["type"].as_str()) {
            (Value::Text(text), kind) => {
                let values = type_of(self.schema, spec).and_then(|(_, of)| of["enum"].as_array());
                let is_value = values.is_some_and(|values| values.iter().any(|one| one["value"] == text.as_str()));
                kind == Some("string") || is_value || parts(text).len() == 1 && value.refers() || is_any(spec)
            }
            (Value::Boolean(_), kind) => kind == Some("boolean") || is_any(spec),
            (Value::Number(number), kind) => {
                kind == Some("number") || kind == Some("integer") && !number.is_f64() || is_any(spec)
            }
            (Value::List(items), Some("array")) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, &spec["items"], &place.index(index));
                }
                true
            }
            (Value::Map(entries), Some("object")) => {
                for (name, inner) in &entries.0 {
                    self.value(inner, &spec["additionalProperties"], &place.at(name));
                }
                true
            }
            (Value::Map(entries), None) => match type_of(self.schema, spec) {
                Some((_, of)) => {
                    self.object(entries, (&of["properties"], &of["required"]), place);
                    true
                }
                None => is_any(spec),
            },
            (Value::Null | Value::List(_) | Value::Map(_), _) => is_any(spec),
        };
        if !fits {
            self.findings.mistake(place, format!("expected type {}", spec["type"].as_str().unwrap_or("object")));
        }
    }

    /// Every reference is to a resource that is declared before, and to one of its outputs.
    fn references(&mut self, value: &Value, place: &Place) {
        for part in value.strings().into_iter().flat_map(parts) {
            let Part::Reference(name, path) = part else { continue };
            if path.is_empty() && self.example.config.get(name).is_some() {
                continue;
            }
            let is_known = self.known.contains(&name);
            let outputs = match (self.example.resources.get(name), self.example.functions.get(name)) {
                (Some(declared), _) if is_known => {
                    resource_of(self.schema, &declared.token).map_or(&Json::Null, |spec| &spec["properties"])
                }
                (_, Some(called)) if is_known => function_of(self.schema, &called.function)
                    .map_or(&Json::Null, |spec| &spec["outputs"]["properties"]),
                _ => {
                    let message =
                        format!("`{name}` is neither a configuration value nor a resource that is declared before");
                    self.findings.mistake(place, message);
                    continue;
                }
            };
            let has = path.first().is_some_and(|output| *output == "id" || outputs.get(bare(output)).is_some());
            if !has {
                self.findings.mistake(place, format!("`{name}` has no output `{}`", path.join(".")));
            }
        }
    }
}

fn is_any(spec: &Json) -> bool {
    spec["$ref"].as_str().is_some_and(|reference| reference.starts_with("pulumi.json#/"))
}
