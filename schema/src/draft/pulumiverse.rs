//! What is known about a resource of `pulumiverse_scaleway`: `resources.json` and `functions.json`, if they are present.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::names::pascal_case;

/// The facts about one resource and its lookup.
pub(super) struct Pulumiverse {
    resource: Json,
    function: Json,
}

impl Pulumiverse {
    /// `None` if the data is not present, or has no such resource.
    pub(super) fn read(folder: &Path, module: &str, name: &str) -> Option<Self> {
        let json = |file: &str| serde_json::from_str::<Json>(&fs::read_to_string(folder.join(file)).ok()?).ok();
        let thing = pascal_case(name);
        let resource = json("resources.json")?.get(format!("scaleway:{module}/{name}:{thing}"))?.clone();
        let lookup = format!("scaleway:{module}/get{thing}:get{thing}");
        let function = json("functions.json").and_then(|all| all.get(lookup).cloned()).unwrap_or_default();
        Some(Self { resource, function })
    }

    /// The flat tokens of the resource.
    pub(super) fn aliases(&self) -> Vec<String> {
        tokens(&self.resource["aliases"])
    }

    /// The flat tokens of its lookup.
    pub(super) fn function_aliases(&self) -> Vec<String> {
        tokens(&self.function["legacyTokens"])
    }

    /// The timeout of an operation, such as `5m`.
    pub(super) fn timeout(&self, operation: &str) -> Option<String> {
        let text = self.resource["timeouts"][operation].as_str()?;
        Some(text.strip_suffix("m0s").map_or_else(|| text.to_owned(), |minutes| format!("{minutes}m")))
    }

    /// The name and the facts of the property with this field.
    pub(super) fn property(&self, field: &str) -> Option<(&str, &Json)> {
        let (name, facts) = self.properties().find(|(_, facts)| facts["tf"] == field)?;
        Some((name, facts))
    }

    /// All properties with their facts.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&str, &Json)> {
        let all = self.resource["props"].as_object();
        all.into_iter().flatten().map(|(name, facts)| (name.as_str(), facts))
    }
}

/// Whether a fact is true.
pub(super) fn is(facts: &Json, name: &str) -> bool {
    facts[name].as_bool().unwrap_or(false)
}

fn tokens(list: &Json) -> Vec<String> {
    let all = list.as_array().into_iter().flatten().filter_map(Json::as_str);
    all.map(|token| token.strip_prefix("scaleway:").unwrap_or(token).to_owned()).collect()
}
