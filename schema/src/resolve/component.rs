//! Components: from descriptors to the catalog, without API documents.

use std::collections::BTreeMap;

use catalog::{Component, Decides, Input, Kind, Method, Property};

use super::checks::{check_default, checks};
use super::kind::kind;
use crate::descriptor::{self, InputWord};
use crate::findings::{Findings, Place};
use crate::load::{LoadedComponent, Offer};

/// Keys of a property about API requests and comparisons, which a component does not have.
const OF_RESOURCES: [&str; 19] = [
    "wire",
    "replace",
    "computed",
    "writeOnly",
    "returnedOnce",
    "oneWay",
    "prefix",
    "suffixIf",
    "convert",
    "values",
    "equal",
    "single",
    "same",
    "resends",
    "handledIf",
    "driftOf",
    "follows",
    "clear",
    "merge",
];

/// A resolved component, with the descriptor that contains its descriptions.
pub struct ResolvedComponent<'a> {
    /// The Pulumi module (`evalap`).
    pub module: &'a str,
    /// The place of its descriptor.
    pub place: &'a Place,
    /// The descriptor.
    pub descriptor: &'a descriptor::Component,
    /// Its inputs, including those of all components in the directory.
    pub inputs: BTreeMap<String, descriptor::Property>,
    /// The result for the catalog.
    pub component: Component,
}

/// Resolves all components.
pub(crate) fn components<'a>(offer: &'a Offer, findings: &mut Findings) -> Vec<ResolvedComponent<'a>> {
    let mut all = Vec::new();
    for (module, product) in &offer.products {
        for LoadedComponent { place, component, .. } in &product.components {
            all.push(resolve(module, place, component, &product.product.shared, findings));
        }
    }
    all
}

fn resolve<'a>(
    module: &'a str,
    place: &'a Place,
    word: &'a descriptor::Component,
    shared: &BTreeMap<String, descriptor::Property>,
    findings: &mut Findings,
) -> ResolvedComponent<'a> {
    let mut inputs = shared.clone();
    inputs.extend(word.inputs.clone());
    inputs.insert("overrides".to_owned(), overrides(word));
    let methods = word.methods.iter().map(|(name, method)| {
        let place = place.at("methods").at(name);
        if word.outputs.contains_key(name) {
            findings.mistake(&place, "an output already has this name");
        }
        let inputs = properties(&method.inputs, &place.at("inputs"), findings);
        let outputs = properties(&method.outputs, &place.at("outputs"), findings);
        (name.clone(), Method { inputs, outputs })
    });
    let methods = methods.collect();
    let component = Component {
        token: word.token.clone(),
        label: word.label.clone(),
        inputs: properties(&inputs, &place.at("inputs"), findings),
        outputs: properties(&word.outputs, &place.at("outputs"), findings),
        parts: word.parts.iter().map(|(name, part)| (name.clone(), part.token.clone())).collect(),
        methods,
    };
    ResolvedComponent { module, place, descriptor: word, inputs, component }
}

/// `overrides`, which every component has: it sets inputs of child resources.
fn overrides(word: &descriptor::Component) -> descriptor::Property {
    let parts: Vec<String> = word
        .parts
        .iter()
        .map(|(name, part)| {
            let (module, rest) = part.token.split_once('/').unwrap_or_default();
            format!("`{name}` ({module} {})", rest.rsplit(':').next().unwrap_or_default())
        })
        .collect();
    descriptor::Property {
        doc: format!(
            "Properties of the parts, by the part and then by the property as it is spelled in the schema (camelCase in \
             every language). They win over what the component sets; null takes a property away. The parts are {}.",
            parts.join(", ")
        ),
        input: InputWord::Yes,
        kind: Some("map<any>".to_owned()),
        decides: Decides::Keys,
        ..descriptor::Property::default()
    }
}

fn properties(
    words: &BTreeMap<String, descriptor::Property>,
    place: &Place,
    findings: &mut Findings,
) -> BTreeMap<String, Property> {
    words
        .iter()
        .map(|(name, word)| {
            let place = place.at(name);
            reject_keys_of_resources(word, &place, findings);
            (name.clone(), property(word, &place, findings))
        })
        .collect()
}

/// A property without a field in an API document.
pub(super) fn property(word: &descriptor::Property, place: &Place, findings: &mut Findings) -> Property {
    let inner = properties(&word.properties, &place.at("properties"), findings);
    let kind = kind(word, None, inner, true, place, findings);
    let checks = checks(word, None, place, findings);
    if let Some(default) = &word.default {
        check_default(default, &kind, &checks, place, findings);
    }
    if word.input != InputWord::No && matches!(kind, Kind::Integer | Kind::Number) && !is_bounded(word) {
        findings.mistake(&place.at("check"), "a number needs a minimum and a maximum: set `min` and `max`");
    }
    if let Some(mistake) = wrong_decides(word.decides, &kind) {
        findings.mistake(&place.at("decides"), mistake);
    }
    let input = match word.input {
        InputWord::No => Input::No,
        InputWord::Yes => Input::Optional,
        InputWord::Required => Input::Required,
        InputWord::Auto | InputWord::Provider => {
            findings
                .mistake(&place.at("input"), "a component has no provider settings and no automatic names: set `true`");
            Input::Optional
        }
    };
    Property {
        kind,
        input,
        secret: word.secret,
        default: word.default.clone(),
        checks,
        deprecated: word.deprecated.clone(),
        decides: word.decides,
        ..Property::default()
    }
}

/// The error in `decides`, if any.
fn wrong_decides(decides: Decides, kind: &Kind) -> Option<&'static str> {
    let properties = match kind {
        Kind::Object(properties) => Some(properties),
        Kind::List(element) => match element.as_ref() {
            Kind::Object(properties) => Some(properties),
            _ => None,
        },
        Kind::Map(_) => None,
        _ if decides == Decides::Keys => return Some("only a map, an object or a list has keys: set `value`"),
        _ => None,
    };
    let inner = properties.is_some_and(|properties| properties.values().any(|inner| !inner.decides.is_nothing()));
    (inner && decides.is_nothing()).then_some("a property of it decides which resources are created: set `keys`")
}

fn is_bounded(word: &descriptor::Property) -> bool {
    word.check.format.is_some() || (word.check.min.is_some() && word.check.max.is_some())
}

fn reject_keys_of_resources(word: &descriptor::Property, place: &Place, findings: &mut Findings) {
    let usual = serde_json::to_value(descriptor::Property::default());
    let (Ok(written), Ok(usual)) = (serde_json::to_value(word), usual) else { return };
    for name in OF_RESOURCES.iter().filter(|name| written[**name] != usual[**name]) {
        findings.mistake(&place.at(name), "not allowed in a component: it sends no requests");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_of_a_property_that_decides_which_resources_exist_decides_it_too() {
        let name = Property { decides: Decides::Value, ..Property::default() };
        let object = Kind::Object(BTreeMap::from([("name".to_owned(), name)]));
        let list = Kind::List(Box::new(object.clone()));
        for kind in [&object, &list] {
            assert!(wrong_decides(Decides::Nothing, kind).is_some_and(|mistake| mistake.contains("set `keys`")));
            assert_eq!(wrong_decides(Decides::Keys, kind), None);
        }
        assert!(wrong_decides(Decides::Keys, &Kind::String).is_some_and(|mistake| mistake.contains("set `value`")));
        assert_eq!(wrong_decides(Decides::Nothing, &Kind::String), None);
    }
}
