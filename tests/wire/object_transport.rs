//! A transport that returns the recorded responses for one object, and records the requests.

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
use tests::stage::{self, ProgressLog};
use value::Object;

use crate::observed::{ObservedObject, fits};
use crate::recording::{self, Exchange};

/// The responses for one object.
#[derive(Clone)]
pub(crate) struct ObjectTransport {
    responses: Arc<Responses>,
    sent: Arc<Mutex<Vec<Exchange>>>,
    /// A transient status is replaced by the final one after the first request.
    was_read: Arc<AtomicBool>,
}

#[derive(Clone)]
struct Responses {
    /// The response of the first read step, and its HTTP status.
    first_response: Json,
    status: u16,
    /// The response to each request that is not a GET.
    write_response: Json,
    /// The read steps after the first one, with their recorded responses.
    others: Arc<Vec<(Step, Vec<Recorded>)>>,
    first: Arc<Option<Step>>,
    /// The response to all other requests.
    other_response: Json,
    wait: Option<Wait>,
}

#[derive(Clone)]
struct Recorded {
    /// `None`: any path.
    path: Option<String>,
    query: Vec<(String, String)>,
    response: Json,
}

impl ObjectTransport {
    /// Returns the recorded responses to reads, and the object to changes.
    pub(crate) fn of(observed: &ObservedObject<'_>) -> Self {
        Self::build(observed, observed.first_response.clone(), observed.object.clone(), &(0..usize::MAX))
    }

    /// Returns these responses to the first read step and to changes.
    pub(crate) fn with_responses(observed: &ObservedObject<'_>, first_response: Json, write_response: Json) -> Self {
        Self::build(observed, first_response, write_response, &(0..usize::MAX))
    }

    /// Returns the recorded responses; those of later read steps are taken from this part of the recording only.
    pub(crate) fn with_part(observed: &ObservedObject<'_>, part: &Range<usize>) -> Self {
        Self::build(observed, observed.first_response.clone(), observed.object.clone(), part)
    }

    fn build(observed: &ObservedObject<'_>, first_response: Json, write_response: Json, part: &Range<usize>) -> Self {
        let steps = observed.resource.read.iter().skip(1).cloned();
        let mut others: Vec<_> = steps.map(|step| (step.clone(), nearby(&step, observed, part))).collect();
        // The domains of a registration, as far as they are recorded.
        let special = observed.resource.special.iter().flat_map(|special| special.operations.values());
        let reads = special.filter(|call| call.id == "GetDomain").cloned().map(Step::of);
        others
            .extend(reads.map(|step| (step.clone(), nearby(&step, observed, part))).filter(|(_, all)| !all.is_empty()));
        let others = Arc::new(others);
        let first = Arc::new(observed.resource.read.first().cloned());
        // The status of the parent resource, which recordings do not always contain.
        let other_response = json!({ "status": "ready" });
        let wait = observed.resource.wait.clone();
        Self::from_responses(Responses {
            first_response,
            status: 200,
            write_response,
            others,
            first,
            other_response,
            wait,
        })
    }

    /// Returns this status to one call, and this object to reads of a resource; lists are empty.
    pub(crate) fn with_status(call: &Operation, status: u16, resource: &Resource, object: &Json) -> Self {
        let others = resource.read.iter().enumerate().map(|(index, step)| {
            let response = match &step.call.pages {
                Some(list) if index == 0 => json!({ list: [object], "total_count": 1 }),
                Some(list) => json!({ list: [], "total_count": 0 }),
                None => object.clone(),
            };
            (step.clone(), vec![Recorded { path: None, query: Vec::new(), response }])
        });
        let (others, wait) = (Arc::new(others.collect()), resource.wait.clone());
        let first = Arc::new(Some(Step::of(call.clone())));
        let (first_response, write_response, other_response) = (object.clone(), object.clone(), object.clone());
        Self::from_responses(Responses { first_response, status, write_response, others, first, other_response, wait })
    }

    /// The same transport with another response to a later read step.
    pub(crate) fn with_step_response(&self, step: &Step, response: &Json) -> Self {
        let mut responses = (*self.responses).clone();
        let mut others = (*responses.others).clone();
        for (_, recorded) in others.iter_mut().filter(|(other, _)| other.call.id == step.call.id) {
            *recorded = vec![Recorded { path: None, query: Vec::new(), response: response.clone() }];
        }
        responses.others = Arc::new(others);
        Self::from_responses(responses)
    }

    /// The same transport before its first request, with another response to the first read step and to changes.
    pub(crate) fn with_first_response(&self, first_response: &Json) -> Self {
        Self::from_responses(Responses {
            first_response: first_response.clone(),
            write_response: first_response.clone(),
            ..(*self.responses).clone()
        })
    }

