//! Flat tokens: the same resource or lookup as under the modular token, with another name.

use catalog::Catalog;
use serde_json::Value as Json;

use crate::compare::{Difference, equal, without_package};

/// Compares the schema of a flat token with that of its modular token.
pub(crate) fn compare(offer: &Json, token: &str, flat: &Json, catalog: &Catalog, differences: &mut Vec<Difference>) {
    let bare = without_package(token);
    let modular = &offer[format!("evalap-scaleway:{}", catalog.modular(token))];
    equal(differences, bare, "deprecated", flat["deprecationMessage"].is_string(), true);
    for part in ["properties", "required", "inputProperties", "requiredInputs", "inputs", "outputs"] {
        equal(differences, bare, part, without_types(&flat[part]), without_types(&modular[part]));
    }
}

/// The schema without the names of object types, which start with the name of their owner.
fn without_types(spec: &Json) -> Json {
    match spec {
        Json::Object(members) => members
            .iter()
            .map(|(name, inner)| {
                let is_named = name == "$ref" && inner.as_str().is_some_and(|name| name.starts_with("#/types/"));
                (name.clone(), if is_named { Json::from("an object") } else { without_types(inner) })
            })
            .collect(),
        Json::Array(items) => items.iter().map(without_types).collect(),
        Json::String(text) if text.contains(REFERENCE) => without_targets(text).into(),
        other => other.clone(),
    }
}

/// The start of a reference to a property in a description: `{{% ref #/resources/<token>/properties/name %}}`.
const REFERENCE: &str = "{{% ref ";

/// The description with the names of the properties instead of references, which have the token of their owner.
fn without_targets(text: &str) -> String {
    let mut pieces = text.split(REFERENCE);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let (target, rest) = piece.split_once(" %}}").unwrap_or((piece, ""));
        format!("{text}{}{rest}", target.rsplit('/').next().unwrap_or_default())
    })
}
