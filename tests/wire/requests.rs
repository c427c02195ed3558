//! Requests of the engine are equivalent to recorded ones: a recorded object is imported and created again, and the two
//! requests are compared.
//!
//! `requests.yaml` lists the expected differences with their reasons.

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

use crate::object_transport::{self, ObjectTransport};
use crate::observed::{self, ObservedObject, fits};
use crate::recording::{self, Exchange, Recording};
use crate::{equivalence, runtime};

/// An expected difference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedDifference {
    /// The operation's ID.
    operation: String,
    /// The beginning of the difference, mostly the field.
    what: String,
    reason: String,
}

#[derive(Default)]
struct Report {
    compared: BTreeMap<String, usize>,
    differences: Vec<(String, String, String)>,
}

pub(crate) fn requests_are_equivalent_to_recorded_ones(traffic: &Path) {
    let catalog = places::catalog();
    let runtime = runtime();
    let mut report = Report::default();
    for recording in &recording::all(traffic) {
        let all_observed = observed::all(&catalog, recording);
        for (index, exchange) in recording.exchanges.iter().enumerate().filter(|(_, exchange)| exchange.status < 300) {
            for (token, resource) in &catalog.resources {
                let is_create =
                    |(index, step): (usize, &Step)| (index == 0 || step.instead) && fits(step, exchange).is_some();
                if resource.create.iter().enumerate().any(is_create) {
                    let created =
                        all_observed.iter().find(|observed| observed.token == token && observed.index == index);
                    let created = created.or_else(|| {
                        all_observed.iter().find(|observed| observed.token == token && observed.index > index)
                    });
                    let Some(created) = created else { continue };
                    let created = settled(&all_observed, created);
                    runtime.block_on(create(&catalog, resource, exchange, &created, &mut report));
                } else if let Some(step) = resource.update.iter().find(|step| fits(step, exchange).is_some()) {
                    let Some((before, after)) = around(&all_observed, token, index, recording) else { continue };
                    runtime.block_on(update(&catalog, step, index, [&before, &after], &mut report));
                }
            }
        }
    }
    check_report(&report);
}

