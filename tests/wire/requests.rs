//! Our requests beside recorded ones: what was made is imported, made again, and the two requests are compared.
//!
//! Differences that are meant are listed in `requests.yaml` with their reasons.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use catalog::{Catalog, Convert, Equal, Input, Property, Resource, Step};
use rules::{Autonaming, CheckRequest, Checked, check};
use scaleway_api::{Method, Rules};
use serde::Deserialize;
use serde_json::Value as Json;
use tests::{places, stage};
use value::{Object, Value};

use crate::recording::{self, Exchange, Recording};
use crate::scene::{self, Scene};
use crate::sighting::{self, Sighting, fits};
use crate::{meaning, runtime};

/// A difference that is meant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    /// The operation's id.
    operation: String,
    /// How the difference begins: mostly the field.
    what: String,
    reason: String,
}

#[derive(Default)]
struct Report {
    compared: BTreeMap<String, usize>,
    differences: Vec<(String, String, String)>,
}

pub(crate) fn every_recorded_request_means_what_ours_does(traffic: &Path) {
    let catalog = places::catalog();
    let runtime = runtime();
    let mut report = Report::default();
    for recording in &recording::all(traffic) {
        let sightings = sighting::all(&catalog, recording);
        for (index, exchange) in recording.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.status < 300) {
            for (token, resource) in &catalog.resources {
                if resource.create.first().is_some_and(|step| fits(step, exchange).is_some()) {
                    let made = sightings.iter().find(|seen| seen.token == token && seen.index == index);
                    let made = made.or_else(|| sightings.iter().find(|seen| seen.token == token && seen.index > index));
                    let Some(made) = made else { continue };
                    let made = settled(&sightings, made);
                    runtime.block_on(create(&catalog, resource, exchange, &made, &mut report));
                } else if let Some(step) = resource.update.iter().find(|step| fits(step, exchange).is_some()) {
                    let Some((before, after)) = around(&sightings, token, index, recording) else { continue };
                    runtime.block_on(update(&catalog, step, index, [&before, &after], &mut report));
                }
            }
        }
    }
    judge(&report);
}

fn judge(report: &Report) {
    let meant: Vec<Meant> =
        serde_saphyr::from_str(&places::text(&places::project().join("tests/wire/requests.yaml"))).unwrap();
    let is = |meant: &Meant, (operation, _, what): &(String, String, String)| {
        meant.operation == *operation && what.starts_with(&meant.what)
    };
    let mut unexplained: Vec<String> = report
        .differences
        .iter()
        .filter(|found| !meant.iter().any(|meant| is(meant, found)))
        .map(|(operation, place, what)| format!("{operation} in {place}: {what}"))
        .collect();
    unexplained.dedup();
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
    let gone: Vec<&str> = meant
        .iter()
        .filter(|meant| !report.differences.iter().any(|found| is(meant, found)))
        .map(|meant| meant.what.as_str())
        .collect();
    assert!(gone.is_empty(), "requests.yaml lists what is no difference: {gone:?}");
    assert!(meant.iter().all(|meant| meant.reason.len() > 20), "requests.yaml gives a reason for each difference");
    let compared: usize = report.compared.values().sum();
    assert!(compared > 150, "only {compared} requests were compared: {:?}", report.compared);
}

