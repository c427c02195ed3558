//! A network that answers the calls for one object as a recording does, and keeps what was sent.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use catalog::{Catalog, Step};
use client::{BoxFuture, Failure, Transport};
use engine::{Engine, Error, ReadBack};
use http::{Request, Response};
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
}

struct Answers {
    /// What the first read step is told.
    look: Json,
    /// What every call that changes something is told.
    change: Json,
    /// Read steps with what the recording holds for them: all but the first.
    others: Vec<(Step, Vec<Recorded>)>,
    first: Option<Step>,
}

struct Recorded {
    path: String,
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
        let others = steps.map(|step| (step.clone(), nearby(step, sighting, part))).collect();
        let first = sighting.resource.read.first().cloned();
        let answers = Answers { look, change, others, first };
        Self { answers: Arc::new(answers), sent: Arc::default() }
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
                path: exchange.path.clone(),
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
    fn to(&self, sent: &Exchange) -> Json {
        if sent.method != "GET" {
            return self.change.clone();
        }
        if self.first.as_ref().is_some_and(|step| fits(step, sent).is_some()) {
            return self.look.clone();
        }
        for (step, recorded) in &self.others {
            if fits(step, sent).is_none() {
                continue;
            }
            let same = |recorded: &&Recorded| {
                recorded.path == sent.path
                    && sent.query.iter().filter(|(name, _)| !name.starts_with("page")).all(|(name, value)| {
                        recorded.query.iter().find(|(other, _)| other == name).is_none_or(|(_, other)| other == value)
                    })
            };
            return match (recorded.iter().find(same), &step.call.pages) {
                (Some(recorded), _) => recorded.answer.clone(),
                (None, Some(list)) => json!({ list: [], "total_count": 0 }),
                (None, None) => json!({}),
            };
        }
        // A look at what the object is a part of: settled, as far as anybody can tell.
        json!({ "status": "ready" })
    }
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
        sent.answer = self.answers.to(&sent);
        let response = Response::new(sent.answer.to_string().into());
        self.sent.lock().expect("nobody panics while holding it").push(sent);
        Box::pin(async move { Ok(response) })
    }
}

impl fmt::Debug for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scene")
    }
}
