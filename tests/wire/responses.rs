//! Recorded answers, read by the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tests::{places, stage};

use crate::scene::{self, Scene};
use crate::sighting::{self, Sighting};
use crate::{loss, recording, runtime};

/// `answers.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Resources that no recorded answer shows completely, with the reason.
    unseen: BTreeMap<String, String>,
    /// What a descriptor reads in another form.
    differ: Vec<Differing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differing {
    resource: String,
    /// How the difference begins: mostly the property.
    what: String,
    reason: String,
}

impl Expected {
    fn read() -> Self {
        serde_saphyr::from_str(&places::text(&places::project().join("tests/wire/answers.yaml"))).unwrap()
    }
}

pub(crate) fn every_recorded_answer_decodes_without_loss(traffic: &Path) {
    let (catalog, expected) = (places::catalog(), Expected::read());
    assert!(expected.differ.iter().all(|differing| differing.reason.len() > 20), "answers.yaml gives no reason");
    let runtime = runtime();
    let mut wrong = BTreeSet::new();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    let recordings: Vec<_> = recording::all(traffic).into_iter().chain(recording::answers_alone(traffic)).collect();
    for recording in &recordings {
        for sighting in sighting::all(&catalog, recording).iter().filter(|sighting| !sighting.is_passing()) {
            let scene = Scene::of(sighting);
            match runtime.block_on(scene::import(&catalog, sighting, &scene)) {
                Err(error) => {
                    wrong.insert(format!("{}: {error}", sighting.place()));
                }
                Ok(None) if is_told_gone(sighting) => {}
                Ok(None) => {
                    wrong.insert(format!("{}: gone", sighting.place()));
                }
                Ok(Some(read)) => {
                    let state = map(stage::json(&read.state));
                    let mut lost = loss::lost(sighting.resource, &wire(sighting, &scene), &state);
                    lost.retain(|lost| {
                        !expected
                            .differ
                            .iter()
                            .any(|differing| differing.resource == *sighting.token && lost.starts_with(&differing.what))
                    });
                    wrong.extend(lost.into_iter().map(|lost| format!("{}: {lost}", sighting.place())));
                }
            }
            *read.entry(catalog.resources.get_key_value(sighting.token).unwrap().0).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{} losses:\n{}", wrong.len(), list(&wrong));
    // Without sightings nothing was shown.
    let unseen: Vec<&String> = catalog
        .resources
        .iter()
        // What is spoken as S3 is read, and missed, by a suite of its own (`storage`).
        .filter(|(_, resource)| resource.read.iter().all(|step| step.call.storage.is_none()))
        .filter(|(_, resource)| resource.local.is_none() && resource.discontinued.is_none())
        .map(|(token, _)| token)
        .filter(|token| !expected.unseen.contains_key(*token))
        .filter(|token| !read.contains_key(token.as_str()))
        .collect();
    assert!(unseen.is_empty(), "the recordings show nothing of {unseen:?}");
    let seen: Vec<&String> = expected.unseen.keys().filter(|token| read.contains_key(token.as_str())).collect();
    assert!(seen.is_empty(), "answers.yaml lists {seen:?} as unseen, but recordings show them");
}

/// The wire object the state was made of: the object, and what the later read steps were told.
fn wire(sighting: &Sighting<'_>, scene: &Scene) -> Map<String, Json> {
    let mut wire = map(sighting.object.clone());
    for exchange in scene.sent() {
        let step = sighting.resource.read.iter().find(|step| sighting::fits(step, &exchange).is_some());
        // Which element of a list is meant is the engine's to say.
        let Some(step) = step.filter(|step| step.find.is_none()) else { continue };
        let Some(into) = step.into.clone() else { continue };
        let told = step.call.pages.as_ref().map_or(&exchange.answer, |list| &exchange.answer[list]);
        wire.insert(into, told.clone());
    }
    wire
}

/// What the resource itself takes for gone.
fn is_told_gone(sighting: &Sighting<'_>) -> bool {
    sighting.resource.gone.as_ref().is_some_and(|gone| {
        gone.set.as_ref().is_some_and(|field| !sighting.object[field].is_null())
            || gone.values.iter().any(|(field, values)| {
                let value = &sighting.object[field];
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