/// Makes what was made again.
async fn create(
    catalog: &Arc<Catalog>,
    resource: &Resource,
    recorded: &Exchange,
    made: &Sighting<'_>,
    report: &mut Report,
) {
    let operation = &resource.create[0].call.id;
    let place = made.recording.name.clone();
    let mut differ = |what: String| report.differences.push((operation.clone(), place.clone(), what));
    let Some((inputs, _)) = imported(catalog, made, 0..usize::MAX, &recorded.request, &mut differ).await else {
        return;
    };
    let scene = Scene::of(made);
    let told = stage::Told::default();
    let token = format!("evalap-scaleway:{}", made.token);
    // How it goes on after the first call is shown by the cases.
    let _ = scene::engine(catalog, &scene).create(told.operation(&token, "main"), &inputs).await;
    let sent = scene.sent();
    // Kinds without a name are listed before the create, so that an ambiguous response can be resolved.
    let first = sent.iter().find(|sent| sent.method != "GET");
    let Some(first) = first else { return differ("nothing is sent".to_owned()) };
    if first.path != recorded.path {
        differ(format!("the path is {}, recorded {}", first.path, recorded.path));
    }
    meaning::created(&first.request, &recorded.request, &made.object).into_iter().for_each(&mut differ);
    violations(first).into_iter().for_each(&mut differ);
    *report.compared.entry(operation.clone()).or_default() += 1;
}

/// Makes a change again.
async fn update(
    catalog: &Arc<Catalog>,
    step: &Step,
    changed: usize,
    [before, after]: [&Sighting<'_>; 2],
    report: &mut Report,
) {
    let recorded = &after.recording.exchanges[changed];
    let place = after.recording.name.clone();
    let operation = &step.call.id;
    let mut differ = |what: String| report.differences.push((operation.clone(), place.clone(), what));
    let Some((olds, state)) = imported(catalog, before, 0..changed, &Json::Null, &mut differ).await else { return };
    let Some((news, _)) = imported(catalog, after, changed + 1..usize::MAX, &recorded.request, &mut differ).await
    else {
        return;
    };
    let scene = Scene::of(after);
    let told = stage::Told::default();
    let token = format!("evalap-scaleway:{}", after.token);
    let engine = scene::engine(catalog, &scene);
    let updated = engine.update(told.operation(&token, "main"), &after.id, &state, &olds, &news).await;
    let sent: Vec<Exchange> = scene.sent().into_iter().filter(|sent| fits(step, sent).is_some()).collect();
    // Several calls of one operation may carry a part each.
    let ours = sent.iter().fold(Json::Null, |all, sent| joined(all, sent.request.clone()));
    let differences = meaning::changed(&ours, &recorded.request, &before.object, &after.object);
    if let (Err(error), false) = (updated, differences.is_empty()) {
        differ(format!("fails: {error}"));
    }
    differences.into_iter().for_each(&mut differ);
    sent.iter().flat_map(violations).for_each(&mut differ);
    *report.compared.entry(operation.clone()).or_default() += 1;
}

/// The inputs that would make what was sighted, checked, and the state beside them. What no answer tells is taken from
/// the recorded request.
pub(crate) async fn imported(
    catalog: &Arc<Catalog>,
    sighting: &Sighting<'_>,
    part: Range<usize>,
    request: &Json,
    differ: &mut impl FnMut(String),
) -> Option<(Object, Object)> {
    let resource = sighting.resource;
    let read = match scene::import(catalog, sighting, &Scene::during(sighting, &part)).await {
        Ok(read) => read?,
        Err(error) => {
            differ(format!("cannot be imported: {error}"));
            return None;
        }
    };
    let mut inputs = read.inputs;
    for (name, property) in resource.properties.iter().filter(|(_, property)| is_untold(property)) {
        let Some(sent) = property.send.as_deref().map(|send| &request[send]).filter(|sent| !sent.is_null()) else {
            continue;
        };
        inputs.insert(name.clone(), as_given(property, sent));
    }
    let failures = checked(resource, &inputs).failures;
    // What the API fills in by itself cannot always be asked for.
    inputs.retain(|name, _| {
        let refused = failures.iter().any(|failure| failure.path.top() == Some(name));
        !(refused && resource.properties.get(name).is_some_and(|property| property.computed))
    });
    let checked = checked(resource, &inputs);
    // What was before the recording began is not ours to check.
    if !request.is_null() {
        checked.failures.iter().for_each(|failure| differ(format!("{} {}", failure.path, failure.reason)));
    }
    (checked.failures.is_empty() || request.is_null()).then_some((checked.inputs, read.state))
}

fn checked(resource: &Resource, inputs: &Object) -> Checked {
    let (olds, seed, autonaming) = (&Object::new(), b"traffic", Autonaming::Disable);
    let request = CheckRequest { name: "main", olds, news: inputs, seed, autonaming };
    check(resource, &request, &stage::defaults())
}

/// Whether answers do not tell an input, or only its hash.
fn is_untold(property: &Property) -> bool {
    let input = property.input != Input::No && property.same.is_none();
    input && (property.read.is_none() || property.equal == Some(Equal::Argon2id))
}

fn as_given(property: &Property, sent: &Json) -> Value {
    match (property.convert, sent) {
        (Some(Convert::NameValueList | Convert::KeyValueList), Json::Array(items)) => {
            let pairs = items.iter().filter_map(|item| {
                let name = item["key"].as_str().or_else(|| item["name"].as_str())?;
                Some((name.to_owned(), Value::from(item["value"].clone())))
            });
            Value::from(pairs.collect::<Object>())
        }
        (Some(Convert::Base64), Json::String(text)) => {
            let bytes = BASE64.decode(text).expect("recorded data are base64");
            Value::from(String::from_utf8(bytes).expect("recorded data are texts"))
        }
        _ => Value::from(sent.clone()),
    }
}

/// The object once it has settled: the next sighting in a status that stays, or the one given.
fn settled<'a>(sightings: &[Sighting<'a>], made: &Sighting<'a>) -> Sighting<'a> {
    let same = |seen: &&Sighting<'a>| seen.token == made.token && seen.id == made.id && seen.index >= made.index;
    sightings.iter().filter(same).find(|seen| !seen.is_passing()).unwrap_or(made).clone()
}

