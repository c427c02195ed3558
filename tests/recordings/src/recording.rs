//! Files of recorded requests to JSON APIs, with one exchange per line.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

const API: &str = "https://api.scaleway.com";

/// One recording.
pub struct Recording {
    /// The name of its directory, such as `registry`.
    pub service: String,
    /// The name of the file without its extension, such as `namespace-basic`.
    pub name: String,
    /// In the order of the responses.
    pub exchanges: Vec<Exchange>,
}

/// A request and its response.
pub struct Exchange {
    /// The method of the request.
    pub method: String,
    /// Path and query as recorded.
    pub target: String,
    /// The path without the query.
    pub path: String,
    /// The parameters of the query.
    pub query: Vec<(String, String)>,
    /// The body of the request; `null` if it has none.
    pub request: Json,
    /// The status of the response.
    pub status: u16,
    /// The body of the response; `null` if it has none.
    pub response: Json,
}

/// One line of a recording.
#[derive(Deserialize)]
pub struct Line {
    /// The number of the exchange.
    pub seq: u64,
    /// The method of the request.
    pub method: String,
    /// The URL of the request.
    pub url: String,
    /// The body of the request; `null` if it has none.
    #[serde(default)]
    pub request: Json,
    /// The headers of the response, if they are recorded.
    #[serde(default)]
    pub response_headers: Map<String, Json>,
    /// The status of the response.
    pub status: u16,
    /// The body of the response; `null` if it has none.
    #[serde(default)]
    pub body: Json,
    /// The `seq` of another exchange with the same response body.
    body_as: Option<u64>,
}

impl Recording {
    /// Directory and name: `registry/namespace-basic`.
    pub fn place(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}

/// The recordings in a directory, in the order of their names.
///
/// # Panics
/// If a file cannot be read or is malformed: recordings are test data.
pub fn recordings(directory: &Path) -> Vec<Recording> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension() == Some(OsStr::new("jsonl")));
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

/// The parameters of a query, unescaped as far as recordings need it.
pub fn parameters(query: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_owned(), value.replace("%2F", "/").replace("%3A", ":").replace('+', " "))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

/// The lines of a recording, each with its response body.
///
/// # Panics
/// If the file cannot be read or is malformed: recordings are test data.
pub fn lines(file: &Path) -> Vec<Line> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    // The recordings replace passwords, which had an upper case letter.
    let text = text.replace("scrubbed-password-", "Scrubbed-password-");
    let mut bodies: BTreeMap<u64, Json> = BTreeMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line: Line = serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if let Some(other) = line.body_as {
            line.body = bodies[&other].clone();
        }
        bodies.insert(line.seq, line.body.clone());
        lines.push(line);
    }
    lines
}

fn read(file: &Path) -> Recording {
    let mut exchanges = Vec::new();
    for line in lines(file) {
        let Some(target) = line.url.strip_prefix(API) else { continue };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        exchanges.push(Exchange {
            method: line.method,
            target: target.to_owned(),
            path: path.to_owned(),
            query: parameters(query),
            request: line.request,
            status: line.status,
            response: line.body,
        });
    }
    let part = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    Recording { service: part(file.parent().and_then(Path::file_name)), name: part(file.file_stem()), exchanges }
}
