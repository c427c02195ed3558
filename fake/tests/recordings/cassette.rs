//! The files of recordings: one exchange per line, in the order of the responses.
//!
//! This module does not depend on the fake.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::ids::{all_ids, is_id};

/// One recording.
pub(crate) struct Cassette {
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

/// A request and its response.
pub(crate) struct Exchange {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// `null` when empty.
    pub(crate) request: Value,
    pub(crate) status: u16,
    /// `null` when empty.
    pub(crate) answer: Value,
}

impl Exchange {
    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The IDs in the request.
    pub(crate) fn ids(&self) -> Vec<String> {
        let target = self.target.split(['/', '?', '&', '=']).filter(|text| is_id(text)).map(str::to_owned);
        target.chain(all_ids(&self.request)).collect()
    }
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    method: String,
    url: String,
    #[serde(default)]
    request: Value,
    status: u16,
    #[serde(default)]
    body: Value,
    /// The response equals that of another exchange.
    body_as: Option<u64>,
}

const API: &str = "https://api.scaleway.com";

/// The recordings in a directory, in the order of their names.
pub(crate) fn all(folder: &Path) -> Vec<Cassette> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Cassette {
    // The recordings replace passwords, which had an upper case letter.
    let text = std::fs::read_to_string(file).unwrap().replace("scrubbed-password-", "Scrubbed-password-");
    let mut answers: BTreeMap<u64, Value> = BTreeMap::new();
    let mut exchanges = Vec::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let answer = line.body_as.map_or(line.body, |other| answers[&other].clone());
        answers.insert(line.seq, answer.clone());
        if let Some(target) = line.url.strip_prefix(API) {
            exchanges.push(Exchange {
                method: line.method,
                target: target.to_owned(),
                request: line.request,
                status: line.status,
                answer,
            });
        }
    }
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    Cassette { name, exchanges }
}