/// The object before and after an exchange that changes it.
fn around<'a>(
    sightings: &[Sighting<'a>],
    token: &str,
    index: usize,
    recording: &Recording,
) -> Option<(Sighting<'a>, Sighting<'a>)> {
    let exchange = &recording.exchanges[index];
    let own = |seen: &&Sighting<'a>| {
        let part = |part: &str| part.len() > 3 && exchange.path.split('/').any(|segment| segment == part);
        let named = |part: &str| {
            let request = exchange.request.to_string();
            part.len() > 3 && request.contains(part)
        };
        // Every part of the id stands in the path or in the body.
        seen.token == token && seen.id.split('/').all(|text| part(text) || named(text))
    };
    let before = sightings.iter().filter(own).rfind(|seen| seen.index < index && !seen.is_passing())?;
    let changes = |at: usize| {
        let other = &recording.exchanges[at];
        other.method != "GET" && other.status < 300 && at > index && other.path.starts_with(&exchange.path)
    };
    let after = sightings.iter().filter(own).find(|seen| seen.index >= index && !seen.is_passing())?;
    // Another change in between would be told too.
    if (index + 1..=after.index).any(changes) || before.id != after.id {
        return None;
    }
    Some((before.clone(), after.clone()))
}

fn joined(one: Json, other: Json) -> Json {
    match (one, other) {
        (Json::Object(mut one), Json::Object(other)) => {
            one.extend(other);
            Json::Object(one)
        }
        (Json::Null, other) => other,
        (one, _) => one,
    }
}

/// Where a request does not fit the API document.
fn violations(sent: &Exchange) -> Vec<String> {
    let method = Method::from_name(&sent.method).unwrap();
    let fitting =
        scaleway_api::documents().iter().find_map(|document| Some((document, document.find(method, &sent.path)?)));
    let Some((document, matched)) = fitting else { return vec![format!("{} is no address of the API", sent.path)] };
    let Some(schema) = &matched.operation.request else { return Vec::new() };
    let violations = document.validate(schema, &sent.request, Rules::REQUEST);
    violations.into_iter().map(|violation| format!("{} {}", violation.path, violation.message)).collect()
}
