//! Requests that change DNS zones are equivalent to recorded ones: one request can change several records, so the module
//! `requests` does not compare them.

use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use serde_json::{Value as Json, json};
use tests::{places, stage};

use crate::object_transport::{self, ObjectTransport};
use crate::observed::{self, ObservedObject};
use crate::recording::{self, Exchange};
use crate::requests::imported;
use crate::runtime;

const TOKEN: &str = "domain/record:Record";

pub(crate) fn requests_that_change_a_zone_are_equivalent_to_recorded_ones(traffic: &Path) {
    let catalog = places::catalog();
    let runtime = runtime();
    let (mut compared, mut differences) = (0, Vec::new());
    for recording in &recording::all(traffic) {
        let all_observed = observed::all(&catalog, recording);
        let records: Vec<&ObservedObject<'_>> =
            all_observed.iter().filter(|observed| observed.token == TOKEN).collect();
        for (index, exchange) in recording.exchanges.iter().enumerate() {
            let Some(changes) = exchange.request["changes"].as_array().filter(|_| exchange.status < 300) else {
                continue;
            };
            let [change] = changes.as_slice() else { continue };
            let id = change["set"]["id"].as_str().or_else(|| exchange.response["records"][0]["id"].as_str());
            let mut same = records.iter().filter(|observed| id.is_some() && observed.object["id"].as_str() == id);
            let before = same.clone().rfind(|observed| observed.index < index).copied();
            let Some(after) = same.find(|observed| observed.index > index).copied() else { continue };
            let ours = match (change.get("add"), change.get("set"), before) {
                (Some(_), _, _) => runtime.block_on(added(&catalog, after)),
                (_, Some(_), Some(before)) => runtime.block_on(set(&catalog, before, after, index)),
                _ => continue,
            };
            compared += 1;
            if without_defaults(&ours) != without_defaults(&exchange.request) {
                differences.push(format!("{} ({index}): {ours}, recorded {}", recording.place(), exchange.request));
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 8, "only {compared} changes were compared");
}

/// The request that creates this record.
async fn added(catalog: &Arc<Catalog>, created: &ObservedObject<'_>) -> Json {
    let Some((inputs, _)) = imported(catalog, created, 0..usize::MAX, &Json::Null, &mut |_| {}).await else {
        return Json::Null;
    };
    let transport = transport_for(created);
    let progress = stage::ProgressLog::default();
    let token = format!("evalap-scaleway:{TOKEN}");
    let _ = object_transport::engine(catalog, &transport).create(progress.operation(&token, "main"), &inputs).await;
    sent_change(&transport)
}

/// The request that updates the record.
async fn set(catalog: &Arc<Catalog>, before: &ObservedObject<'_>, after: &ObservedObject<'_>, changed: usize) -> Json {
    let olds = imported(catalog, before, 0..changed, &Json::Null, &mut |_| {}).await;
    let news = imported(catalog, after, changed + 1..usize::MAX, &Json::Null, &mut |_| {}).await;
    let (Some((olds, state)), Some((news, _))) = (olds, news) else { return Json::Null };
    let transport = transport_for(after);
    let progress = stage::ProgressLog::default();
    let token = format!("evalap-scaleway:{TOKEN}");
    let engine = object_transport::engine(catalog, &transport);
    let _ = engine.update(progress.operation(&token, "main"), &after.id, &state, &olds, &news).await;
    sent_change(&transport)
}

/// A transport that returns the changed record.
fn transport_for(observed: &ObservedObject<'_>) -> ObjectTransport {
    ObjectTransport::with_responses(observed, observed.first_response.clone(), json!({ "records": [observed.object] }))
}

fn sent_change(transport: &ObjectTransport) -> Json {
    let sent: Vec<Exchange> = transport.sent();
    sent.into_iter().find(|sent| sent.method == "PATCH").map_or(Json::Null, |sent| sent.request)
}

/// Without null values, empty lists, an empty ID and a priority of 0.
fn without_defaults(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let is_set = |name: &str, json: &Json| {
                !(json.is_null()
                    || *json == json!([])
                    || (name == "id" && json == "")
                    || (name == "priority" && *json == json!(0)))
            };
            let fields = fields.iter().filter(|(name, json)| is_set(name, json));
            Json::Object(fields.map(|(name, json)| (name.clone(), without_defaults(json))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(without_defaults).collect()),
        other => other.clone(),
    }
}
