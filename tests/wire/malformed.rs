//! Every recorded answer with each of its fields dropped, nulled, of another type, or of a value from the future: the engine
//! makes a value of it or an error, and never panics.
//!
//! Answers of one form say the same, so each form is tried once for each use that the engine has for it, and each of its fields
//! once more with stranger things, the first time it is seen: as what a resource is read from, as what a change answers, as a later step of a read, as a list in which something is looked up, as a list of
//! all that exist, as what a function asks for, and as a refusal. Object Storage has a suite of its own (`storage`).

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use catalog::{Catalog, Function, Input, Operation, Resource, Source, Step};
use serde_json::{Value as Json, json};
use tests::places;
use tests::stage::{self, Told};
use value::{Object, Value};

use crate::mutate::{self, Mutant};
use crate::recording::{self, Exchange, Recording};
use crate::runtime;
use crate::scene::{self, Scene};
use crate::sighting::{self, Sighting, fits};

/// An answer, and what the engine does with it.
struct Subject<'a> {
    place: String,
    answer: Json,
    /// Its places that no subject of the same use had before.
    new: BTreeSet<String>,
    usage: Usage<'a>,
    /// What else is told meanwhile.
    scene: Scene,
}

enum Usage<'a> {
    /// A resource is read from it, and for new places, if that works, made and changed with it as the answer.
    Read(Sighting<'a>),
    /// A later step of the read is told it.
    Beside(Sighting<'a>, &'a Step),
    /// A function finds by its id what is read from it.
    Told(Sighting<'a>, &'a Function),
    /// A function looks something up in it, or asks for it.
    Asked(&'a Function, Object),
    /// All of a kind are listed.
    Listed(&'a str, Object),
    /// A look is refused with it.
    Refused(&'a str),
}

/// What is refused; all refusals are read in one place.
const REFUSED: &str = "registry/namespace:Namespace";

pub(crate) fn no_wrong_answer_makes_the_engine_panic(traffic: &Path) {
    let catalog = places::catalog();
    let recordings = recording::all(traffic);
    let subjects = subjects(&catalog, &recordings);
    let (next, tried, panics) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let work = || {
        let runtime = runtime();
        while let Some(subject) = subjects.get(next.fetch_add(1, Ordering::Relaxed)) {
            for place in mutate::places(&subject.answer) {
                let is_new = subject.new.contains(&place.written());
                let odd = if is_new { place.oddities(&subject.answer) } else { Vec::new() };
                for Mutant { name, answer } in place.mutants(&subject.answer).into_iter().chain(odd) {
                    tried.fetch_add(1, Ordering::Relaxed);
                    let using = || runtime.block_on(subject.used(&catalog, &answer, is_new));
                    if catch_unwind(AssertUnwindSafe(using)).is_err() {
                        panics.lock().unwrap().insert(format!("{}: {name}", subject.place));
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
    assert!(tried > 20_000, "only {tried} answers were tried");
    let some: Vec<&String> = panics.iter().take(60).collect();
    assert!(panics.is_empty(), "{} of {tried} answers make the engine panic:\n{some:#?}", panics.len());
}

/// Without anything wrong nearly every subject gives a value: else nothing would be shown of what the engine makes of them.
pub(crate) fn what_is_tried_with_something_wrong_is_right_without_it(traffic: &Path) {
    let catalog = places::catalog();
    let recordings = recording::all(traffic);
    let subjects = subjects(&catalog, &recordings);
    let runtime = runtime();
    let mut uses: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failed = Vec::new();
    for subject in subjects.iter().filter(|subject| !matches!(subject.usage, Usage::Refused(_))) {
        let (all, bad) = uses.entry(subject.usage.name()).or_default();
        *all += 1;
        if let Err(error) = runtime.block_on(subject.used(&catalog, &subject.answer, true)) {
            *bad += 1;
            failed.push(format!("{} {}: {error}", subject.usage.name(), subject.place));
        }
    }
    assert_eq!(uses.len(), 5, "some use has no subject: {uses:?}");
    let (all, bad) = uses.values().fold((0, 0), |(all, bad), (one, other)| (all + one, bad + other));
    assert!(bad * 20 <= all, "{bad} of {all} fail even so ({uses:?}):\n{}", failed.join("\n"));
}

/// Every form of every answer, once for each use.
fn subjects<'a>(catalog: &'a Arc<Catalog>, recordings: &'a [Recording]) -> Vec<Subject<'a>> {
    let mut found = Found::default();
    for recording in recordings {
        for sighting in sighting::all(catalog, recording) {
            found.sighting(catalog, &sighting);
        }
        for exchange in &recording.exchanges {
            found.exchange(catalog, recording, exchange);
        }
    }
    found.subjects
}

#[derive(Default)]
struct Found<'a> {
    seen: BTreeSet<(String, String)>,
    places: BTreeSet<(String, String)>,
    subjects: Vec<Subject<'a>>,
}

impl<'a> Found<'a> {
    /// Adds what is of a new form.
    fn add(&mut self, what: &str, place: String, answer: Json, usage: Usage<'a>, scene: impl FnOnce() -> Scene) {
        let what = format!("{} {what}", usage.name());
        if !self.seen.insert((what.clone(), mutate::shape(&answer).to_string())) {
            return;
        }
        let written = mutate::places(&answer).into_iter().map(|place| place.written());
        let new: BTreeSet<String> = written.filter(|at| self.places.insert((what.clone(), at.clone()))).collect();
        // What a function finds is read as the resource is: only what is new needs to be shown once more.
        if new.is_empty() && matches!(usage, Usage::Told(..)) {
            return;
        }
        self.subjects.push(Subject { place, answer, new, usage, scene: scene() });
    }

    fn sighting(&mut self, catalog: &'a Catalog, sighting: &Sighting<'a>) {
        let place = sighting.place();
        for step in sighting.resource.read.iter().skip(1) {
            for told in scene::told(step, sighting) {
                let what = format!("{} {}", sighting.token, step.call.id);
                let usage = Usage::Beside(sighting.clone(), step);
                self.add(&what, place.clone(), told, usage, || Scene::of(sighting));
            }
        }
        // A function tells what the resource does, but for what it has of its own.
        let own = |function: &&Function| !function.lookup.outputs.is_empty() || !function.lookup.read.is_empty();
        let functions = catalog.functions.values().filter(|function| function.lookup.id.is_some() && own(function));
        for function in functions.filter(|function| function.lookup.resource == sighting.token) {
            let usage = Usage::Told(sighting.clone(), function);
            self.add(&function.token, place.clone(), sighting.look.clone(), usage, || Scene::of(sighting));
        }
        let (token, look) = (sighting.token, sighting.look.clone());
        self.add(token, place, look, Usage::Read(sighting.clone()), || Scene::of(sighting));
    }

    fn exchange(&mut self, catalog: &'a Catalog, recording: &'a Recording, exchange: &'a Exchange) {
        let place = format!("{} {} in {}", exchange.method, exchange.path, recording.name);
        if exchange.status >= 400 {
            let what = exchange.status.to_string();
            let (token, resource) = catalog.resources.get_key_value(REFUSED).unwrap();
            let scene = || Scene::fixed(&resource.read[0].call, exchange.status, resource, &json!({}));
            return self.add(&what, place, exchange.answer.clone(), Usage::Refused(token), scene);
        }
        for function in catalog.functions.values() {
            self.asked(catalog, function, exchange, &place);
        }
        for (token, resource) in &catalog.resources {
            let Some(list) = resource.listing.as_ref().and_then(|listing| listing.list.as_ref()) else { continue };
            let Some(query) = arguments(resource, list, exchange) else { continue };
            let scene = || Scene::fixed(list, 200, resource, &json!({}));
            self.add(token, place.clone(), few(list, &exchange.answer), Usage::Listed(token, query), scene);
        }
    }

    fn asked(&mut self, catalog: &'a Catalog, function: &'a Function, exchange: &'a Exchange, place: &str) {
        let resource = function.asks.as_deref().or_else(|| catalog.resources.get(&function.lookup.resource));
        let Some(resource) = resource else { return };
        if let Some(by) = &function.lookup.by {
            let Some(mut given) = arguments(resource, &by.list, exchange) else { return };
            let answer = few(&by.list, &exchange.answer);
            let list = by.list.pages.as_deref().unwrap_or_default();
            let candidate = by.element.as_ref().map_or(&answer[list][0], |element| &answer[list][0][element]).clone();
            for (field, source) in &by.find {
                if let (Source::Property(name), Some(value)) = (source, candidate.get(field))
                    && function.lookup.inputs.get(name).is_some_and(|input| input.values.is_empty())
                {
                    given.insert(name.clone(), Value::from(value.clone()));
                }
            }
            given.retain(|name, _| function.lookup.inputs.contains_key(name));
            let scene = || Scene::fixed(&by.list, 200, resource, &candidate);
            self.add(&function.token, place.to_owned(), answer, Usage::Asked(function, given), scene);
        } else if let (Some(asks), Some(first)) = (&function.asks, resource.read.first()) {
            let Some(mut given) = arguments(asks, &first.call, exchange) else { return };
            given.retain(|name, _| function.lookup.inputs.contains_key(name));
            let answer = few(&first.call, &exchange.answer);
            let scene = || Scene::fixed(&first.call, 200, asks, &json!({}));
            self.add(&function.token, place.to_owned(), answer, Usage::Asked(function, given), scene);
        }
    }
}

impl Usage<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Beside(..) => "beside",
            Self::Told(..) => "told",
            Self::Asked(..) => "asked",
            Self::Listed(..) => "listed",
            Self::Refused(_) => "refused",
        }
    }
}

impl Subject<'_> {
    /// What becomes of an answer that is used so.
    async fn used(&self, catalog: &Arc<Catalog>, answer: &Json, in_full: bool) -> Result<(), String> {
        let told = Told::default();
        let scene = match &self.usage {
            Usage::Beside(_, step) => self.scene.instead(step, answer),
            _ => self.scene.looking(answer),
        };
        match &self.usage {
            Usage::Read(sighting) => {
                let read = scene::import(catalog, sighting, &scene).await.map_err(|error| error.to_string())?;
                let Some(read) = read.filter(|_| in_full) else { return Ok(()) };
                let engine = scene::engine(catalog, &scene);
                let token = format!("evalap-scaleway:{}", sighting.token);
                let operation = told.operation(&token, "main");
                // Whatever comes of them is right, as long as something does.
                drop(engine.create(operation, &read.inputs).await);
                drop(engine.update(operation, &read.id, &read.state, &Object::new(), &read.inputs).await);
                Ok(())
            }
            Usage::Beside(sighting, _) => {
                scene::import(catalog, sighting, &scene).await.map(drop).map_err(|error| error.to_string())
            }
            Usage::Told(sighting, function) => {
                let name = function.lookup.id.clone().unwrap_or_default();
                let required = function.lookup.inputs.iter().filter(|(_, input)| input.input == Input::Required);
                let known = required.map(|(name, _)| (name.clone(), sighting.object[sighting::field(name)].clone()));
                let mut given: Object = known.map(|(name, json)| (name, Value::from(json))).collect();
                given.insert(name, Value::from(sighting.id.as_str()));
                invoked(catalog, scene, function, &given).await
            }
            Usage::Asked(function, given) => invoked(catalog, scene, function, given).await,
            Usage::Listed(token, query) => {
                let engine = scene::engine(catalog, &scene);
                engine
                    .list(&format!("evalap-scaleway:{token}"), query)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
            Usage::Refused(token) => {
                let engine = scene::engine(catalog, &scene);
                let id = "fr-par/11111111-1111-1111-1111-111111111111";
                let (token, none) = (format!("evalap-scaleway:{token}"), Object::new());
                let read = engine.read(told.operation(&token, "main"), id, &none, &none).await;
                read.map(drop).map_err(|error| error.to_string())
            }
        }
    }
}

async fn invoked(catalog: &Arc<Catalog>, scene: Scene, function: &Function, given: &Object) -> Result<(), String> {
    let engine = stage::engine(catalog, Arc::new(scene));
    let token = format!("evalap-scaleway:{}", function.token);
    engine.invoke(&token, given).await.map(drop).map_err(|error| format!("{error:?}"))
}

/// What a function or a list is given so that it makes this call: the parts of the path, and what stands in the query.
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

/// A list with its first element alone: the others are like it, and another of its name would be one too many.
fn few(call: &Operation, answer: &Json) -> Json {
    let mut answer = answer.clone();
    if let Some(items) = call.pages.as_ref().and_then(|list| answer.get_mut(list)).and_then(Json::as_array_mut) {
        items.truncate(1);
        let count = items.len();
        if let Some(map) = answer.as_object_mut() {
            map.insert("total_count".to_owned(), json!(count));
        }
    }
    answer
}
