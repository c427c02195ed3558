//! A network that answers the calls for one object as a recording does, and keeps what was sent.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use catalog::{Catalog, Operation, Resource, Step, Wait};
use client::{BoxFuture, Failure, Transport};
use engine::Engine;
use http::{Request, Response};
use rules::{Error, ReadBack};
use serde_json::{Value as Json, json};
use tests::stage::{self, Told};
use value::Object;

use crate::recording::{self, Exchange};
use crate::sighting::{Sighting, fits};

/// The answers for one object.
#[derive(Clone)]
pub(crate) struct Scene {
    answers: Arc<Answers>,
    sent: Arc<Mutex<Vec<Exchange>>>,
    /// Statuses that pass by themselves have passed after the first look.
    looked: Arc<AtomicBool>,
}

#[derive(Clone)]
struct Answers {
    /// What the first read step is told, and with which status.
    look: Json,
    status: u16,
    /// What every call that changes something is told.
    change: Json,
    /// Read steps with what the recording holds for them: all but the first.
    others: Arc<Vec<(Step, Vec<Recorded>)>>,
    first: Arc<Option<Step>>,
    /// What everything else is told.
    otherwise: Json,
    wait: Option<Wait>,
}

#[derive(Clone)]
struct Recorded {
    /// None: whatever is asked for.
    path: Option<String>,
    query: Vec<(String, String)>,
    answer: Json,
}

impl Scene {
    /// Answers looks with what was sighted, and changes with the object.
    pub(crate) fn of(sighting: &Sighting<'_>) -> Self {
        Self::within(sighting, sighting.look.clone(), sighting.object.clone(), &(0..usize::MAX))
    }

    /// Answers looks and changes with these.
    pub(crate) fn with(sighting: &Sighting<'_>, look: Json, change: Json) -> Self {
        Self::within(sighting, look, change, &(0..usize::MAX))
    }

    /// Answers with what was sighted, the later read steps only with exchanges of this part of the recording.
    pub(crate) fn during(sighting: &Sighting<'_>, part: &Range<usize>) -> Self {
        Self::within(sighting, sighting.look.clone(), sighting.object.clone(), part)
    }

    fn within(sighting: &Sighting<'_>, look: Json, change: Json, part: &Range<usize>) -> Self {
        let steps = sighting.resource.read.iter().skip(1);
        let others = Arc::new(steps.map(|step| (step.clone(), nearby(step, sighting, part))).collect());
        let first = Arc::new(sighting.resource.read.first().cloned());
        // A look at what the object is a part of: settled, as far as anybody can tell.
        let otherwise = json!({ "status": "ready" });
        let wait = sighting.resource.wait.clone();
        Self::answering(Answers { look, status: 200, change, others, first, otherwise, wait })
    }

    /// Answers one call with this status, and looks at a resource with this object; there is nothing in its lists.
    pub(crate) fn fixed(call: &Operation, status: u16, resource: &Resource, object: &Json) -> Self {
        let others = resource.read.iter().enumerate().map(|(index, step)| {
            let answer = match &step.call.pages {
                Some(list) if index == 0 => json!({ list: [object], "total_count": 1 }),
                Some(list) => json!({ list: [], "total_count": 0 }),
                None => object.clone(),
            };
            (step.clone(), vec![Recorded { path: None, query: Vec::new(), answer }])
        });
        let (others, wait) = (Arc::new(others.collect()), resource.wait.clone());
        let first = Arc::new(Some(Step::of(call.clone())));
        let (look, change, otherwise) = (object.clone(), object.clone(), object.clone());
        Self::answering(Answers { look, status, change, others, first, otherwise, wait })
    }

    /// Answers a later read step with this instead.
    pub(crate) fn instead(&self, step: &Step, answer: &Json) -> Self {
        let mut answers = (*self.answers).clone();
        let mut others = (*answers.others).clone();
        for (_, recorded) in others.iter_mut().filter(|(other, _)| other.call.id == step.call.id) {
            *recorded = vec![Recorded { path: None, query: Vec::new(), answer: answer.clone() }];
        }
        answers.others = Arc::new(others);
        Self::answering(answers)
    }

    /// The same scene before anything happened in it, with another answer to looks and changes.
    pub(crate) fn looking(&self, look: &Json) -> Self {
        Self::answering(Answers { look: look.clone(), change: look.clone(), ..(*self.answers).clone() })
    }

    fn answering(answers: Answers) -> Self {
        Self { answers: Arc::new(answers), sent: Arc::default(), looked: Arc::default() }
    }

    /// The calls that were made.
    pub(crate) fn sent(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.sent.lock().expect("nobody panics while holding it"))
    }
}

/// Imports what was sighted.
pub(crate) async fn import(
    catalog: &Arc<Catalog>,
    sighting: &Sighting<'_>,
    scene: &Scene,
) -> Result<Option<ReadBack>, Error> {
    let engine = engine(catalog, scene);
    let told = Told::default();
    let token = format!("evalap-scaleway:{}", sighting.token);
    engine.read(told.operation(&token, "main"), &sighting.id, &Object::new(), &Object::new()).await
}

