//! Lists of properties in Markdown, followed by their object types, from the Pulumi schema.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::type_of;

/// Writes lists of properties.
#[derive(Clone, Copy)]
pub(super) struct Lists<'a> {
    pub(super) schema: &'a Json,
}

impl Lists<'_> {
    /// One line for each property; object types follow in sections.
    pub(super) fn list(self, properties: &Map<String, Json>, required: &Json, types: &mut BTreeSet<String>) -> String {
        let required: Vec<&str> = required.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let mut text = String::new();
        for (name, spec) in properties {
            let mut facts = vec![self.kind(spec, types)];
            if required.contains(&name.as_str()) {
                facts.push("required".to_owned());
            }
            if spec["secret"].as_bool() == Some(true) {
                facts.push("[secret](../../guides/secrets.md)".to_owned());
            }
            let mut about = spec["description"].as_str().unwrap_or_default().to_owned();
            if let Some(reason) = spec["deprecationMessage"].as_str() {
                let _ = write!(about, " **Deprecated:** {reason}");
            }
            let _ = writeln!(text, "- `{name}` {}. {}", facts.join(", "), about.trim());
        }
        text + "\n"
    }

    /// The type of a property in words. Its object types are collected.
    fn kind(self, spec: &Json, types: &mut BTreeSet<String>) -> String {
        if let Some((token, _)) = type_of(self.schema, spec) {
            let name = token.rsplit(':').next().unwrap_or(token);
            types.insert(token.to_owned());
            return format!("[{name}](#{})", name.to_lowercase());
        }
        match spec["type"].as_str() {
            Some("array") => format!("list of {}", self.kind(&spec["items"], types)),
            Some("object") => format!("map of {}", self.kind(&spec["additionalProperties"], types)),
            Some(kind) => kind.to_owned(),
            None => match spec["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
                Some(name @ ("Asset" | "Archive")) => name.to_lowercase(),
                _ => "anything".to_owned(),
            },
        }
    }

    /// Sections for object types, and for the types of their properties.
    pub(super) fn types(self, mut requested: BTreeSet<String>) -> String {
        let mut written = BTreeSet::new();
        let mut text = String::new();
        while let Some(token) = requested.pop_first() {
            if !written.insert(token.clone()) {
                continue;
            }
            let spec = &self.schema["types"][&token];
            let name = token.rsplit(':').next().unwrap_or(&token);
            if let Some(values) = spec["enum"].as_array() {
                let values = values.iter().filter_map(|value| value["value"].as_str());
                let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
                let _ = write!(text, "### {name}\n\nOne of {}.\n\n", values.join(", "));
                continue;
            }
            let none = Map::new();
            let properties = spec["properties"].as_object().unwrap_or(&none);
            let mut inner = BTreeSet::new();
            let list = if properties.is_empty() {
                "An empty object.\n\n".to_owned()
            } else {
                self.list(properties, &spec["required"], &mut inner)
            };
            let _ = write!(text, "### {name}\n\n{list}");
            requested.extend(inner);
        }
        text
    }
}
