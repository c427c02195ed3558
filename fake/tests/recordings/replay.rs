//! Sends the requests of one recording to a new fake, and compares the responses.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use recordings::{Exchange, Recording};
use reqwest::Client;
use scaleway_api::{Document, Matched, Method, Operation};
use scaleway_fake::{Clock, Fake, Running};
use serde_json::Value;

use crate::assumed;
use crate::ids::{Ids, ids_in, ids_in_request, strings};
use crate::shape;

/// Longer than the time between two reads, so that transient statuses end only when the recording shows it.
const SETTLE: Duration = Duration::from_mins(1);
/// The time between two reads of a status, shorter than each of several transient ones.
const STEP: Duration = Duration::from_secs(6);
/// The time between two requests, so that objects have an order of creation.
const MOMENT: Duration = Duration::from_millis(1);

/// Fields that change after a while without a status.
const SYNCHRONIZED: [&str; 2] = ["synchronized_with_grafana", "started"];

/// The result for one response.
pub(crate) struct Compared {
    /// The service of the request, such as `rdb.v1`; empty if no API document has the path.
    pub(crate) service: String,
    /// The operation, such as `CreateInstance`; empty if no API document has the path.
    pub(crate) operation: String,
    /// Whether the recorded response is an error.
    pub(crate) is_error: bool,
    /// Whether the fake serves the operation, and all operations that the request depends on.
    pub(crate) served: bool,
    /// Fields that the API document declares as always present and the response lacks, after the operation.
    pub(crate) lacking: Vec<String>,
    /// Empty if the responses have the same status and shape.
    pub(crate) differences: Vec<Difference>,
}

/// One difference between a response and the recorded one.
pub(crate) struct Difference {
    pub(crate) recording: String,
    pub(crate) operation: String,
    /// The place in the response, or `status` for the HTTP status.
    pub(crate) at: String,
    pub(crate) is: String,
}

/// A response of the fake.
struct Response {
    status: u16,
    body: Value,
}

/// A recording that is being replayed.
struct Replay<'a> {
    recording: &'a Recording,
    fake: Running,
    clock: Clock,
    client: Client,
    ids: Ids,
    /// Recorded IDs of objects that the fake could not create.
    missing: BTreeSet<String>,
}

/// Replays a recording.
pub(crate) async fn replay(recording: &Recording) -> Vec<Compared> {
    let clock = Clock::manual(start(recording));
    let fake = Fake::builder().clock(clock.clone()).settle(SETTLE).rng_seed(1).seed(assumed::seed(recording));
    let fake = fake.start().await.unwrap();
    let (mut ids, missing) = (Ids::default(), BTreeSet::new());
    ids.pair(assumed::NAMELESS_ORGANIZATION, &assumed::organization(recording));
    let mut replay = Replay { recording, fake, clock, client: client(), ids, missing };
    let mut compared = Vec::new();
    for exchange in &recording.exchanges {
        compared.push(replay.exchange(exchange).await);
    }
    replay.fake.stop().await;
    compared
}

