//! The client and the engine decode recorded responses of Object Storage without loss, and malformed ones without panic.
//! The responses of the other read steps are those recorded at that time.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use catalog::{Catalog, Resource, Step};
use client::{BoxFuture, Failure, Transport};
use serde_json::Value as Json;
use tests::stage::{self, ProgressLog};
use tests::{case, places};
use value::Object;

use crate::runtime;

/// Recorded reads that no resource sends: the list of objects in a bucket, and HEAD of a bucket.
const UNUSED: [&str; 2] = ["GET /{bucket}", "HEAD /{bucket}"];

/// Elements that the state does not contain, with the only resource whose state does (empty: none).
const NOT_IN_STATE: [(&str, &str); 9] = [
    // The same as the ID.
    ("DisplayName", ""),
    // The state contains a boolean.
    ("Status", ""),
    ("ObjectLockEnabled", ""),
    // In the state of a `BucketAcl`, and for objects in `visibility`.
    ("Grantee/ID", "object/bucketAcl:BucketAcl"),
    ("URI", "object/bucketAcl:BucketAcl"),
    ("Permission", "object/bucketAcl:BucketAcl"),
    // In the state of a `BucketLockConfiguration`.
    ("DefaultRetention/Mode", LOCK),
    ("DefaultRetention/Days", LOCK),
    ("DefaultRetention/Years", LOCK),
];

const LOCK: &str = "object/bucketLockConfiguration:BucketLockConfiguration";

/// A recorded read.
struct RecordedRead {
    /// The method and path template of the operation: `GET /{bucket}?acl`.
    operation: String,
    region: String,
    bucket: String,
    key: Option<String>,
    response: Response,
    place: String,
}

#[derive(Clone)]
struct Response {
    status: u16,
    body: String,
    headers: Vec<(String, String)>,
}

pub(crate) fn recorded_responses_of_object_storage_are_decoded_without_loss(folder: &Path) {
    let recordings = recordings(folder);
    let catalog = places::catalog();
    let (mut wrong, mut unread) = (BTreeSet::new(), BTreeSet::new());
    let (mut read, mut seen) = (0, BTreeSet::new());
    for recorded_reads in &recordings {
        for (at, recorded) in
            recorded_reads.iter().enumerate().filter(|(_, recorded)| !UNUSED.contains(&recorded.operation.as_str()))
        {
            let mut readers = 0;
            for (token, resource) in on_buckets(&catalog).filter(|(_, resource)| sends(resource, recorded)) {
                let Some(responses) = responses(resource, recorded_reads, at) else { continue };
                readers += 1;
                seen.insert(token);
                let exists = first_response(resource, recorded, &responses).is_some_and(is_configured);
                let outcome = runtime().block_on(import(&catalog, token, recorded, responses));
                wrong.extend(
                    problem(token, exists, recorded, &outcome).map(|why| format!("{}: {token} {why}", recorded.place)),
                );
            }
            read += usize::from(readers > 0);
            if readers == 0 {
                unread.insert(format!("{}: {}", recorded.place, recorded.operation));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unread.is_empty(), "no resource sends these reads: {unread:#?}");
    let missing: Vec<&String> =
        on_buckets(&catalog).map(|(token, _)| token).filter(|token| !seen.contains(token)).collect();
    assert!(missing.is_empty(), "the recordings contain no responses for {missing:?}");
    assert!(read > 400, "only {read} responses were decoded");
}

pub(crate) fn malformed_responses_of_object_storage_do_not_make_the_engine_panic(folder: &Path) {
    let recordings = recordings(folder);
    let catalog = places::catalog();
    let mut seen = BTreeSet::new();
    let mut panics = BTreeSet::new();
    for recorded_reads in &recordings {
        for (at, recorded) in recorded_reads.iter().enumerate() {
            for (token, resource) in on_buckets(&catalog).filter(|(_, resource)| sends(resource, recorded)) {
                let body = &recorded.response.body;
                let Some(responses) = responses(resource, recorded_reads, at) else { continue };
                if !seen.insert((token.clone(), recorded.operation.clone(), body.len())) {
                    continue;
                }
                // Truncated before and within each tag, an unknown element, and a string instead of a number.
                let tags = body.match_indices('<').flat_map(|(at, _)| [at, at + 2]);
                let cuts = tags.filter(|at| body.is_char_boundary(*at)).map(|at| body[..at].to_owned());
                let others = [body.replace("Rule", "Other"), body.replace(|c: char| c.is_ascii_digit(), "x")];
                for body in cuts.chain(others) {
                    let mut responses = responses.clone();
                    responses.insert(recorded.line(), Response { body: body.clone(), ..recorded.response.clone() });
                    let work = || drop(runtime().block_on(import(&catalog, token, recorded, responses)));
                    if catch_unwind(AssertUnwindSafe(work)).is_err() {
                        panics.insert(format!("{}: {body}", recorded.place));
                    }
                }
            }
        }
    }
    assert!(panics.is_empty(), "{panics:#?}");
}

/// The problem with the outcome of a read, if there is one.
fn problem(
    token: &str,
    exists: bool,
    recorded: &RecordedRead,
    outcome: &Result<Option<Object>, String>,
) -> Option<String> {
    match outcome {
        Err(why) => Some(format!("fails: {why}")),
        Ok(None) => exists.then(|| "is read as deleted".to_owned()),
        Ok(Some(_)) if !exists => Some("is read as existing".to_owned()),
        Ok(Some(state)) => {
            let lost = lost(token, recorded, &stage::json(state));
            (!lost.is_empty()).then(|| format!("loses {lost:?}"))
        }
    }
}

/// The response that shows whether the resource exists.
fn first_response<'a>(
    resource: &Resource,
    recorded: &RecordedRead,
    responses: &'a HashMap<String, Response>,
) -> Option<&'a Response> {
    responses.get(&recorded.line_of(&operation(resource.read.first()?)))
}