    fn from_responses(responses: Responses) -> Self {
        Self { responses: Arc::new(responses), sent: Arc::default(), was_read: Arc::default() }
    }

    /// The requests since the last call of this function.
    pub(crate) fn sent(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.sent.lock().expect("no panic while locked"))
    }
}

/// Imports the object.
pub(crate) async fn import(
    catalog: &Arc<Catalog>,
    observed: &ObservedObject<'_>,
    transport: &ObjectTransport,
) -> Result<Option<ReadBack>, Error> {
    let engine = engine(catalog, transport);
    let progress = ProgressLog::default();
    let token = format!("evalap-scaleway:{}", observed.token);
    engine.read(progress.operation(&token, "main"), &observed.id, &Object::new(), &Object::new()).await
}

/// The recorded responses of a later read step, the nearest first.
pub(crate) fn recorded_responses(step: &Step, observed: &ObservedObject<'_>) -> Vec<Json> {
    nearby(step, observed, &(0..usize::MAX)).into_iter().map(|recorded| recorded.response).collect()
}

/// An engine that uses the transport.
pub(crate) fn engine(catalog: &Arc<Catalog>, transport: &ObjectTransport) -> Engine {
    stage::engine(catalog, Arc::new(transport.clone()))
}

/// The successful responses of a read step in the recording, the nearest to the exchange of the object first.
fn nearby(step: &Step, observed: &ObservedObject<'_>, part: &Range<usize>) -> Vec<Recorded> {
    let exchanges = observed.recording.exchanges.iter().enumerate().filter(|(index, _)| part.contains(index));
    let mut found: Vec<(usize, Recorded)> = exchanges
        .filter(|(_, exchange)| exchange.status < 300 && fits(step, exchange).is_some())
        .map(|(index, exchange)| {
            let recorded = Recorded {
                path: Some(exchange.path.clone()),
                query: exchange.query.clone(),
                response: exchange.response.clone(),
            };
            // Later responses take precedence: they contain the state of the object.
            let distance =
                if index >= observed.index { index - observed.index } else { 10_000 + observed.index - index };
            (distance, recorded)
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, recorded)| recorded).collect()
}

impl Responses {
    fn to(&self, sent: &Exchange) -> (u16, Json) {
        if self.first.as_ref().as_ref().is_some_and(|step| fits(step, sent).is_some()) {
            return (self.status, self.first_response.clone());
        }
        (200, self.body(sent))
    }

    fn body(&self, sent: &Exchange) -> Json {
        if sent.method != "GET" {
            return self.write_response.clone();
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
                (Some(recorded), _) => recorded.response.clone(),
                (None, Some(list)) => json!({ list: [], "total_count": 0 }),
                (None, None) => identified(step, sent),
            };
        }
        let mut other_response = self.other_response.clone();
        if let Some(object) = other_response.as_object_mut() {
            object.insert("id".to_owned(), Json::from(last(sent)));
            // A list, such as that of existing objects before a create, is empty.
            object.insert(last(sent).replace('-', "_"), json!([]));
            object.insert("total_count".to_owned(), json!(0));
        }
        other_response
    }
}

/// An object with no other field than the one that identifies it.
fn identified(step: &Step, sent: &Exchange) -> Json {
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

/// Replaces the transient status of an object, or of the objects in a list, by the final one.
fn settle(response: &mut Json, wait: &Wait) {
    let Some(fields) = response.as_object_mut() else { return };
    if let Some(status) = fields.get_mut(&wait.field)
        && status.as_str().is_some_and(|status| wait.passing.iter().any(|transient| transient == status))
    {
        *status = json!(wait.settled.first().map_or("ready", String::as_str));
    }
    let objects = fields.values_mut().filter_map(Json::as_array_mut).flatten();
    objects.filter(|object| object.get(&wait.field).is_some()).for_each(|object| settle(object, wait));
}

impl Transport for ObjectTransport {
    fn exchange(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Failure>> {
        let mut sent = Exchange {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            target: request.uri().to_string(),
            query: recording::parameters(request.uri().query().unwrap_or_default()),
            request: serde_json::from_slice(request.body()).unwrap_or_default(),
            status: 200,
            response: Json::Null,
        };
        (sent.status, sent.response) = self.responses.to(&sent);
        if self.was_read.swap(true, Ordering::Relaxed)
            && let Some(wait) = &self.responses.wait
        {
            settle(&mut sent.response, wait);
        }
        // A recorded string is a response in plain text.
        let body = sent.response.as_str().map_or_else(|| sent.response.to_string(), str::to_owned);
        let mut response = Response::new(body.into());
        *response.status_mut() = sent.status.try_into().expect("recorded statuses are valid");
        self.sent.lock().expect("no panic while locked").push(sent);
        Box::pin(async move { Ok(response) })
    }
}

impl fmt::Debug for ObjectTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObjectTransport")
    }
}
