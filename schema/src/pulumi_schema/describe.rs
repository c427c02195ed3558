//! Texts for users: what the descriptors say, and what can be said from data alone.

use catalog::{Convert, IdPart, Property};

use super::PACKAGE;
use crate::descriptor;
use crate::resolve::Resolved;

/// Stands for any uuid in examples.
const EXAMPLE_UUID: &str = "11111111-1111-1111-1111-111111111111";

/// The text of a property: the descriptor's, then its default and its allowed values where that does not name them.
pub(crate) fn property(word: &descriptor::Property, property: &Property) -> String {
    let text = word.doc.trim();
    let mut parts = vec![text.to_owned()];
    if let Some(default) = &property.default
        && !text.to_lowercase().contains("default")
    {
        let shown = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        parts.push(format!("Default: `{shown}`."));
    }
    let allowed = &property.checks.allowed;
    if !allowed.is_empty() && !allowed.iter().all(|value| text.contains(&format!("`{value}`"))) {
        let values: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
        parts.push(format!("One of {}.", values.join(", ")));
    }
    parts.join(" ")
}

/// The text of a resource: the descriptor's, and how an existing one is imported.
pub(crate) fn resource(one: &Resolved<'_>) -> String {
    let (form, example): (Vec<String>, Vec<String>) = one.resource.id.iter().map(|part| id_part(one, part)).unzip();
    let token = &one.resource.token;
    format!(
        "{}\n\n## Import\n\nThe id of a {} reads `{}`:\n\n```sh\npulumi import {PACKAGE}:{token} main {}\n```\n",
        one.descriptor.doc.trim(),
        one.resource.label,
        form.join("/"),
        example.join("/"),
    )
}

/// One part of an id: its name in the form, and an example.
fn id_part(one: &Resolved<'_>, part: &IdPart) -> (String, String) {
    match part {
        IdPart::Locality if one.resource.locality == catalog::Locality::Zone => ("{zone}".into(), "fr-par-1".into()),
        IdPart::Locality => ("{region}".into(), "fr-par".into()),
        IdPart::Id => ("{uuid}".into(), EXAMPLE_UUID.into()),
        IdPart::Literal(word) => (word.clone(), word.clone()),
        IdPart::Property(name) => {
            let is_uuid = one.resource.properties.get(name).is_some_and(|property| {
                matches!(property.convert, Some(Convert::LocalizedId | Convert::BareId)) || name.ends_with("Id")
            });
            (format!("{{{name}}}"), if is_uuid { EXAMPLE_UUID.into() } else { format!("my-{name}") })
        }
    }
}