/// Whether something is configured; a lock without a rule is not.
fn is_configured(response: &Response) -> bool {
    response.status != 404 && !response.body.contains("</ObjectLockEnabled></ObjectLockConfiguration>")
}

/// The strings of a response that the state does not contain.
fn lost(token: &str, recorded: &RecordedRead, state: &Json) -> Vec<String> {
    if recorded.response.status != 200 {
        return Vec::new();
    }
    if recorded.operation.ends_with("?policy") {
        let same = state["policy"].as_str().map(|text| serde_json::from_str::<Json>(text).unwrap())
            == serde_json::from_str(&recorded.response.body).ok();
        return if same { Vec::new() } else { vec!["the policy".to_owned()] };
    }
    let mut values = BTreeSet::new();
    scalars(state, &mut values);
    let shown = |path: &str| {
        !NOT_IN_STATE
            .iter()
            .any(|(unshown, but)| path.ends_with(&format!("/{unshown}")) && (but.is_empty() || *but != token))
    };
    let strings =
        strings_of(&recorded.response.body).into_iter().filter(|(path, text)| !text.is_empty() && shown(path));
    let headers = recorded.response.headers.iter().filter(|(name, _)| {
        recorded.key.is_some() && recorded.operation.starts_with("HEAD") && {
            name == "content-type" || name == "x-amz-storage-class" || name.starts_with("x-amz-meta-")
        }
    });
    strings
        // An owner is `<project>:<project>`.
        .map(|(_, text)| {
            text.split_once(':').filter(|(one, two)| one == two).map_or(text.clone(), |(one, _)| one.to_owned())
        })
        .chain(headers.map(|(_, value)| value.clone()))
        .filter(|text| !values.contains(text))
        .collect()
}

fn scalars(json: &Json, values: &mut BTreeSet<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| scalars(item, values)),
        Json::Object(fields) => fields.iter().for_each(|(name, json)| {
            values.insert(name.clone());
            scalars(json, values);
        }),
        Json::String(text) => drop(values.insert(text.clone())),
        other => drop(values.insert(other.as_f64().map_or(other.to_string(), |number| number.to_string()))),
    }
}

/// The strings of an XML document, each with the path of its element.
fn strings_of(document: &str) -> Vec<(String, String)> {
    let (mut open, mut strings_of) = (Vec::new(), Vec::new());
    for part in document.split('<').skip(1).filter(|part| !part.starts_with('?')) {
        let Some((tag, text)) = part.split_once('>') else { continue };
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default().to_owned());
            strings_of.push((open.join("/"), text.replace("&#34;", "\"").replace("&amp;", "&")));
        }
    }
    strings_of
}

fn on_buckets(catalog: &Catalog) -> impl Iterator<Item = (&String, &Resource)> {
    catalog.resources.iter().filter(|(_, resource)| resource.read.iter().any(|step| step.call.storage.is_some()))
}

fn operation(step: &Step) -> String {
    format!("{} {}", step.call.method, step.call.path)
}

fn sends(resource: &Resource, recorded: &RecordedRead) -> bool {
    resource.read.iter().any(|step| operation(step) == recorded.operation)
}

