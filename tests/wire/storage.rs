//! Recorded answers of Object Storage, read by the client and the engine: every look at a bucket or an object, with what
//! was seen of the rest of it at that time; and what becomes of answers when something is wrong with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use catalog::{Catalog, Resource, Step};
use client::{BoxFuture, Failure, Transport};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tests::stage::{self, Told};
use tests::{case, places};
use value::Object;

use crate::runtime;

/// Looks that no resource makes: the list of what is in a bucket, and whether there is one.
const NOBODYS: [&str; 2] = ["GET /{bucket}", "HEAD /{bucket}"];

/// Elements that a resource does not show, each with the reason.
const UNSHOWN: [(&str, &str); 9] = [
    // Said a second time, beside the id.
    ("DisplayName", ""),
    // As words they are switches of the program.
    ("Status", ""),
    ("ObjectLockEnabled", ""),
    // Who may use a bucket is told by its `BucketAcl`, who may use an object by its visibility.
    ("Grantee/ID", "object/bucketAcl:BucketAcl"),
    ("URI", "object/bucketAcl:BucketAcl"),
    ("Permission", "object/bucketAcl:BucketAcl"),
    // How long objects are locked is told by the configuration of the lock.
    ("DefaultRetention/Mode", LOCK),
    ("DefaultRetention/Days", LOCK),
    ("DefaultRetention/Years", LOCK),
];

const LOCK: &str = "object/bucketLockConfiguration:BucketLockConfiguration";

#[derive(Deserialize)]
struct Line {
    seq: u64,
    method: String,
    url: String,
    #[serde(default)]
    response_headers: Map<String, Json>,
    status: u16,
    #[serde(default)]
    body: Json,
    body_as: Option<u64>,
}

/// A recorded look.
struct Look {
    /// The verb and the path of the operation: `GET /{bucket}?acl`.
    what: String,
    region: String,
    bucket: String,
    key: Option<String>,
    answer: Answer,
    place: String,
}

#[derive(Clone)]
struct Answer {
    status: u16,
    body: String,
    headers: Vec<(String, String)>,
}

