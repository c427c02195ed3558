//! Files of recorded traffic, with one exchange per line. Does not depend on resources.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use recordings::Directory;
use serde::Deserialize;
use serde_json::Value as Json;
use tests::places;

const API: &str = "https://api.scaleway.com";

/// One recording.
pub(crate) struct Recording {
    /// `registry/namespace-basic`.
    pub(crate) name: String,
    /// In the order of the responses.
    pub(crate) exchanges: Vec<Exchange>,
}

/// A request and its response.
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// `null` if there is no body.
    pub(crate) request: Json,
    pub(crate) status: u16,
    /// `null` if there is no body.
    pub(crate) response: Json,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    method: String,
    url: String,
    #[serde(default)]
    request: Json,
    status: u16,
    #[serde(default)]
    body: Json,
    /// The `seq` of another exchange with the same response body.
    body_as: Option<u64>,
}

/// All recordings whose requests are compared.
pub(crate) fn all(traffic: &Path) -> Vec<Recording> {
    of(traffic, |directory| directory.requests_differ.is_none())
}

/// Recordings of which only the responses are compared.
pub(crate) fn responses_only(traffic: &Path) -> Vec<Recording> {
    of(traffic, |directory| directory.requests_differ.is_some())
}

fn of(traffic: &Path, selects: fn(&Directory) -> bool) -> Vec<Recording> {
    let shared = traffic.parent().unwrap();
    let files = |found: Directory| places::files(&shared.join(found.directory), ".jsonl");
    recordings::directories().into_iter().filter(selects).flat_map(files).map(|file| read(&file)).collect()
}

/// The parameters of a query, unescaped as far as recordings need it.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.replace("%2F", "/").replace("%3A", ":").replace('+', " "))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn read(file: &Path) -> Recording {
    let mut responses: BTreeMap<u64, Json> = BTreeMap::new();
    let mut exchanges = Vec::new();
    // The recordings replace passwords, which had an upper case letter.
    let text = places::text(file).replace("scrubbed-password-", "Scrubbed-password-");
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let response = line.body_as.map_or(line.body, |other| responses[&other].clone());
        responses.insert(line.seq, response.clone());
        let Some(target) = line.url.strip_prefix(API) else { continue };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        exchanges.push(Exchange {
            method: line.method,
            path: path.to_owned(),
            query: parameters(query),
            request: line.request,
            status: line.status,
            response,
        });
    }
    let part = |part: Option<&OsStr>| part.unwrap().to_string_lossy().into_owned();
    let service = part(file.parent().and_then(Path::file_name));
    Recording { name: format!("{service}/{}", part(file.file_stem())), exchanges }
}
