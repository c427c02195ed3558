//! Our changes of DNS zones beside recorded ones: a record is no object of a call of its own, so the comparison of whole
//! requests does not see it.

use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use serde_json::{Value as Json, json};
use tests::{places, stage};

use crate::recording::{self, Exchange};
use crate::requests::imported;
use crate::runtime;
use crate::scene::{self, Scene};
use crate::sighting::{self, Sighting};

const TOKEN: &str = "domain/record:Record";

pub(crate) fn every_recorded_change_of_a_zone_means_what_ours_does(traffic: &Path) {
    let catalog = places::catalog();
    let runtime = runtime();
    let (mut compared, mut differences) = (0, Vec::new());
    for recording in &recording::all(traffic) {
        let sightings = sighting::all(&catalog, recording);
        let records: Vec<&Sighting<'_>> = sightings.iter().filter(|seen| seen.token == TOKEN).collect();
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            let Some(changes) = exchange.request["changes"].as_array().filter(|_| exchange.status < 300) else {
                continue;
            };
            let [change] = changes.as_slice() else { continue };
            let id = change["set"]["id"].as_str().or_else(|| exchange.answer["records"][0]["id"].as_str());
            let mut same = records.iter().filter(|seen| id.is_some() && seen.object["id"].as_str() == id);
            let before = same.clone().rfind(|seen| seen.index < index).copied();
            let Some(after) = same.find(|seen| seen.index > index).copied() else { continue };
            let ours = match (change.get("add"), change.get("set"), before) {
                (Some(_), _, _) => runtime.block_on(added(&catalog, after)),
                (_, Some(_), Some(before)) => runtime.block_on(set(&catalog, before, after, index)),
                _ => continue,
            };
            compared += 1;
            if lean(&ours) != lean(&exchange.request) {
                differences.push(format!("{} ({index}): {ours}, recorded {}", recording.name, exchange.request));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 8, "only {compared} changes were compared");
}

/// What is sent for a new record that comes out as this one did.
async fn added(catalog: &Arc<Catalog>, made: &Sighting<'_>) -> Json {
    let Some((inputs, _)) = imported(catalog, made, 0..usize::MAX, &Json::Null, &mut |_| {}).await else {
        return Json::Null;
    };
    let scene = answering(made);
    let told = stage::Told::default();
    let token = format!("evalap-scaleway:{TOKEN}");
    let _ = scene::engine(catalog, &scene).create(told.operation(&token, "main"), &inputs).await;
    changing(&scene)
}

/// What is sent for a record that becomes this one.
async fn set(catalog: &Arc<Catalog>, before: &Sighting<'_>, after: &Sighting<'_>, changed: usize) -> Json {
    let olds = imported(catalog, before, 0..changed, &Json::Null, &mut |_| {}).await;
    let news = imported(catalog, after, changed + 1..usize::MAX, &Json::Null, &mut |_| {}).await;
    let (Some((olds, state)), Some((news, _))) = (olds, news) else { return Json::Null };
    let scene = answering(after);
    let told = stage::Told::default();
    let token = format!("evalap-scaleway:{TOKEN}");
    let engine = scene::engine(catalog, &scene);
    let _ = engine.update(told.operation(&token, "main"), &after.id, &state, &olds, &news).await;
    changing(&scene)
}

/// Changes are answered with the records that they touched.
fn answering(seen: &Sighting<'_>) -> Scene {
    Scene::with(seen, seen.look.clone(), json!({ "records": [seen.object] }))
}

fn changing(scene: &Scene) -> Json {
    let sent: Vec<Exchange> = scene.sent();
    sent.into_iter().find(|sent| sent.method == "PATCH").map_or(Json::Null, |sent| sent.request)
}

/// Without what says nothing: nulls, empty lists, the id and the time that a new record does not have, and a priority of 0.
fn lean(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let says = |name: &str, json: &Json| {
                !(json.is_null()
                    || *json == json!([])
                    || (name == "id" && json == "")
                    || (name == "priority" && *json == json!(0)))
            };
            let fields = fields.iter().filter(|(name, json)| says(name, json));
            Json::Object(fields.map(|(name, json)| (name.clone(), lean(json))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(lean).collect()),
        other => other.clone(),
    }
}