pub(crate) fn every_recorded_look_at_a_bucket_or_an_object_is_read_without_loss(folder: &Path) {
    let recordings = recordings(folder);
    let catalog = places::catalog();
    let (mut wrong, mut unread) = (BTreeSet::new(), BTreeSet::new());
    let (mut read, mut seen) = (0, BTreeSet::new());
    for looks in &recordings {
        for (at, look) in looks.iter().enumerate().filter(|(_, look)| !NOBODYS.contains(&look.what.as_str())) {
            let mut readers = 0;
            for (token, resource) in on_buckets(&catalog).filter(|(_, resource)| asks(resource, look)) {
                let Some(answers) = answers(resource, looks, at) else { continue };
                readers += 1;
                seen.insert(token);
                let exists = first_answer(resource, look, &answers).is_some_and(tells_something);
                let outcome = runtime().block_on(import(&catalog, token, look, answers));
                wrong.extend(judged(token, exists, look, &outcome).map(|why| format!("{}: {token} {why}", look.place)));
            }
            read += usize::from(readers > 0);
            if readers == 0 {
                unread.insert(format!("{}: {}", look.place, look.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unread.is_empty(), "nobody reads {unread:#?}");
    let unseen: Vec<&String> =
        on_buckets(&catalog).map(|(token, _)| token).filter(|token| !seen.contains(token)).collect();
    assert!(unseen.is_empty(), "the recordings show nothing of {unseen:?}");
    assert!(read > 400, "only {read} answers were read");
}

pub(crate) fn no_answer_about_a_bucket_or_an_object_makes_the_engine_panic(folder: &Path) {
    let recordings = recordings(folder);
    let catalog = places::catalog();
    let mut seen = BTreeSet::new();
    let mut panics = BTreeSet::new();
    for looks in &recordings {
        for (at, look) in looks.iter().enumerate() {
            for (token, resource) in on_buckets(&catalog).filter(|(_, resource)| asks(resource, look)) {
                let body = &look.answer.body;
                let Some(answers) = answers(resource, looks, at) else { continue };
                if !seen.insert((token.clone(), look.what.clone(), body.len())) {
                    continue;
                }
                // Cut before and within each tag, an element called otherwise, a text where a number should be.
                let tags = body.match_indices('<').flat_map(|(at, _)| [at, at + 2]);
                let cuts = tags.filter(|at| body.is_char_boundary(*at)).map(|at| body[..at].to_owned());
                let others = [body.replace("Rule", "Other"), body.replace(|c: char| c.is_ascii_digit(), "x")];
                for body in cuts.chain(others) {
                    let mut answers = answers.clone();
                    answers.insert(look.line(), Answer { body: body.clone(), ..look.answer.clone() });
                    let work = || drop(runtime().block_on(import(&catalog, token, look, answers)));
                    if catch_unwind(AssertUnwindSafe(work)).is_err() {
                        panics.insert(format!("{}: {body}", look.place));
                    }
                }
            }
        }
    }
    assert!(panics.is_empty(), "{panics:#?}");
}

/// What is wrong with what came of a look at something that exists, or does not.
fn judged(token: &str, exists: bool, look: &Look, outcome: &Result<Option<Object>, String>) -> Option<String> {
    match outcome {
        Err(why) => Some(format!("fails: {why}")),
        Ok(None) => exists.then(|| "is gone".to_owned()),
        Ok(Some(_)) if !exists => Some("is there".to_owned()),
        Ok(Some(state)) => {
            let lost = lost(token, look, &stage::json(state));
            (!lost.is_empty()).then(|| format!("loses {lost:?}"))
        }
    }
}

/// The answer that decides whether the resource exists.
fn first_answer<'a>(resource: &Resource, look: &Look, answers: &'a HashMap<String, Answer>) -> Option<&'a Answer> {
    answers.get(&look.line_of(&operation(resource.read.first()?)))
}

/// Whether something is set: a lock without a rule is none.
fn tells_something(answer: &Answer) -> bool {
    answer.status != 404 && !answer.body.contains("</ObjectLockEnabled></ObjectLockConfiguration>")
}

/// The texts of an answer that a state does not hold.
fn lost(token: &str, look: &Look, state: &Json) -> Vec<String> {
    if look.answer.status != 200 {
        return Vec::new();
    }
    if look.what.ends_with("?policy") {
        let same = state["policy"].as_str().map(|text| serde_json::from_str::<Json>(text).unwrap())
            == serde_json::from_str(&look.answer.body).ok();
        return if same { Vec::new() } else { vec!["the policy".to_owned()] };
    }
    let mut held = BTreeSet::new();
    scalars(state, &mut held);
    let shown = |path: &str| {
        !UNSHOWN
            .iter()
            .any(|(unshown, but)| path.ends_with(&format!("/{unshown}")) && (but.is_empty() || *but != token))
    };
    let texts = leaves(&look.answer.body).into_iter().filter(|(path, text)| !text.is_empty() && shown(path));
    let headers = look.answer.headers.iter().filter(|(name, _)| {
        look.key.is_some() && look.what.starts_with("HEAD") && {
            name == "content-type" || name == "x-amz-storage-class" || name.starts_with("x-amz-meta-")
        }
    });
    texts
        // An owner is a project, said twice.
        .map(|(_, text)| {
            text.split_once(':').filter(|(one, two)| one == two).map_or(text.clone(), |(one, _)| one.to_owned())
        })
        .chain(headers.map(|(_, value)| value.clone()))
        .filter(|text| !held.contains(text))
        .collect()
}

fn scalars(json: &Json, held: &mut BTreeSet<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| scalars(item, held)),
        Json::Object(fields) => fields.iter().for_each(|(name, json)| {
            held.insert(name.clone());
            scalars(json, held);
        }),
        Json::String(text) => drop(held.insert(text.clone())),
        other => drop(held.insert(other.as_f64().map_or(other.to_string(), |number| number.to_string()))),
    }
}

/// The texts of a document, each with the names of the elements around it.
fn leaves(document: &str) -> Vec<(String, String)> {
    let (mut open, mut leaves) = (Vec::new(), Vec::new());
    for part in document.split('<').skip(1).filter(|part| !part.starts_with('?')) {
        let Some((tag, text)) = part.split_once('>') else { continue };
        if tag.starts_with('/') {
            open.pop();
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default().to_owned());
            leaves.push((open.join("/"), text.replace("&#34;", "\"").replace("&amp;", "&")));
        }
    }
    leaves
}

fn on_buckets(catalog: &Catalog) -> impl Iterator<Item = (&String, &Resource)> {
    catalog.resources.iter().filter(|(_, resource)| resource.read.iter().any(|step| step.call.storage.is_some()))
}

