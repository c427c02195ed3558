//! Components: their words to what the plugin knows of them. No API document has a say here.

use std::collections::BTreeMap;

use catalog::{Component, Decides, Input, Kind, Method, Property};

use super::checks::{check_default, checks};
use super::kind::kind;
use crate::descriptor::{self, InputWord};
use crate::findings::{Findings, Place};
use crate::load::{LoadedComponent, Offer};

/// Words of a property that say how a resource is called and compared, and so nothing of a component.
const OF_RESOURCES: [&str; 16] = [
    "wire",
    "replace",
    "computed",
    "writeOnly",
    "toldOnce",
    "oneWay",
    "convert",
    "values",
    "equal",
    "single",
    "same",
    "resends",
    "driftOf",
    "follows",
    "clear",
    "merge",
];

/// One component, resolved, beside the words that hold its texts.
pub struct ResolvedComponent<'a> {
    /// The Pulumi module (`evalap`).
    pub module: &'a str,
    /// Where it was written.
    pub place: &'a Place,
    /// What was written.
    pub descriptor: &'a descriptor::Component,
    /// The words of its inputs, those that it shares with others included.
    pub inputs: BTreeMap<String, descriptor::Property>,
    /// What the plugin will know.
    pub component: Component,
}

/// Resolves all components of the offer.
pub(crate) fn components<'a>(offer: &'a Offer, findings: &mut Findings) -> Vec<ResolvedComponent<'a>> {
    let mut all = Vec::new();
    for (module, product) in &offer.products {
        for LoadedComponent { place, component } in &product.components {
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
            findings.mistake(&place, "an output has this name already");
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

/// What every component has: the way to set anything of its parts.
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
            refuse_words_of_resources(word, &place, findings);
            (name.clone(), property(word, &place, findings))
        })
        .collect()
}

/// A property that no API document knows.
pub(super) fn property(word: &descriptor::Property, place: &Place, findings: &mut Findings) -> Property {
    let inner = properties(&word.properties, &place.at("properties"), findings);
    let kind = kind(word, None, inner, true, place, findings);
    let checks = checks(word, None, place, findings);
    if let Some(default) = &word.default {
        check_default(default, &kind, &checks, place, findings);
    }
    if word.input != InputWord::No && matches!(kind, Kind::Integer | Kind::Number) && !is_bounded(word) {
        findings.mistake(&place.at("check"), "a number has a smallest and a largest value: say `min` and `max`");
    }
    if let Some(mistake) = wrong_decides(word.decides, &kind) {
        findings.mistake(&place.at("decides"), mistake);
    }
    let input = match word.input {
        InputWord::No => Input::No,
        InputWord::Yes => Input::Optional,
        InputWord::Required => Input::Required,
        InputWord::Auto | InputWord::Provider => {
            findings.mistake(&place.at("input"), "there is nothing it could be inherited from: say `true`");
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

/// What is wrong with `decides`.
fn wrong_decides(decides: Decides, kind: &Kind) -> Option<&'static str> {
    let properties = match kind {
        Kind::Object(properties) => Some(properties),
        Kind::List(element) => match element.as_ref() {
            Kind::Object(properties) => Some(properties),
            _ => None,
        },
        Kind::Map(_) => None,
        _ if decides == Decides::Keys => return Some("only a map, an object or a list has keys: say `value`"),
        _ => None,
    };
    let inner = properties.is_some_and(|properties| properties.values().any(|inner| !inner.decides.is_nothing()));
    (inner && decides.is_nothing()).then_some("a property of it decides which resources are created: say `keys`")
}

fn is_bounded(word: &descriptor::Property) -> bool {
    word.check.format.is_some() || (word.check.min.is_some() && word.check.max.is_some())
}

fn refuse_words_of_resources(word: &descriptor::Property, place: &Place, findings: &mut Findings) {
    let usual = serde_json::to_value(descriptor::Property::default());
    let (Ok(written), Ok(usual)) = (serde_json::to_value(word), usual) else { return };
    for name in OF_RESOURCES.iter().filter(|name| written[**name] != usual[**name]) {
        findings.mistake(&place.at(name), "says how a resource is called, and a component calls nobody");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_property_that_decides_which_resources_exist_decides_it_too() {
        let name = Property { decides: Decides::Value, ..Property::default() };
        let object = Kind::Object(BTreeMap::from([("name".to_owned(), name)]));
        let list = Kind::List(Box::new(object.clone()));
        for kind in [&object, &list] {
            assert!(wrong_decides(Decides::Nothing, kind).is_some_and(|mistake| mistake.contains("say `keys`")));
            assert_eq!(wrong_decides(Decides::Keys, kind), None);
        }
        assert!(wrong_decides(Decides::Keys, &Kind::String).is_some_and(|mistake| mistake.contains("say `value`")));
        assert_eq!(wrong_decides(Decides::Nothing, &Kind::String), None);
    }
}
