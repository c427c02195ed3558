//! Checks of descriptors without the API documents: tokens, names, descriptions, conflicting keys.
//!
//! `resolve` checks them against the API documents.

use std::collections::BTreeMap;

use crate::descriptor::{Component, InputWord, Property, Resource, WireWord};
use crate::findings::{Findings, Place};
use crate::load::{LoadedComponent, LoadedResource, Offer};
use crate::names::{camel_case, pascal_case, snake_case};

/// Reports every violation as a finding.
pub fn check(offer: &Offer, findings: &mut Findings) {
    check_provider(offer, findings);
    let mut tokens = Tokens::default();
    for (module, product) in &offer.products {
        for LoadedResource { place, resource, .. } in &product.resources {
            check_tokens(module, place, resource, &mut tokens, findings);
            check_docs(place, resource, findings);
            check_groups(place, resource, findings);
            check_properties(&place.at("properties"), &resource.properties, true, findings);
            if let Some(lookup) = &resource.lookup {
                check_properties(&place.at("lookup").at("properties"), &lookup.properties, false, findings);
            }
        }
        check_properties(&product.place.at("shared"), &product.product.shared, true, findings);
        for LoadedComponent { place, component, .. } in &product.components {
            check_component(module, place, component, &mut tokens, findings);
        }
    }
    // If a file could not be read, its resources are missing, and references to them are not errors.
    for (place, token) in tokens.parents.into_iter().filter(|_| offer.is_complete) {
        if !tokens.resources.contains(&token) {
            findings.mistake(&place, format!("there is no resource \"{token}\""));
        }
    }
}

fn check_provider(offer: &Offer, findings: &mut Findings) {
    let place = Place::file("resources/provider.yaml").at("settings");
    for (name, setting) in &offer.provider.settings {
        if name == "version" {
            findings.mistake(&place.at(name), "reserved name: Pulumi uses `version` for the version of the plugin");
        }
        if setting.doc.trim().is_empty() {
            findings.mistake(&place.at(name), "has no `doc`");
        }
    }
}

/// The tokens of all descriptors.
#[derive(Default)]
struct Tokens {
    /// Every token and alias in lower case, and where it was defined first.
    seen: BTreeMap<String, Place>,
    resources: Vec<String>,
    parents: Vec<(Place, String)>,
}

impl Tokens {
    /// Pulumi's SDKs ignore case, so tokens that differ only in case are equal.
    fn take(&mut self, token: &str, place: &Place, findings: &mut Findings) {
        if let Some(first) = self.seen.insert(token.to_lowercase(), place.clone()) {
            findings.mistake(place, format!("\"{token}\" is already used by {first}"));
        }
    }
}

fn check_tokens(module: &str, place: &Place, resource: &Resource, tokens: &mut Tokens, findings: &mut Findings) {
    let is_standalone = resource.function && resource.lookup.is_none();
    let words = [(&resource.token, place.at("token"), is_standalone)];
    let lookup = resource.lookup.iter().map(|lookup| (&lookup.token, place.at("lookup").at("token"), true));
    for (token, place, is_function) in words.into_iter().chain(lookup) {
        if !is_token(token, Some(module), is_function) {
            let form = if is_function { "getThing:getThing" } else { "thing:Thing" };
            findings.mistake(&place, format!("\"{token}\" does not have the format \"{module}/{form}\""));
        }
        tokens.take(token, &place, findings);
    }
    let lookup = resource.lookup.iter().flat_map(|lookup| &lookup.aliases).map(|alias| (alias, "lookup.aliases", true));
    let aliases = resource.aliases.iter().map(|alias| (alias, "aliases", is_standalone));
    for (alias, word, is_function) in aliases.chain(lookup) {
        // Each becomes a separate class at the top level of the package, as flat names do.
        if !is_token(alias, Some("index"), is_function) {
            let form = if is_function { "index/getThing:getThing" } else { "index/thing:Thing" };
            findings.mistake(&place.at(word), format!("\"{alias}\" does not have the format \"{form}\""));
        }
        tokens.take(alias, &place.at(word), findings);
    }
    tokens.resources.push(resource.token.clone());
    if let Some(within) = &resource.within {
        tokens.parents.push((place.at("within").at("token"), within.token.clone()));
    }
}

