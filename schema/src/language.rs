//! The descriptor language as JSON Schema, for editors and for its reference page. Made from the Rust types, so that it
//! cannot say anything else than the compiler does.

use schemars::{JsonSchema, schema_for};
use serde_json::Value as Json;

use crate::descriptor::{Product, Resource};
use crate::provider_file::ProviderFile;

/// The kinds of files the language has, by the name `language` takes.
pub const FILES: [&str; 3] = ["resource", "product", "provider"];

/// The JSON Schema of one kind of file; `None` for a name that is none of [`FILES`].
pub fn language(file: &str) -> Option<Json> {
    match file {
        "resource" => Some(schema_of::<Resource>()),
        "product" => Some(schema_of::<Product>()),
        "provider" => Some(schema_of::<ProviderFile>()),
        _ => None,
    }
}

fn schema_of<T: JsonSchema>() -> Json {
    schema_for!(T).to_value()
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
}