/// The responses to all read steps at the time of this read: the last ones before it, otherwise the first ones after it.
fn responses(resource: &Resource, recorded_reads: &[RecordedRead], at: usize) -> Option<HashMap<String, Response>> {
    let recorded = &recorded_reads[at];
    let mut responses = HashMap::new();
    for step in &resource.read {
        let of_step = |other: &&RecordedRead| {
            operation(step) == other.operation
                && (&other.region, &other.bucket) == (&recorded.region, &recorded.bucket)
                && (!other.operation.contains("{key}") || other.key == recorded.key)
        };
        let found =
            recorded_reads[..=at].iter().rev().find(of_step).or_else(|| recorded_reads[at..].iter().find(of_step))?;
        // After the bucket was deleted, all reads return that response.
        let is_gone = recorded.response.body.contains("NoSuchBucket");
        responses.insert(found.line(), if is_gone { recorded.response.clone() } else { found.response.clone() });
    }
    Some(responses)
}

impl RecordedRead {
    /// The request line of this read, as these tests send it.
    fn line(&self) -> String {
        self.line_of(&self.operation)
    }

    /// The request line of another operation for the same bucket or object.
    fn line_of(&self, operation: &str) -> String {
        let path =
            operation.replace("{bucket}", &self.bucket).replace("{key}", self.key.as_deref().unwrap_or_default());
        if path.contains('?') { format!("{path}=") } else { path }
    }

    fn id(&self) -> String {
        let key = self.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        format!("{}/{}@{}{key}", self.region, self.bucket, case::PROJECT)
    }
}

/// A transport that returns recorded responses.
#[derive(Debug)]
struct Recorded(HashMap<String, Response>);

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.status)
    }
}

impl Transport for Recorded {
    fn exchange(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, Failure>> {
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        let line = format!("{} {path}", request.method());
        let recorded = self.0.get(&line).unwrap_or_else(|| panic!("{line} was not recorded"));
        let mut response = http::Response::builder().status(recorded.status);
        for (name, value) in &recorded.headers {
            response = response.header(name, value);
        }
        let response = response.body(recorded.body.clone().into()).unwrap();
        Box::pin(async move { Ok(response) })
    }
}

async fn import(
    catalog: &Arc<Catalog>,
    token: &str,
    recorded: &RecordedRead,
    responses: HashMap<String, Response>,
) -> Result<Option<Object>, String> {
    let engine = stage::engine(catalog, Arc::new(Recorded(responses)));
    let progress = ProgressLog::default();
    let token = format!("evalap-scaleway:{token}");
    let nothing = Object::new();
    let read = engine.read(progress.operation(&token, "main"), &recorded.id(), &nothing, &nothing).await;
    read.map(|read| read.map(|read| read.state)).map_err(|error| error.to_string())
}

/// The reads of Object Storage in each recording.
fn recordings(folder: &Path) -> Vec<Vec<RecordedRead>> {
    places::files(folder, ".jsonl").iter().map(|file| recorded_reads(file)).collect()
}

fn recorded_reads(file: &Path) -> Vec<RecordedRead> {
    let mut recorded_reads = Vec::new();
    for line in recordings::lines(file) {
        let Some((host, path)) = line.url.trim_start_matches("https://").split_once(".scw.cloud/") else { continue };
        let (Some((bucket, region)), "GET" | "HEAD") = (host.split_once(".s3."), line.method.as_str()) else {
            continue;
        };
        let (key, word) = path.split_once('?').unwrap_or((path, ""));
        // A subresource (`?acl=`) has no value; parameters with a value are for pages.
        let word = word.split('&').find_map(|pair| pair.strip_suffix('=')).map(|word| format!("?{word}"));
        let template = if key.is_empty() { "/{bucket}" } else { "/{bucket}/{key}" };
        let headers = line.response_headers.iter();
        recorded_reads.push(RecordedRead {
            operation: format!("{} {template}{}", line.method, word.unwrap_or_default()),
            region: region.to_owned(),
            bucket: bucket.to_owned(),
            key: Some(key.to_owned()).filter(|key| !key.is_empty()),
            response: Response {
                status: line.status,
                body: text(&line.body),
                headers: headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
            },
            place: format!("{} ({})", file.file_name().unwrap_or_default().display(), line.seq),
        });
    }
    recorded_reads
}

/// The bytes of a recorded body: XML as it is, JSON as text.
fn text(body: &Json) -> String {
    match body {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        json => json.to_string(),
    }
}