fn check_component(module: &str, place: &Place, component: &Component, tokens: &mut Tokens, findings: &mut Findings) {
    if !is_token(&component.token, Some(module), false) {
        findings.mistake(
            &place.at("token"),
            format!("\"{}\" does not have the format \"{module}/thing:Thing\"", component.token),
        );
    }
    tokens.take(&component.token, &place.at("token"), findings);
    tokens.resources.push(component.token.clone());
    if component.doc.trim().is_empty() {
        findings.mistake(place, "has no `doc`");
    }
    for (name, part) in &component.parts {
        tokens.parents.push((place.at("parts").at(name), part.token.clone()));
    }
    check_properties(&place.at("inputs"), &component.inputs, true, findings);
    check_properties(&place.at("outputs"), &component.outputs, true, findings);
    for (name, method) in &component.methods {
        let place = place.at("methods").at(name);
        if method.doc.trim().is_empty() {
            findings.mistake(&place, "has no `doc`");
        }
        check_properties(&place.at("inputs"), &method.inputs, false, findings);
        check_properties(&place.at("outputs"), &method.outputs, false, findings);
    }
}

/// Whether a token has the format `module/thing:Thing`, or `module/getThing:getThing` for functions.
fn is_token(token: &str, module: Option<&str>, is_function: bool) -> bool {
    let Some((here, (thing, name))) =
        token.split_once('/').and_then(|(module, rest)| Some((module, rest.split_once(':')?)))
    else {
        return false;
    };
    let fits = if is_function { thing == name && name.starts_with("get") } else { pascal_case(thing) == name };
    fits && is_camel_case(thing) && is_camel_case(here) && module.is_none_or(|module| module == here)
}

fn is_camel_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| character.is_ascii_alphanumeric())
        && camel_case(&snake_case(name)) == name
}

fn check_docs(place: &Place, resource: &Resource, findings: &mut Findings) {
    if resource.doc.trim().is_empty() {
        findings.mistake(place, "has no `doc`");
    }
    let has_calls = resource.special.as_ref().is_some_and(|special| !special.operations.is_empty());
    if let Some(instead) = &resource.discontinued {
        check_discontinued(place, resource, instead, findings);
    } else if resource.local.is_none() {
        for (word, steps) in [("create", &resource.create), ("read", &resource.read)] {
            // `create: []` means that a create sends no request.
            // The handler of a function can make all its requests.
            let is_optional = resource.function && (word == "create" || has_calls);
            if matches!(steps, crate::descriptor::Steps::None) && !is_optional {
                findings.mistake(place, format!("has no `{word}`"));
            }
        }
    }
    if resource.function {
        let words = [
            ("create", !resource.create.is_none()),
            ("update", !resource.update.is_none()),
            ("delete", !resource.delete.is_none()),
            ("wait", resource.wait.is_some()),
            ("special", has_calls && !resource.read.is_none()),
        ];
        findings.reject_keys(place, &words, "not allowed in a function: it creates nothing and does not poll");
    }
    // `IAM policy` and `registry namespace` can be used inside a sentence; `Registry namespace` cannot.
    let first = resource.label.split(' ').next().unwrap_or_default();
    if first.is_empty() || (first != first.to_uppercase() && first != first.to_lowercase()) {
        findings.mistake(&place.at("label"), "must be spelled as inside a sentence: lower case, except for acronyms");
    }
    if resource.lookup.as_ref().is_some_and(|lookup| lookup.doc.trim().is_empty()) {
        findings.mistake(&place.at("lookup"), "has no `doc`");
    }
}

/// A discontinued resource names its replacement, and has no requests.
fn check_discontinued(place: &Place, resource: &Resource, instead: &str, findings: &mut Findings) {
    if instead.trim().is_empty() {
        findings.mistake(&place.at("discontinued"), "must name the replacement");
    }
    let words = [
        ("create", !resource.create.is_none()),
        ("read", !resource.read.is_none()),
        ("update", !resource.update.is_none()),
        ("delete", !resource.delete.is_none()),
        ("wait", resource.wait.is_some()),
        ("within", resource.within.is_some()),
        ("listing", resource.listing.is_some()),
        ("special", resource.special.is_some()),
        ("local", resource.local.is_some()),
        ("function", resource.function),
        ("deprecated", resource.deprecated.is_some()),
    ];
    findings.reject_keys(
        place,
        &words,
        "not allowed in a discontinued resource: it sends no requests and is always deprecated",
    );
}