fn operation(step: &Step) -> String {
    format!("{} {}", step.call.method, step.call.path)
}

fn asks(resource: &Resource, look: &Look) -> bool {
    resource.read.iter().any(|step| operation(step) == look.what)
}

/// What the resource would have been told when this was seen: the last answers before, else the first ones after.
fn answers(resource: &Resource, looks: &[Look], at: usize) -> Option<HashMap<String, Answer>> {
    let look = &looks[at];
    let mut answers = HashMap::new();
    for step in &resource.read {
        let of_step = |other: &&Look| {
            operation(step) == other.what
                && (&other.region, &other.bucket) == (&look.region, &look.bucket)
                && (!other.what.contains("{key}") || other.key == look.key)
        };
        let found = looks[..=at].iter().rev().find(of_step).or_else(|| looks[at..].iter().find(of_step))?;
        // What was deleted since then is gone for every look.
        let is_gone = look.answer.body.contains("NoSuchBucket");
        answers.insert(found.line(), if is_gone { look.answer.clone() } else { found.answer.clone() });
    }
    Some(answers)
}

impl Look {
    /// The call as the engine of these tests makes it.
    fn line(&self) -> String {
        self.line_of(&self.what)
    }

    /// Another call about the same bucket or object.
    fn line_of(&self, what: &str) -> String {
        let path = what.replace("{bucket}", &self.bucket).replace("{key}", self.key.as_deref().unwrap_or_default());
        if path.contains('?') { format!("{path}=") } else { path }
    }

    fn id(&self) -> String {
        let key = self.key.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        format!("{}/{}@{}{key}", self.region, self.bucket, case::PROJECT)
    }
}

/// A network that gives recorded answers.
#[derive(Debug)]
struct Recorded(HashMap<String, Answer>);

impl std::fmt::Debug for Answer {
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
        let answer = self.0.get(&line).unwrap_or_else(|| panic!("{line} was not recorded"));
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        let response = response.body(answer.body.clone().into()).unwrap();
        Box::pin(async move { Ok(response) })
    }
}

async fn import(
    catalog: &Arc<Catalog>,
    token: &str,
    look: &Look,
    answers: HashMap<String, Answer>,
) -> Result<Option<Object>, String> {
    let engine = stage::engine(catalog, Arc::new(Recorded(answers)));
    let told = Told::default();
    let token = format!("evalap-scaleway:{token}");
    let nothing = Object::new();
    let read = engine.read(told.operation(&token, "main"), &look.id(), &nothing, &nothing).await;
    read.map(|read| read.map(|read| read.state)).map_err(|error| error.to_string())
}

/// Every look at Object Storage, by recording.
fn recordings(folder: &Path) -> Vec<Vec<Look>> {
    places::files(folder, ".jsonl").iter().map(|file| looks(file)).collect()
}

fn looks(file: &Path) -> Vec<Look> {
    let mut bodies: BTreeMap<u64, Json> = BTreeMap::new();
    let mut looks = Vec::new();
    for line in places::text(file).lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let body = line.body_as.map_or(line.body, |other| bodies[&other].clone());
        bodies.insert(line.seq, body.clone());
        let Some((host, path)) = line.url.trim_start_matches("https://").split_once(".scw.cloud/") else { continue };
        let (Some((bucket, region)), "GET" | "HEAD") = (host.split_once(".s3."), line.method.as_str()) else {
            continue;
        };
        let (key, word) = path.split_once('?').unwrap_or((path, ""));
        // The name of a whole aspect has no value; what has one turns pages.
        let word = word.split('&').find_map(|pair| pair.strip_suffix('=')).map(|word| format!("?{word}"));
        let what = if key.is_empty() { "/{bucket}" } else { "/{bucket}/{key}" };
        let headers = line.response_headers.iter();
        looks.push(Look {
            what: format!("{} {what}{}", line.method, word.unwrap_or_default()),
            region: region.to_owned(),
            bucket: bucket.to_owned(),
            key: Some(key.to_owned()).filter(|key| !key.is_empty()),
            answer: Answer {
                status: line.status,
                body: body
                    .as_str()
                    .map_or(if body.is_null() { String::new() } else { body.to_string() }, str::to_owned),
                headers: headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
            },
            place: format!("{} ({})", file.file_name().unwrap_or_default().display(), line.seq),
        });
    }
    looks
}
