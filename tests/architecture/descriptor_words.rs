//! The words of the descriptor language: each is used, and a word that only one file uses is listed with a reason.
//!
//! A word is a key, or a value of an enum. A new word is for what several resources need; what one resource needs is a handler.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use tests::places;

use crate::source::assert_none;

/// Words that one file uses.
const LIST: &str = "tests/architecture/descriptor_words.yaml";

/// Types that are not written in descriptors, and the handlers: each handler belongs to one resource.
const NOT_COUNTED: &[&str] = &["Handler"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Single {
    /// `Type.key`, `Type=value`, or `Type.*` for all keys of a type.
    word: String,
    reason: String,
}

#[test]
fn a_word_that_one_descriptor_uses_has_a_reason() {
    let uses = uses();
    let listed: Vec<Single> = serde_saphyr::from_str(&places::text(&places::project().join(LIST))).unwrap();
    let is_listed = |word: &str| {
        let of_type = word.split('.').next().map(|name| format!("{name}.*"));
        listed.iter().any(|single| single.word == word || Some(&single.word) == of_type.as_ref())
    };
    let mut wrong = Vec::new();
    for (word, files) in &uses {
        match files.iter().next() {
            None => wrong.push(format!("no descriptor uses {word}: remove it")),
            Some(file) if files.len() == 1 && !is_listed(word) => {
                wrong.push(format!("only {file} uses {word}: remove it, or list it in {LIST} with a reason"));
            }
            Some(_) if files.len() > 1 && listed.iter().any(|single| single.word == *word) => {
                wrong.push(format!("several descriptors use {word}: remove it from {LIST}"));
            }
            Some(_) => {}
        }
    }
    for Single { word, reason } in &listed {
        if !uses.contains_key(word) && !uses.keys().any(|known| known.starts_with(word.trim_end_matches('*'))) {
            wrong.push(format!("{word} of {LIST} is not a word of the language"));
        }
        if reason.len() < 20 {
            wrong.push(format!("{word} of {LIST} needs a reason"));
        }
    }
    assert!(uses.len() > 200, "{} words were counted", uses.len());
    assert_none("words of the descriptor language", &wrong);
}

/// The files that use each word.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let mut uses = BTreeMap::new();
    let mut schemas = BTreeMap::new();
    for kind in ["resource", "component", "product", "known"] {
        let schema = places::json(&places::project().join(format!("schema/language/{kind}.schema.json")));
        let mut count = Count { definitions: &schema["$defs"], file: "", uses: &mut uses };
        count.declare(&title(&schema), &schema);
        for (name, spec) in count.definitions.as_object().into_iter().flatten() {
            count.declare(name, spec);
        }
        schemas.insert(kind, schema);
    }
    let folder = places::project().join("resources");
    for file in places::files(&folder, ".yaml") {
        let name = file.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        if !name.contains('/') || name.ends_with(".cases.yaml") || name.ends_with(".example.yaml") {
            continue;
        }
        let written: Json = serde_saphyr::from_str(&places::text(&file)).unwrap();
        let kind = match name.as_str() {
            name if name.ends_with("/product.yaml") => "product",
            name if name.ends_with(".known.yaml") => "known",
            _ if written.get("parts").is_some() => "component",
            _ => "resource",
        };
        let schema = &schemas[kind];
        let mut count = Count { definitions: &schema["$defs"], file: &name, uses: &mut uses };
        count.visit(&title(schema), schema, &written);
    }
    uses
}

fn title(schema: &Json) -> String {
    schema["title"].as_str().unwrap().to_owned()
}

struct Count<'a> {
    definitions: &'a Json,
    file: &'a str,
    uses: &'a mut BTreeMap<String, BTreeSet<String>>,
}

impl Count<'_> {
    /// Adds the words of a type, without uses. A default value is not written.
    fn declare(&mut self, name: &str, schema: &Json) {
        if NOT_COUNTED.contains(&name) {
            return;
        }
        let keys = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| format!("{name}.{key}"));
        let constants = alternatives(schema).filter_map(|one| one["const"].as_str());
        let values = schema["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let values = constants.chain(values).map(|value| format!("{name}={value}"));
        for word in keys.chain(values).filter(|word| word != "Decides=nothing") {
            self.uses.entry(word).or_default();
        }
    }

    fn visit(&mut self, name: &str, schema: &Json, written: &Json) {
        if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
            let definitions = self.definitions;
            return self.visit(name, &definitions[name], written);
        }
        for one in alternatives(schema) {
            self.visit(name, one, written);
        }
        match written {
            Json::Object(fields) => {
                for (key, value) in fields {
                    match schema["properties"].get(key) {
                        Some(inner) => {
                            self.note(&format!("{name}.{key}"));
                            self.visit(name, inner, value);
                        }
                        None => self.visit(name, &schema["additionalProperties"], value),
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.visit(name, &schema["items"], item)),
            Json::String(value) => self.note(&format!("{name}={value}")),
            _ => {}
        }
    }

    /// Notes a use, if the language has the word.
    fn note(&mut self, word: &str) {
        if let Some(files) = self.uses.get_mut(word) {
            files.insert(self.file.to_owned());
        }
    }
}

fn alternatives(schema: &Json) -> impl Iterator<Item = &Json> {
    ["anyOf", "oneOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten())
}