impl Replay<'_> {
    async fn exchange(&mut self, exchange: &Exchange) -> Compared {
        self.clock.advance(MOMENT);
        let method = Method::from_name(&exchange.method);
        let found = method.and_then(|method| scaleway_api::find(method, &exchange.path));
        let names = found.as_ref().map(|(document, matched)| (document.name.clone(), matched.operation.id.clone()));
        let (service, operation_id) = names.unwrap_or_default();
        let is_error = exchange.status >= 400;
        let mut answer = self.send(exchange).await;
        let rests_on_missing = ids_in_request(exchange).iter().any(|id| self.missing.contains(id));
        let Some((document, Matched { operation, .. })) = found.filter(|_| answer.status != 501 && !rests_on_missing)
        else {
            self.missing.extend(ids_in(&exchange.response).into_iter().filter(|id| !self.ids.contains(id)));
            let (lacking, differences) = (Vec::new(), Vec::new());
            return Compared { service, operation: operation_id, is_error, served: false, lacking, differences };
        };
        let mut differences = self.compare(document, operation, exchange, &answer);
        let mut rest = SETTLE;
        while exchange.method == "GET" && !rest.is_zero() && is_too_early(&differences, &exchange.response) {
            // Recordings contain only some reads of a transient status: read again, later.
            self.clock.advance(STEP);
            rest = rest.saturating_sub(STEP);
            answer = self.send(exchange).await;
            differences = self.compare(document, operation, exchange, &answer);
        }
        let mut lacking = Vec::new();
        if let Some(schema) = operation.answer.as_ref().filter(|_| answer.status < 300) {
            shape::lacking(document, schema, &answer.body, &operation.id, &mut lacking);
            lacking.retain(|path| !operation.counts_in_header || *path != format!("{}.total_count", operation.id));
        }
        Compared { service, operation: operation_id, is_error, served: true, lacking, differences }
    }

    fn compare(
        &mut self,
        document: &Document,
        operation: &Operation,
        exchange: &Exchange,
        answer: &Response,
    ) -> Vec<Difference> {
        let difference = |at: &str, is: &str| Difference {
            recording: self.recording.name.clone(),
            operation: operation.id.clone(),
            at: at.to_owned(),
            is: is.to_owned(),
        };
        if answer.status != exchange.status {
            return vec![difference("HTTP status", &format!("{}, not {}", answer.status, exchange.status))];
        }
        let good = answer.status < 300;
        if good {
            self.ids.learn(&exchange.response, &answer.body);
        }
        let schema = operation.answer.as_ref().filter(|_| good);
        let (mut recorded, mut answered) = (self.ids.translated(&exchange.response), answer.body.clone());
        assumed::retain_common(&operation.id, &mut recorded, &mut answered);
        let found = shape::compare(document, schema, &recorded, &answered);
        let found: BTreeSet<_> = found.into_iter().collect();
        found.iter().map(|(at, is)| difference(at, is)).collect()
    }

    async fn send(&self, exchange: &Exchange) -> Response {
        let method: reqwest::Method = exchange.method.parse().unwrap();
        let url = format!("{}{}", self.fake.url(), self.ids.translate(&exchange.target));
        let mut request = self.client.request(method, url).header("X-Auth-Token", "any");
        if !exchange.request.is_null() {
            let body = self.ids.translated(&exchange.request);
            // User data is plain text.
            request = match body.as_str() {
                Some(text) => request.header("content-type", "text/plain").body(text.to_owned()),
                None => request.json(&body),
            };
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        Response {
            status,
            body: if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body)))
            },
        }
    }
}

/// Whether the response contains a transient status.
fn is_passing(answer: &Value) -> bool {
    let statuses = ["status", "rule_status", "state"].iter().flat_map(|name| strings(answer, name));
    statuses.into_iter().any(|status| is_transient(&status))
}

/// `running` is a final status of a gateway.
fn is_transient(status: &str) -> bool {
    status.ends_with("ing") && status != "running"
}

/// Whether the response differs because the recorded one was read later. A status that only one of both contains does not
/// depend on time.
fn is_too_early(differences: &[Difference], recorded: &Value) -> bool {
    let depends_on_time = |Difference { at, is, .. }: &Difference| {
        SYNCHRONIZED.iter().any(|field| at.ends_with(field))
            || ((at.ends_with("status") || at.ends_with("state")) && is.contains(", not "))
    };
    let is_later = !is_passing(recorded) || differences.iter().any(is_behind);
    is_later && differences.iter().any(depends_on_time)
}

/// Whether a status of the fake precedes the recorded one.
fn is_behind(Difference { is, .. }: &Difference) -> bool {
    let Some((ours, recorded)) = is.trim_start_matches("is ").split_once(", not ") else { return false };
    // A purchase becomes `waiting_payment` and then `pending`.
    if ["new", "waiting_payment"].contains(&ours) {
        return true;
    }
    let waits = is_transient(ours) || ours.ends_with("_unknown");
    ours.starts_with("to_") || (waits && !is_transient(recorded))
}

/// The time of the first create in the recording, so that times in requests are in the future as they were.
fn start(recording: &Recording) -> Timestamp {
    let created = recording.exchanges.iter().filter(|exchange| exchange.method == "POST");
    let mut times = created.filter_map(|exchange| exchange.response["created_at"].as_str()?.parse().ok());
    times.next().unwrap_or(Timestamp::UNIX_EPOCH)
}

#[expect(clippy::disallowed_methods, reason = "these tests bring their own client")]
pub(crate) fn client() -> Client {
    // `reqwest` panics without a default; an error means that there is one already.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::new()
}
