//! The engine decodes recorded responses without loss.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tests::{places, stage};

use crate::object_transport::{self, ObjectTransport};
use crate::observed::{self, ObservedObject};
use crate::{loss, recording, runtime};

/// `responses.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Resource types without a complete recorded response, with the reason.
    not_recorded: BTreeMap<String, String>,
    /// Expected differences between responses and state.
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    resource: String,
    /// The beginning of the difference, mostly the property.
    what: String,
    reason: String,
}

impl Expected {
    fn read() -> Self {
        serde_saphyr::from_str(&places::text(&places::project().join("tests/wire/responses.yaml"))).unwrap()
    }
}

pub(crate) fn recorded_responses_are_decoded_without_loss(traffic: &Path) {
    let (catalog, expected) = (places::catalog(), Expected::read());
    assert!(
        expected.differences.iter().all(|difference| difference.reason.len() > 20),
        "a difference of responses.yaml has no reason"
    );
    let runtime = runtime();
    let mut wrong = BTreeSet::new();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    let recordings: Vec<_> = recording::all(traffic).into_iter().chain(recording::responses_only(traffic)).collect();
    for recording in &recordings {
        for observed in observed::all(&catalog, recording).iter().filter(|observed| !observed.is_transient()) {
            let transport = ObjectTransport::of(observed);
            match runtime.block_on(object_transport::import(&catalog, observed, &transport)) {
                Err(error) => {
                    wrong.insert(format!("{}: {error}", observed.place()));
                }
                // An action cannot be imported.
                Ok(None) if is_deleted(observed) || is_inside(observed) || observed.resource.action.is_some() => {}
                Ok(None) => {
                    wrong.insert(format!("{}: is read as deleted", observed.place()));
                }
                Ok(Some(read)) => {
                    let state = map(stage::json(&read.state));
                    let mut lost = loss::lost(observed.resource, &wire(observed, &transport), &state);
                    lost.retain(|lost| {
                        !expected.differences.iter().any(|difference| {
                            difference.resource == *observed.token && lost.starts_with(&difference.what)
                        })
                    });
                    wrong.extend(lost.into_iter().map(|lost| format!("{}: {lost}", observed.place())));
                }
            }
            *read.entry(catalog.resources.get_key_value(observed.token).unwrap().0).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), list(&wrong));
    // Each resource type must be in the recordings.
    let missing: Vec<&String> = catalog
        .resources
        .iter()
        // The module `storage` tests Object Storage.
        .filter(|(_, resource)| resource.read.iter().all(|step| step.call.storage.is_none()))
        .filter(|(_, resource)| resource.local.is_none() && resource.discontinued.is_none())
        // The object of an action is another resource.
        .filter(|(_, resource)| resource.action.is_none())
        .map(|(token, _)| token)
        .filter(|token| !expected.not_recorded.contains_key(*token))
        .filter(|token| !read.contains_key(token.as_str()))
        .collect();
    assert!(missing.is_empty(), "the recordings contain no responses for {missing:?}");
    let recorded: Vec<&String> =
        expected.not_recorded.keys().filter(|token| read.contains_key(token.as_str())).collect();
    assert!(recorded.is_empty(), "responses.yaml lists {recorded:?} as not recorded, but they are recorded");
}

/// The fields that the state was decoded from: those of the object and of the responses to later read steps.
fn wire(observed: &ObservedObject<'_>, transport: &ObjectTransport) -> Map<String, Json> {
    let mut wire = map(observed.object.clone());
    for exchange in transport.sent() {
        let step = observed.resource.read.iter().find(|step| observed::fits(step, &exchange).is_some());
        // The engine selects the element of a list, so these steps are not compared.
        let Some(step) = step.filter(|step| step.find.is_none()) else { continue };
        let Some(into) = step.into.clone() else { continue };
        let response = step.call.pages.as_ref().map_or(&exchange.response, |list| &exchange.response[list]);
        wire.insert(into, response.clone());
    }
    wire
}

/// Whether the resource is a part of the object, which the object does not have to contain.
fn is_inside(observed: &ObservedObject<'_>) -> bool {
    let is_inside_of_elements = |step: &catalog::Step| step.find.as_ref().is_some_and(|find| find.element.is_some());
    observed.resource.read.first().is_some_and(is_inside_of_elements)
        || rules::special::handler(observed.resource).is_gone(&Map::new(), &map(observed.object.clone()))
}

/// Whether the descriptor's `deletedIf` matches the object.
fn is_deleted(observed: &ObservedObject<'_>) -> bool {
    observed.resource.deleted_if.as_ref().is_some_and(|deleted| {
        deleted.set.as_ref().is_some_and(|field| !observed.object[field].is_null())
            || deleted.unset.as_ref().is_some_and(|field| observed.object[field].is_null())
            || deleted.values.iter().any(|(field, values)| {
                let value = &observed.object[field];
                let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                values.contains(&word)
            })
    })
}

fn map(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn list(items: &BTreeSet<String>) -> String {
    items.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
}