fn check_groups(place: &Place, resource: &Resource, findings: &mut Findings) {
    let groups = [
        ("exactlyOne", &resource.exactly_one),
        ("atLeastOne", &resource.at_least_one),
        ("atMostOne", &resource.at_most_one),
    ];
    for (word, groups) in groups {
        for (index, group) in groups.iter().enumerate() {
            let place = place.at(word).index(index);
            if group.len() < 2 {
                findings.mistake(&place, "a group needs at least two properties");
            }
            for name in group {
                // `resolve` reports unknown names.
                let required = resource.properties.get(name).is_some_and(|word| word.input == InputWord::Required);
                if required {
                    findings.mistake(&place, format!("\"{name}\" is required, so it cannot be part of a group"));
                }
            }
        }
    }
}

fn check_properties(place: &Place, properties: &BTreeMap<String, Property>, is_top: bool, findings: &mut Findings) {
    for (name, word) in properties {
        let place = place.at(name);
        let is_taken = name == "pulumi" || name == "urn" || (is_top && name == "id");
        if is_taken {
            findings.mistake(&place, "reserved name of Pulumi");
        } else if !is_camel_case(name) {
            findings.mistake(&place, "the name is not in camelCase");
        }
        if word.doc.trim().is_empty() {
            findings.mistake(&place, "has no `doc`");
        }
        check_words(&place, word, findings);
        check_properties(&place.at("properties"), &word.properties, false, findings);
    }
}

/// Rejects conflicting keys.
fn check_words(place: &Place, word: &Property, findings: &mut Findings) {
    if word.input == InputWord::No {
        for (is_set, name) in [
            (word.replace, "replace"),
            (word.default.is_some(), "default"),
            (word.write_only, "writeOnly"),
            (word.one_way, "oneWay"),
            (word.prefix.is_some(), "prefix"),
            (!word.suffix_if.is_empty(), "suffixIf"),
            (word.clear.is_some(), "clear"),
            (word.merge.is_some(), "merge"),
            (word.resends.is_some(), "resends"),
            (word.handled_if.is_some(), "handledIf"),
        ] {
            if is_set {
                findings.mistake(&place.at(name), "not allowed in a property that is output only");
            }
        }
    }
    let is_read = word.wire.as_ref().is_some_and(|wire| *wire != WireWord::Both("none".to_owned()));
    for (clash, name, reason) in [
        (
            word.input == InputWord::Required && word.default.is_some(),
            "default",
            "a required property cannot have a default",
        ),
        (
            word.default.is_some() && word.computed,
            "computed",
            "conflicts with `default`: the API never fills in a property with a default",
        ),
        (
            word.write_only && word.returned_once,
            "returnedOnce",
            "conflicts with `writeOnly`: the property is not an output",
        ),
        (
            word.drift_of.is_some() && is_read,
            "wire",
            "conflicts with `driftOf`: the value is the result of a comparison, not a field",
        ),
    ] {
        if clash {
            findings.mistake(&place.at(name), reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_one_format() {
        for (token, module, is_function, expected) in [
            ("registry/namespace:Namespace", Some("registry"), false, true),
            ("iam/apiKey:ApiKey", Some("iam"), false, true),
            ("index/registryNamespace:RegistryNamespace", None, false, true),
            ("registry/getNamespace:getNamespace", Some("registry"), true, true),
            ("registry/namespace:Namespace", Some("account"), false, false),
            ("registry/namespace:Space", Some("registry"), false, false),
            ("registry/Namespace:Namespace", Some("registry"), false, false),
            ("registry:Namespace", Some("registry"), false, false),
            ("registry/findNamespace:findNamespace", Some("registry"), true, false),
            ("", None, false, false),
        ] {
            assert_eq!(is_token(token, module, is_function), expected, "{token}");
        }
    }
}
