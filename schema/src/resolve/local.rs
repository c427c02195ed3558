//! Local resources, which send no requests: from descriptors to the catalog, without API documents.

use catalog::{IdPart, Locality, Resource};

use super::component::property;
use super::settle::timeouts;
use crate::descriptor::{self, Product};
use crate::findings::{Findings, Place};

/// The resource that the handler `maker` creates.
pub(super) fn resolve(
    place: &Place,
    word: &descriptor::Resource,
    maker: &str,
    product: &Product,
    findings: &mut Findings,
) -> Resource {
    let words = [
        ("create", !word.create.is_none()),
        ("read", !word.read.is_none()),
        ("update", !word.update.is_none()),
        ("delete", !word.delete.is_none()),
        ("wait", word.wait.is_some()),
        ("special", word.special.is_some()),
        ("within", word.within.is_some()),
        ("listing", word.listing.is_some()),
        ("lookup", word.lookup.is_some()),
    ];
    findings.reject_keys(place, &words, "not allowed in a local resource: it sends no requests");
    // The regions or zones of the API, for a function that returns them.
    let document = word.api.as_deref().and_then(|api| super::find_document(api, &place.at("api"), findings));
    let timeouts = timeouts(place, word, product, findings);
    let properties = word.properties.iter().map(|(name, word)| {
        let compiled = property(word, &place.at("properties").at(name), findings);
        (name.clone(), catalog::Property { replace: word.replace, follows: word.follows.clone(), ..compiled })
    });
    Resource {
        token: word.token.clone(),
        label: word.label.clone(),
        locality: Locality::Global,
        localities: document.map(super::localities).unwrap_or_default(),
        id: vec![IdPart::Id],
        local: Some(maker.to_owned()),
        timeouts,
        properties: properties.collect(),
        exactly_one: word.exactly_one.clone(),
        at_least_one: word.at_least_one.clone(),
        at_most_one: word.at_most_one.clone(),
        requires: word.requires.clone(),
        ..Resource::default()
    }
}
