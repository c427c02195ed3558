//! The descriptor language as JSON Schema, for editors, and as a page for people. Both are made from the Rust types, so that
//! they cannot say anything else than the compiler does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::{JsonSchema, schema_for};
use serde_json::Value as Json;

use crate::descriptor::{Component, KnownList, Product, Resource};
use crate::permissions::PermissionsFile;
use crate::provider_file::ProviderFile;
use crate::reference::example::Example;

/// The kinds of files the language has, by the name `language` takes.
pub const FILES: [&str; 7] = ["resource", "component", "product", "provider", "permissions", "known", "example"];

/// The JSON Schema of one kind of file; `None` for a name that is none of [`FILES`].
pub fn language(file: &str) -> Option<Json> {
    match file {
        "resource" => Some(schema_of::<Resource>()),
        "component" => Some(schema_of::<Component>()),
        "product" => Some(schema_of::<Product>()),
        "provider" => Some(schema_of::<ProviderFile>()),
        "permissions" => Some(schema_of::<PermissionsFile>()),
        "known" => Some(schema_of::<KnownList>()),
        "example" => Some(schema_of::<Example>()),
        _ => None,
    }
}

fn schema_of<T: JsonSchema>() -> Json {
    schema_for!(T).to_value()
}

/// The reference page of the language in Markdown.
pub(crate) fn page() -> String {
    let mut text = String::from(
        "# The descriptor language\n\n<!-- Written by `make gen` from the Rust types; changes made here are lost. -->\n\n\
         The words in which `resources/` says what is offered. For editors, the same as JSON Schema:\n\
         `schema/language/<file>.schema.json`.\n\n",
    );
    let mut types: BTreeMap<String, Json> = BTreeMap::new();
    for file in FILES {
        let Some(schema) = language(file) else { continue };
        let _ = writeln!(text, "## Files: {file}\n\n{}\n", description(&schema));
        text += &words(&schema);
        types
            .extend(schema["$defs"].as_object().into_iter().flatten().map(|(name, spec)| (name.clone(), spec.clone())));
    }
    text += "## Types\n\n";
    for (name, spec) in &types {
        let _ = writeln!(text, "### {name}\n\n{}\n", description(spec));
        text += &words(spec);
    }
    text.trim_end().to_owned() + "\n"
}

/// The words of an object, or the values of a choice.
fn words(spec: &Json) -> String {
    let mut text = String::new();
    for (word, spec) in spec["properties"].as_object().into_iter().flatten() {
        let _ = writeln!(text, "- `{word}` {}. {}", kind(spec), description(spec));
    }
    for choice in ["oneOf", "anyOf"].into_iter().flat_map(|word| spec[word].as_array().into_iter().flatten()) {
        let about = description(choice);
        let about = if about.is_empty() { String::new() } else { format!(" {about}") };
        let _ = writeln!(text, "- {}.{about}", kind(choice));
    }
    let values: Vec<String> = spec["enum"].as_array().into_iter().flatten().map(|value| format!("`{value}`")).collect();
    if !values.is_empty() {
        let _ = writeln!(text, "- {}", values.join(", "));
    }
    if text.is_empty() { text } else { text + "\n" }
}

/// A type in words.
fn kind(spec: &Json) -> String {
    if let Some(value) = spec.get("const") {
        return format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    if let Some(name) = spec["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = spec[choice].as_array() {
            let kinds: Vec<String> = choices.iter().map(kind).filter(|kind| kind != "nothing").collect();
            return kinds.join(" or ");
        }
    }
    let named = match &spec["type"] {
        Json::String(name) => name.as_str(),
        Json::Array(names) => names.iter().filter_map(Json::as_str).find(|name| *name != "null").unwrap_or("anything"),
        _ => "anything",
    };
    match named {
        "array" => format!("list of {}", kind(&spec["items"])),
        "object" if spec["additionalProperties"].is_object() => {
            format!("map of {}", kind(&spec["additionalProperties"]))
        }
        "null" => "nothing".to_owned(),
        other => other.to_owned(),
    }
}

/// What the Rust documentation says, on one line.
fn description(spec: &Json) -> String {
    spec["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_word_of_a_property_is_explained() {
        let schema = language("resource").unwrap();
        let words = schema["$defs"]["Property"]["properties"].as_object().unwrap();
        assert!(words.len() > 20, "{words:?}");
        for (word, schema) in words {
            assert!(schema["description"].as_str().is_some_and(|text| text.len() > 10), "{word} has no text");
        }
    }

    #[test]
    fn every_kind_of_file_has_a_schema() {
        for file in FILES {
            assert!(language(file).unwrap()["properties"].is_object(), "{file}");
        }
        assert!(language("case").is_none());
    }

    #[test]
    fn the_page_tells_every_word_and_type() {
        let page = page();
        for file in FILES {
            let schema = language(file).unwrap();
            for word in schema["properties"].as_object().unwrap().keys() {
                assert!(page.contains(&format!("- `{word}` ")), "{word}");
            }
            for name in schema["$defs"].as_object().into_iter().flatten().map(|(name, _)| name) {
                assert!(page.contains(&format!("### {name}\n")), "{name}");
            }
        }
    }
}
