//! Malformed responses never make the engine panic: each recorded response is tried with each of its fields removed, null,
//! of another type, or with an unknown value. The engine returns a value or an error.
//!
//! Each form of a response is tried once for each use: the response of a read, of a change, of a later read step, a list
//! in which an object is looked up, a list of all objects, the response of a function, and an error response. Each field
//! is also tried once with unusual values. The module `storage` tests Object Storage.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use catalog::{Catalog, Function, Input, Operation, Resource, Source, Step};
use serde_json::{Value as Json, json};
use tests::places;
use tests::stage::{self, ProgressLog};
use value::{Object, Value};

use crate::mutate::{self, Mutant};
use crate::object_transport::{self, ObjectTransport};
use crate::observed::{self, ObservedObject, fits};
use crate::recording::{self, Exchange, Recording};
use crate::runtime;

/// A response and what the engine uses it for.
struct Sample<'a> {
    place: String,
    response: Json,
    /// The places in it that no earlier sample of the same use has.
    new: BTreeSet<String>,
    usage: Usage<'a>,
    /// Returns the responses to the other requests.
    transport: ObjectTransport,
}

enum Usage<'a> {
    /// The response of a read. If it has new places and the read succeeds, also of a create and an update.
    Read(ObservedObject<'a>),
    /// The response of a later read step.
    LaterStep(ObservedObject<'a>, &'a Step),
    /// The response of a lookup function by ID.
    Lookup(ObservedObject<'a>, &'a Function),
    /// The list in which a function looks an object up, or the response of a standalone function.
    Invoke(&'a Function, Object),
    /// The list of all objects of a type.
    List(&'a str, Object),
    /// An error response to a read.
    Error(&'a str),
}

/// The resource that error responses are tried with; the engine decodes them in one place.
const ERROR_RESOURCE: &str = "registry/namespace:Namespace";

pub(crate) fn malformed_responses_do_not_make_the_engine_panic(traffic: &Path) {
    let catalog = places::catalog();
    let recordings = recording::all(traffic);
    let samples = samples(&catalog, &recordings);
    let (next, tried, panics) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let work = || {
        let runtime = runtime();
        while let Some(sample) = samples.get(next.fetch_add(1, Ordering::Relaxed)) {
            for place in mutate::places(&sample.response) {
                let is_new = sample.new.contains(&place.path());
                let unusual = if is_new { place.unusual_values(&sample.response) } else { Vec::new() };
                for Mutant { name, response } in place.mutants(&sample.response).into_iter().chain(unusual) {
                    tried.fetch_add(1, Ordering::Relaxed);
                    let using = || runtime.block_on(sample.run(&catalog, &response, is_new));
                    if catch_unwind(AssertUnwindSafe(using)).is_err() {
                        panics.lock().unwrap().insert(format!("{}: {name}", sample.place));
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let (tried, panics) = (tried.into_inner(), panics.into_inner().unwrap());
    assert!(tried > 20_000, "only {tried} responses were tried");
    let some: Vec<&String> = panics.iter().take(60).collect();
    assert!(panics.is_empty(), "{} of {tried} responses make the engine panic:\n{some:#?}", panics.len());
}

/// At least 95 % of the unmodified samples succeed: a sample that fails without a mutation cannot show a panic in later code.
pub(crate) fn unmodified_responses_are_processed_without_error(traffic: &Path) {
    let catalog = places::catalog();
    let recordings = recording::all(traffic);
    let samples = samples(&catalog, &recordings);
    let runtime = runtime();
    let mut uses: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failed = Vec::new();
    for sample in samples.iter().filter(|sample| !matches!(sample.usage, Usage::Error(_))) {
        let (all, bad) = uses.entry(sample.usage.name()).or_default();
        *all += 1;
        if let Err(error) = runtime.block_on(sample.run(&catalog, &sample.response, true)) {
            *bad += 1;
            failed.push(format!("{} {}: {error}", sample.usage.name(), sample.place));
        }
    }
    assert_eq!(uses.len(), 5, "some use has no sample: {uses:?}");
    let (all, bad) = uses.values().fold((0, 0), |(all, bad), (one, other)| (all + one, bad + other));
    assert!(bad * 20 <= all, "{bad} of {all} unmodified samples fail ({uses:?}):\n{}", failed.join("\n"));
}

/// Every form of a recorded response, once for each use.
fn samples<'a>(catalog: &'a Arc<Catalog>, recordings: &'a [Recording]) -> Vec<Sample<'a>> {
    let mut found = Found::default();
    for recording in recordings {
        for observed in observed::all(catalog, recording) {
            found.observed(catalog, &observed);
        }
        for exchange in &recording.exchanges {
            found.exchange(catalog, recording, exchange);
        }
    }
    found.samples
}

#[derive(Default)]
struct Found<'a> {
    known: BTreeSet<(String, String)>,
    places: BTreeSet<(String, String)>,
    samples: Vec<Sample<'a>>,
}

impl<'a> Found<'a> {
    /// Adds a response of a new form.
    fn add(
        &mut self,
        name: &str,
        place: String,
        response: Json,
        usage: Usage<'a>,
        transport: impl FnOnce() -> ObjectTransport,
    ) {
        let name = format!("{} {name}", usage.name());
        if !self.known.insert((name.clone(), mutate::shape(&response).to_string())) {
            return;
        }
        let path = mutate::places(&response).into_iter().map(|place| place.path());
        let new: BTreeSet<String> = path.filter(|at| self.places.insert((name.clone(), at.clone()))).collect();
        // A lookup reads an object as the resource does, so only new places are tried again.
        if new.is_empty() && matches!(usage, Usage::Lookup(..)) {
            return;
        }
        self.samples.push(Sample { place, response, new, usage, transport: transport() });
    }

    fn observed(&mut self, catalog: &'a Catalog, observed: &ObservedObject<'a>) {
        let place = observed.place();
        for step in observed.resource.read.iter().skip(1) {
            for response in object_transport::recorded_responses(step, observed) {
                let name = format!("{} {}", observed.token, step.call.id);
                let usage = Usage::LaterStep(observed.clone(), step);
                self.add(&name, place.clone(), response, usage, || ObjectTransport::of(observed));
            }
        }
        // Other lookup functions return the same as a read of the resource.
        let own = |function: &&Function| !function.lookup.outputs.is_empty() || !function.lookup.read.is_empty();
        let functions = catalog.functions.values().filter(|function| function.lookup.id.is_some() && own(function));
        for function in functions.filter(|function| function.lookup.resource == observed.token) {
            let usage = Usage::Lookup(observed.clone(), function);
            self.add(&function.token, place.clone(), observed.first_response.clone(), usage, || {
                ObjectTransport::of(observed)
            });
        }
        let (token, response) = (observed.token, observed.first_response.clone());
        self.add(token, place, response, Usage::Read(observed.clone()), || ObjectTransport::of(observed));
    }

    fn exchange(&mut self, catalog: &'a Catalog, recording: &'a Recording, exchange: &'a Exchange) {
        let place = format!("{} {} in {}", exchange.method, exchange.path, recording.place());
        if exchange.status >= 400 {
            let name = exchange.status.to_string();
            let (token, resource) = catalog.resources.get_key_value(ERROR_RESOURCE).unwrap();
            let transport =
                || ObjectTransport::with_status(&resource.read[0].call, exchange.status, resource, &json!({}));
            return self.add(&name, place, exchange.response.clone(), Usage::Error(token), transport);
        }
        for function in catalog.functions.values() {
            self.invocation(catalog, function, exchange, &place);
        }
        for (token, resource) in &catalog.resources {
            let Some(list) = resource.listing.as_ref().and_then(|listing| listing.list.as_ref()) else { continue };
            let Some(query) = arguments(resource, list, exchange) else { continue };
            let transport = || ObjectTransport::with_status(list, 200, resource, &json!({}));
            self.add(
                token,
                place.clone(),
                first_element(list, &exchange.response),
                Usage::List(token, query),
                transport,
            );
        }
    }

    fn invocation(&mut self, catalog: &'a Catalog, function: &'a Function, exchange: &'a Exchange, place: &str) {
        let resource = function.standalone.as_deref().or_else(|| catalog.resources.get(&function.lookup.resource));
        let Some(resource) = resource else { return };
        if let Some(by) = &function.lookup.by {
            let Some(mut given) = arguments(resource, &by.list, exchange) else { return };
            let response = first_element(&by.list, &exchange.response);
            let list = by.list.pages.as_deref().unwrap_or_default();
            let candidate =
                by.element.as_ref().map_or(&response[list][0], |element| &response[list][0][element]).clone();
            for (field, source) in &by.find {
                if let (Source::Property(name), Some(value)) = (source, candidate.get(field))
                    && function.lookup.inputs.get(name).is_some_and(|input| input.values.is_empty())
                {
                    given.insert(name.clone(), Value::from(value.clone()));
                }
            }
            given.retain(|name, _| function.lookup.inputs.contains_key(name));
            let transport = || ObjectTransport::with_status(&by.list, 200, resource, &candidate);
            self.add(&function.token, place.to_owned(), response, Usage::Invoke(function, given), transport);
        } else if let (Some(standalone), Some(first)) = (&function.standalone, resource.read.first()) {
            let Some(mut given) = arguments(standalone, &first.call, exchange) else { return };
            given.retain(|name, _| function.lookup.inputs.contains_key(name));
            // The ID of an element of a list is not in the request.
            let is_missing = |(name, input): (&String, &catalog::Property)| {
                input.input == catalog::Input::Required && !given.contains_key(name)
            };
            if function.lookup.inputs.iter().any(is_missing) {
                return;
            }
            let response = first_element(&first.call, &exchange.response);
            let transport = || ObjectTransport::with_status(&first.call, 200, standalone, &json!({}));
            self.add(&function.token, place.to_owned(), response, Usage::Invoke(function, given), transport);
        }
    }
}

impl Usage<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::LaterStep(..) => "later step",
            Self::Lookup(..) => "lookup",
            Self::Invoke(..) => "invocation",
            Self::List(..) => "list",
            Self::Error(_) => "error",
        }
    }
}

impl Sample<'_> {
    /// Runs the operation with this response.
    async fn run(&self, catalog: &Arc<Catalog>, response: &Json, in_full: bool) -> Result<(), String> {
        let progress = ProgressLog::default();
        let transport = match &self.usage {
            Usage::LaterStep(_, step) => self.transport.with_step_response(step, response),
            _ => self.transport.with_first_response(response),
        };
        match &self.usage {
            Usage::Read(observed) => {
                let read =
                    object_transport::import(catalog, observed, &transport).await.map_err(|error| error.to_string())?;
                let Some(read) = read.filter(|_| in_full) else { return Ok(()) };
                let engine = object_transport::engine(catalog, &transport);
                let token = format!("evalap-scaleway:{}", observed.token);
                let operation = progress.operation(&token, "main");
                // They may succeed or fail.
                drop(engine.create(operation, &read.inputs).await);
                drop(engine.update(operation, &read.id, &read.state, &Object::new(), &read.inputs).await);
                Ok(())
            }
            Usage::LaterStep(observed, _) => object_transport::import(catalog, observed, &transport)
                .await
                .map(drop)
                .map_err(|error| error.to_string()),
            Usage::Lookup(observed, function) => {
                let name = function.lookup.id.clone().unwrap_or_default();
                let required = function.lookup.inputs.iter().filter(|(_, input)| input.input == Input::Required);
                let known = required.map(|(name, _)| (name.clone(), observed.object[observed::field(name)].clone()));
                let mut given: Object = known.map(|(name, json)| (name, Value::from(json))).collect();
                given.insert(name, Value::from(observed.id.as_str()));
                invoked(catalog, transport, function, &given).await
            }
            Usage::Invoke(function, given) => invoked(catalog, transport, function, given).await,
            Usage::List(token, query) => {
                let engine = object_transport::engine(catalog, &transport);
                engine
                    .list(&format!("evalap-scaleway:{token}"), query)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
            Usage::Error(token) => {
                let engine = object_transport::engine(catalog, &transport);
                let id = "fr-par/11111111-1111-1111-1111-111111111111";
                let (token, none) = (format!("evalap-scaleway:{token}"), Object::new());
                let read = engine.read(progress.operation(&token, "main"), id, &none, &none).await;
                read.map(drop).map_err(|error| error.to_string())
            }
        }
    }
}

async fn invoked(
    catalog: &Arc<Catalog>,
    transport: ObjectTransport,
    function: &Function,
    given: &Object,
) -> Result<(), String> {
    let engine = stage::engine(catalog, Arc::new(transport));
    let token = format!("evalap-scaleway:{}", function.token);
    engine.invoke(&token, given).await.map(drop).map_err(|error| format!("{error:?}"))
}

/// The arguments of a function or a list that lead to this request: its path and query parameters.
fn arguments(resource: &Resource, call: &Operation, exchange: &Exchange) -> Option<Object> {
    if exchange.status >= 300 {
        return None;
    }
    let path = fits(&Step::of(call.clone()), exchange)?;
    let mut given = Object::new();
    for (parameter, source) in &call.parameters {
        let Some(value) = path.get(parameter) else { continue };
        let name = match source {
            Source::Locality => if path.contains_key("zone") { "zone" } else { "region" }.to_owned(),
            Source::Property(name) => name.clone(),
            _ => continue,
        };
        given.insert(name, Value::from(value.as_str()));
    }
    for query in &call.query {
        let Source::Property(name) = &query.from else { continue };
        let is_text = resource.properties.get(name).is_none_or(|property| property.kind == catalog::Kind::String);
        let value = exchange.query.iter().find(|(other, value)| *other == query.name && !value.is_empty());
        if let (Some((_, value)), true) = (value, is_text) {
            given.insert(name.clone(), Value::from(value.as_str()));
        }
    }
    Some(given)
}

/// A list with only its first element: another element with the same name would make the lookup fail.
fn first_element(call: &Operation, response: &Json) -> Json {
    let mut response = response.clone();
    if let Some(items) = call.pages.as_ref().and_then(|list| response.get_mut(list)).and_then(Json::as_array_mut) {
        items.truncate(1);
        let count = items.len();
        if let Some(map) = response.as_object_mut() {
            map.insert("total_count".to_owned(), json!(count));
        }
    }
    response
}
