//! Descriptions for users: from the descriptors, and sentences derived from the data.

use catalog::{Convert, Decides, IdPart, Input, Kind, Property, ProviderDefault};

use super::PACKAGE;
use crate::descriptor;
use crate::resolve::Resolved;

/// Example of a UUID.
pub(crate) const EXAMPLE_UUID: &str = "11111111-1111-1111-1111-111111111111";

/// The starts of the sentences that describe the effect of a change.
const EFFECTS_OF_CHANGES: &[&str] = &["Changing this ", "Updated in place", "A change ", "Changed "];

/// The description of a property: the descriptor's, then its default and its allowed values if the descriptor does not
/// name them.
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

/// The sentence for an input of a resource that keeps its value when it is removed from the program, as in the engine's
/// Diff.
pub(crate) fn removal(property: &Property) -> Option<&'static str> {
    let is_kept = match property.input {
        Input::Optional => {
            property.computed && property.clear.is_none() && property.send.is_some() && !property.create_only
        }
        Input::Auto | Input::Provider(_) => true,
        Input::No | Input::Required => false,
    };
    is_kept.then_some("Removing it from the program keeps the current value.")
}

/// The description of a property of a component, with its limits, which this project defines, and with the parts of its
/// value that must be known in a preview.
pub(crate) fn of_component(word: &descriptor::Property, property: &Property) -> String {
    let mut text = self::property(word, property);
    if let (Some(least), Some(most), true) = (property.checks.min, property.checks.max, property.input != Input::No) {
        text = format!("{text} From {least} to {most}.");
    }
    let needed = must_be_known(property);
    if needed.is_empty() { text } else { format!("{text} {needed}") }
}

/// Which part of an input must be known in a preview, as the engine's Check requires.
fn must_be_known(property: &Property) -> &'static str {
    match (property.decides, &property.kind) {
        (Decides::Nothing, _) => "",
        (Decides::Keys, Kind::List(_)) => {
            "The number of elements must be known in a preview, because it decides which resources are created."
        }
        (Decides::Keys, Kind::Map(_)) => {
            "The keys must be known in a preview, because they decide which resources are created; a value may be an output."
        }
        (Decides::Keys, _) => {
            "Which properties it has must be known in a preview, because that decides which resources are created."
        }
        (Decides::Value, _) => {
            "Must be known in a preview, because it decides which resources are created or how they are named."
        }
    }
}

/// The description of an input or output of a lookup. Descriptors describe the inputs of a resource: the effect
/// of a change and the default of a new resource do not apply to a lookup of an existing one.
pub(crate) fn looked_up(word: &descriptor::Property, property: &Property) -> String {
    let has_default = matches!(property.input, Input::Provider(ProviderDefault::Region | ProviderDefault::Zone));
    let concerns = |sentence: &&str| {
        let is_of_change = EFFECTS_OF_CHANGES.iter().any(|start| sentence.starts_with(start));
        let is_of_default = sentence.starts_with("Default: ") && !has_default;
        !is_of_change && !is_of_default
    };
    let sentences: Vec<&str> = word.doc.trim().split_inclusive(". ").map(str::trim_end).filter(concerns).collect();
    sentences.join(" ")
}

/// What all actions have in common.
const ACTION: &str = "This is an action: creating the resource performs it once and waits until it is complete. A change of \
                      `triggers` or of another input performs it again. Deleting the resource has no effect in \
                      Scaleway. An action cannot be imported.";

/// The description of a resource under one of its tokens: the descriptor's, and how an existing object is imported.
pub(crate) fn resource(one: &Resolved<'_>, token: &str) -> String {
    if one.resource.local.is_some() || one.resource.discontinued.is_some() {
        return one.descriptor.doc.trim().to_owned();
    }
    if one.resource.action.is_some() {
        return format!("{}\n\n{ACTION}", one.descriptor.doc.trim());
    }
    let forms = one.resource.id_forms().map(|form| form.iter().map(|part| id_part(one, part)).unzip());
    let (forms, examples): (Vec<Vec<String>>, Vec<Vec<String>>) = forms.unzip();
    let forms = forms.iter().map(|form| format!("`{}`", form.join("/"))).collect::<Vec<_>>().join(" or ");
    let example = examples.first().map(|example| example.join("/")).unwrap_or_default();
    format!(
        "{}\n\n## Import\n\nBy an ID of the form {}:\n\n```sh\npulumi import {PACKAGE}:{token} main {}\n```\n",
        one.descriptor.doc.trim(),
        forms,
        example,
    )
}

/// The deprecation message of a resource or its lookup: discontinued by Scaleway, or the descriptor's.
pub(crate) fn reason(one: &Resolved<'_>, deprecated: Option<&String>) -> Option<String> {
    let instead = one.resource.discontinued.as_ref();
    instead.map(|instead| format!("Scaleway has discontinued it. {}", instead.trim())).or_else(|| deprecated.cloned())
}

/// The deprecation message of a token: a newer name, or the message of the resource.
pub(crate) fn deprecated(token: &str, modular: &str, reason: Option<&String>) -> Option<String> {
    let Some((module, rest)) = modular.split_once('/').filter(|_| token != modular) else {
        return reason.cloned();
    };
    let name = rest.split(':').next_back().unwrap_or_default();
    let newer = format!(
        "Older name of `{module}.{name}`. It still works. Changing to `{module}.{name}` keeps existing resources."
    );
    Some(reason.map_or(newer.clone(), |reason| format!("{newer} {reason}")))
}

/// One part of an id: its placeholder, and an example.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup_descriptions_leave_out_the_effect_of_a_change() {
        let doc = "The region, such as `fr-par`. Default: the provider's region. Changing this replaces the vault.";
        let word = descriptor::Property { doc: doc.to_owned(), ..descriptor::Property::default() };
        let region = Property { input: Input::Provider(ProviderDefault::Region), ..Property::default() };
        let expected = "The region, such as `fr-par`. Default: the provider's region.";
        assert_eq!(looked_up(&word, &region), expected);
        assert_eq!(looked_up(&word, &Property::default()), "The region, such as `fr-par`.");

        let doc = "Name of the vault. Updated in place; a change restarts it.";
        let word = descriptor::Property { doc: doc.to_owned(), ..descriptor::Property::default() };
        assert_eq!(looked_up(&word, &Property::default()), "Name of the vault.");
    }
}
