//! Recorded answers of Object Storage, read by the client and the engine: good ones, refusals, and what they become when
//! something is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use catalog::{Operation, Resource};
use client::testing::{ScriptedTransport, Step};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tests::stage::{self, Told};
use tests::{case, places};
use value::Object;

use crate::runtime;

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

/// A recorded answer to a look at a bucket.
struct Look {
    word: String,
    status: u16,
    body: String,
    headers: Vec<(String, String)>,
    place: String,
}

#[test]
fn every_recorded_answer_about_a_bucket_is_read_or_tells_that_nothing_is_set() {
    let Some(looks) = looks() else { return };
    let catalog = places::catalog();
    let mut wrong = BTreeSet::new();
    let mut read = 0;
    for (token, resource) in catalog.resources.iter().filter(|(token, _)| token.starts_with("object/")) {
        for look in looks.iter().filter(|look| first(resource).is_some_and(|first| is_look_of(first, &look.word))) {
            read += 1;
            let outcome = runtime().block_on(import(&catalog, token, look, &look.body));
            let is_set = look.status == 200 && !look.body.contains("</ObjectLockEnabled></ObjectLockConfiguration>");
            match outcome {
                Ok(Some(state)) if is_set => {
                    if state.len() < 4 {
                        wrong.insert(format!("{}: {token} shows only {state:?}", look.place));
                    }
                }
                Ok(None) if !is_set => {}
                other => {
                    wrong.insert(format!("{}: {token} is {other:?}", look.place));
                }
            }
        }
    }
    assert!(read > 50, "only {read} answers were read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_answer_about_a_bucket_makes_the_engine_panic() {
    let Some(looks) = looks() else { return };
    let catalog = places::catalog();
    let mut seen = BTreeSet::new();
    let mut panics = BTreeSet::new();
    for (token, resource) in catalog.resources.iter().filter(|(token, _)| token.starts_with("object/")) {
        for look in looks.iter().filter(|look| first(resource).is_some_and(|first| is_look_of(first, &look.word))) {
            if !seen.insert((token.clone(), look.body.len())) {
                continue;
            }
            // Cut anywhere, an element called otherwise, a text where a number should be.
            let cuts =
                (0..look.body.len()).filter(|at| look.body.is_char_boundary(*at)).map(|at| look.body[..at].to_owned());
            let others = [look.body.replace("Rule", "Other"), look.body.replace(|c: char| c.is_ascii_digit(), "x")];
            for body in cuts.chain(others) {
                let work = || drop(runtime().block_on(import(&catalog, token, look, &body)));
                if catch_unwind(AssertUnwindSafe(work)).is_err() {
                    panics.insert(format!("{}: {body}", look.place));
                }
            }
        }
    }
    assert!(panics.is_empty(), "{panics:#?}");
}

fn first(resource: &Resource) -> Option<&Operation> {
    resource.read.first().map(|step| &step.call)
}

fn is_look_of(operation: &Operation, word: &str) -> bool {
    operation.path.split_once('?').is_some_and(|(path, own)| own == word && path == "/{bucket}")
}

/// Imports a bucket's aspect that answers so; the second look is the owner's.
async fn import(
    catalog: &Arc<catalog::Catalog>,
    token: &str,
    look: &Look,
    body: &str,
) -> Result<Option<Object>, String> {
    let headers: Vec<(&str, &str)> = look.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let owner = format!("<A><Owner><ID>{0}:{0}</ID></Owner></A>", case::PROJECT);
    let script = ScriptedTransport::new([Step::text(look.status, body, &headers), Step::text(200, &owner, &[])]);
    let engine = stage::engine(catalog, Arc::new(script));
    let told = Told::default();
    let token = format!("evalap-scaleway:{token}");
    let nothing = Object::new();
    let read = engine.read(told.operation(&token, "main"), "fr-par/main", &nothing, &nothing).await;
    read.map(|read| read.map(|read| read.state)).map_err(|error| error.to_string())
}

/// Every `GET` of a bucket's aspect.
fn looks() -> Option<Vec<Look>> {
    let traffic = places::shared("traffic")?;
    let mut looks = Vec::new();
    for file in places::files(&traffic.join("object"), ".jsonl") {
        let mut bodies: BTreeMap<u64, Json> = BTreeMap::new();
        for line in places::text(&file).lines() {
            let line: Line = serde_json::from_str(line).unwrap();
            let body = line.body_as.map_or(line.body, |other| bodies[&other].clone());
            bodies.insert(line.seq, body.clone());
            let Some((_, word)) = line.url.split_once(".scw.cloud/?") else { continue };
            if line.method != "GET" {
                continue;
            }
            let text = match &body {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            };
            let headers = line.response_headers.iter();
            looks.push(Look {
                word: word.trim_end_matches('=').to_owned(),
                status: line.status,
                body: text,
                headers: headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
                place: format!("{} ({})", file.display(), line.seq),
            });
        }
    }
    Some(looks)
}