/// What a later read step is told around the time of a sighting.
pub(crate) fn told(step: &Step, sighting: &Sighting<'_>) -> Vec<Json> {
    nearby(step, sighting, &(0..usize::MAX)).into_iter().map(|recorded| recorded.answer).collect()
}

/// An engine in the scene.
pub(crate) fn engine(catalog: &Arc<Catalog>, scene: &Scene) -> Engine {
    stage::engine(catalog, Arc::new(scene.clone()))
}

/// The good answers of a read step in the recording, the ones nearest to the sighting first.
fn nearby(step: &Step, sighting: &Sighting<'_>, part: &Range<usize>) -> Vec<Recorded> {
    let exchanges = sighting.recording.exchanges.iter().enumerate().filter(|(index, _)| part.contains(index));
    let mut found: Vec<(usize, Recorded)> = exchanges
        .filter(|(_, exchange)| exchange.status < 300 && fits(step, exchange).is_some())
        .map(|(index, exchange)| {
            let recorded = Recorded {
                path: Some(exchange.path.clone()),
                query: exchange.query.clone(),
                answer: exchange.answer.clone(),
            };
            // What was seen later is closer to the truth than what was seen before.
            let distance =
                if index >= sighting.index { index - sighting.index } else { 10_000 + sighting.index - index };
            (distance, recorded)
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, recorded)| recorded).collect()
}

impl Answers {
    fn to(&self, sent: &Exchange) -> (u16, Json) {
        if self.first.as_ref().as_ref().is_some_and(|step| fits(step, sent).is_some()) {
            return (self.status, self.look.clone());
        }
        (200, self.good(sent))
    }

    fn good(&self, sent: &Exchange) -> Json {
        if sent.method != "GET" {
            return self.change.clone();
        }
        for (step, recorded) in self.others.iter() {
            if fits(step, sent).is_none() {
                continue;
            }
            let same = |recorded: &&Recorded| {
                recorded.path.as_ref().is_none_or(|path| *path == sent.path)
                    && sent.query.iter().filter(|(name, _)| !name.starts_with("page")).all(|(name, value)| {
                        recorded.query.iter().find(|(other, _)| other == name).is_none_or(|(_, other)| other == value)
                    })
            };
            return match (recorded.iter().find(same), &step.call.pages) {
                (Some(recorded), _) => recorded.answer.clone(),
                (None, Some(list)) => json!({ list: [], "total_count": 0 }),
                (None, None) => nameless(step, sent),
            };
        }
        let mut otherwise = self.otherwise.clone();
        if let Some(object) = otherwise.as_object_mut() {
            object.insert("id".to_owned(), Json::from(last(sent)));
            // Asked for a list, such as what exists before a create: an empty one.
            object.insert(last(sent).replace('-', "_"), json!([]));
            object.insert("total_count".to_owned(), json!(0));
        }
        otherwise
    }
}

/// An object that says nothing but that it is the one that was asked for.
fn nameless(step: &Step, sent: &Exchange) -> Json {
    let identity = &step.call.identity;
    match (&identity.repeats, identity.fields.first()) {
        (Some(field), _) => {
            let parameter = format!("{{{}}}", identity.parameter.as_deref().unwrap_or_default());
            let place = step.call.path.split('/').position(|part| part == parameter);
            json!({ field.as_str(): place.and_then(|place| sent.path.split('/').nth(place)) })
        }
        (None, Some(field)) => json!({ field.as_str(): null }),
        (None, None) => json!({}),
    }
}

/// The last part of the path, which names the object.
fn last(sent: &Exchange) -> &str {
    sent.path.rsplit('/').next().unwrap_or_default()
}

/// Lets a status that passes by itself pass, in an object or in the objects of a list.
fn settle(answer: &mut Json, wait: &Wait) {
    let Some(fields) = answer.as_object_mut() else { return };
    if let Some(status) = fields.get_mut(&wait.field)
        && status.as_str().is_some_and(|status| wait.passing.iter().any(|passing| passing == status))
    {
        *status = json!(wait.settled.first().map_or("ready", String::as_str));
    }
    let objects = fields.values_mut().filter_map(Json::as_array_mut).flatten();
    objects.filter(|object| object.get(&wait.field).is_some()).for_each(|object| settle(object, wait));
}

impl Transport for Scene {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let mut sent = Exchange {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: recording::parameters(request.uri().query().unwrap_or_default()),
            request: serde_json::from_slice(request.body()).unwrap_or_default(),
            status: 200,
            answer: Json::Null,
        };
        (sent.status, sent.answer) = self.answers.to(&sent);
        if self.looked.swap(true, Ordering::Relaxed)
            && let Some(wait) = &self.answers.wait
        {
            settle(&mut sent.answer, wait);
        }
        let mut response = Response::new(sent.answer.to_string().into());
        *response.status_mut() = sent.status.try_into().expect("a recorded status is one HTTP allows");
        self.sent.lock().expect("nobody panics while holding it").push(sent);
        Box::pin(async move { Ok(response) })
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scene")
    }
}