fn check_report(report: &Report) {
    let meant: Vec<ExpectedDifference> =
        serde_saphyr::from_str(&places::text(&places::project().join("tests/wire/requests.yaml"))).unwrap();
    let is = |meant: &ExpectedDifference, (operation, _, what): &(String, String, String)| {
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
    let unused: Vec<&str> = meant
        .iter()
        .filter(|meant| !report.differences.iter().any(|found| is(meant, found)))
        .map(|meant| meant.what.as_str())
        .collect();
    assert!(unused.is_empty(), "requests.yaml lists differences that do not exist: {unused:?}");
    assert!(meant.iter().all(|meant| meant.reason.len() > 20), "requests.yaml gives a reason for each difference");
    let compared: usize = report.compared.values().sum();
    assert!(compared > 150, "only {compared} requests were compared: {:?}", report.compared);
}

/// Creates a recorded object again.
async fn create(
    catalog: &Arc<Catalog>,
    resource: &Resource,
    recorded: &Exchange,
    created: &ObservedObject<'_>,
    report: &mut Report,
) {
    let operation = &resource.create[0].call.id;
    let place = created.recording.place();
    let mut differ = |what: String| report.differences.push((operation.clone(), place.clone(), what));
    let Some((inputs, _)) = imported(catalog, created, 0..usize::MAX, &recorded.request, &mut differ).await else {
        return;
    };
    let transport = ObjectTransport::of(created);
    let progress = stage::ProgressLog::default();
    let token = format!("evalap-scaleway:{}", created.token);
    // The cases test the steps after the first request.
    let _ = object_transport::engine(catalog, &transport).create(progress.operation(&token, "main"), &inputs).await;
    let sent = transport.sent();
    // Kinds without a name are listed before the create, so that an ambiguous response can be resolved.
    let first = sent.iter().find(|sent| sent.method != "GET");
    let Some(first) = first else { return differ("nothing is sent".to_owned()) };
    if first.path != recorded.path {
        differ(format!("the path is {}, recorded {}", first.path, recorded.path));
    }
    let expected = with_sorted_flags(created.resource, &recorded.request);
    equivalence::create_differences(&first.request, &expected, &created.object).into_iter().for_each(&mut differ);
    violations(first).into_iter().for_each(&mut differ);
    *report.compared.entry(operation.clone()).or_default() += 1;
}

/// Updates a recorded object again.
async fn update(
    catalog: &Arc<Catalog>,
    step: &Step,
    changed: usize,
    [before, after]: [&ObservedObject<'_>; 2],
    report: &mut Report,
) {
    let recorded = &after.recording.exchanges[changed];
    let place = after.recording.place();
    let operation = &step.call.id;
    let mut differ = |what: String| report.differences.push((operation.clone(), place.clone(), what));
    let Some((olds, state)) = imported(catalog, before, 0..changed, &Json::Null, &mut differ).await else { return };
    let Some((news, _)) = imported(catalog, after, changed + 1..usize::MAX, &recorded.request, &mut differ).await
    else {
        return;
    };
    let transport = ObjectTransport::of(after);
    let progress = stage::ProgressLog::default();
    let token = format!("evalap-scaleway:{}", after.token);
    let engine = object_transport::engine(catalog, &transport);
    let updated = engine.update(progress.operation(&token, "main"), &after.id, &state, &olds, &news).await;
    let sent: Vec<Exchange> = transport.sent().into_iter().filter(|sent| fits(step, sent).is_some()).collect();
    // Several requests of one operation may each send some of the fields.
    let ours = sent.iter().fold(Json::Null, |all, sent| joined(all, sent.request.clone()));
    let differences = equivalence::update_differences(&ours, &recorded.request, &before.object, &after.object);
    if let (Err(error), false) = (updated, differences.is_empty()) {
        differ(format!("fails: {error}"));
    }
    differences.into_iter().for_each(&mut differ);
    sent.iter().flat_map(violations).for_each(&mut differ);
    *report.compared.entry(operation.clone()).or_default() += 1;
}

/// The inputs that create the object, checked, and the state. Values that no response contains are taken from the
/// recorded request.
pub(crate) async fn imported(
    catalog: &Arc<Catalog>,
    observed: &ObservedObject<'_>,
    part: Range<usize>,
    request: &Json,
    differ: &mut impl FnMut(String),
) -> Option<(Object, Object)> {
    let resource = observed.resource;
    let read = match object_transport::import(catalog, observed, &ObjectTransport::with_part(observed, &part)).await {
        Ok(read) => read?,
        Err(error) => {
            differ(format!("cannot be imported: {error}"));
            return None;
        }
    };
    let mut inputs = read.inputs;
    for (name, property) in resource.properties.iter().filter(|(_, property)| is_unreadable(property)) {
        let Some(sent) = property.send.as_deref().map(|send| &request[send]).filter(|sent| !sent.is_null()) else {
            continue;
        };
        inputs.insert(name.clone(), program_value(property, sent));
    }
    let failures = checked(resource, &inputs).failures;
    // Some values that the API fills in are not valid inputs.
    inputs.retain(|name, _| {
        let is_invalid = failures.iter().any(|failure| failure.path.top() == Some(name));
        !(is_invalid && resource.properties.get(name).is_some_and(|property| property.computed))
    });
    let checked = checked(resource, &inputs);
    // The object before an update was not created by a request of this recording.
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

/// Whether responses do not contain an input, or only its hash.
fn is_unreadable(property: &Property) -> bool {
    let input = property.input != Input::No && property.same.is_none();
    input && (property.read.is_none() || property.equal == Some(Equal::Argon2id))
}

fn program_value(property: &Property, sent: &Json) -> Value {
    match (property.convert, sent) {
        (Some(Convert::NameValueList | Convert::KeyValueList), Json::Array(items)) => {
            let pairs = items.iter().filter_map(|item| {
                let name = item["key"].as_str().or_else(|| item["name"].as_str())?;
                Some((name.to_owned(), Value::from(item["value"].clone())))
            });
            Value::from(pairs.collect::<Object>())
        }
        (Some(Convert::Base64), Json::String(text)) => {
            let bytes = BASE64.decode(text).expect("recorded data is base64");
            Value::from(String::from_utf8(bytes).expect("recorded data is UTF-8"))
        }
        _ => Value::from(sent.clone()),
    }
}

/// The object with a final status: the next one in the recording, or the given one.
fn settled<'a>(all_observed: &[ObservedObject<'a>], created: &ObservedObject<'a>) -> ObservedObject<'a> {
    let same = |observed: &&ObservedObject<'a>| {
        observed.token == created.token && observed.id == created.id && observed.index >= created.index
    };
    all_observed.iter().filter(same).find(|observed| !observed.is_transient()).unwrap_or(created).clone()
}

/// The object before and after an exchange that changes it.
fn around<'a>(
    all_observed: &[ObservedObject<'a>],
    token: &str,
    index: usize,
    recording: &Recording,
) -> Option<(ObservedObject<'a>, ObservedObject<'a>)> {
    let exchange = &recording.exchanges[index];
    let own = |observed: &&ObservedObject<'a>| {
        let part = |part: &str| part.len() > 3 && exchange.path.split('/').any(|segment| segment == part);
        let named = |part: &str| {
            let request = exchange.request.to_string();
            part.len() > 3 && request.contains(part)
        };
        // Every part of the ID is in the path or in the body.
        observed.token == token && observed.id.split('/').all(|text| part(text) || named(text))
    };
    let before =
        all_observed.iter().filter(own).rfind(|observed| observed.index < index && !observed.is_transient())?;
    let changes = |at: usize| {
        let other = &recording.exchanges[at];
        other.method != "GET" && other.status < 300 && at > index && other.path.starts_with(&exchange.path)
    };
    let after = all_observed.iter().filter(own).find(|observed| observed.index >= index && !observed.is_transient())?;
    // A second change before the read would be part of the difference.
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

/// The violations of the API document in a request.
fn violations(sent: &Exchange) -> Vec<String> {
    let method = Method::from_name(&sent.method).unwrap();
    let Some((document, matched)) = scaleway_api::find(method, &sent.path) else {
        return vec![format!("no API document contains {}", sent.path)];
    };
    let Some(schema) = &matched.operation.request else { return Vec::new() };
    let violations = document.validate(schema, &sent.request, Rules::REQUEST);
    violations.into_iter().map(|violation| format!("{} {}", violation.path, violation.message)).collect()
}

/// The body with flags in the order of our requests: their order is not significant.
fn with_sorted_flags(resource: &Resource, body: &Json) -> Json {
    let mut body = body.clone();
    let flags = resource.properties.values().filter(|property| property.convert == Some(Convert::FlagList));
    for field in flags.filter_map(|property| property.send.as_deref()) {
        if let Some(Json::Array(names)) = body.get_mut(field) {
            names.sort_by_key(Json::to_string);
        }
    }
    body
}
