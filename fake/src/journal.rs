//! The list of requests, in memory and as one JSON line per request in a file.
//!
//! The lines contain no headers, no query and no body, and therefore no secrets.

use std::fs::File;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Seconds since the fake started, on its clock.
    pub t: f64,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The status; `None` (`null`) if the connection was closed.
    pub status: Option<u16>,
    /// The ID of the operation, such as `CreateNamespace`, if there is one. Not in the file.
    #[serde(skip)]
    pub operation: Option<String>,
    /// Decoded names and values of the query. Not in the file.
    #[serde(skip)]
    pub query: Vec<(String, String)>,
    /// The body, `null` if it is empty or not JSON. Not in the file: it may contain secrets.
    #[serde(skip)]
    pub body: Value,
}

impl Entry {
    /// All data of the request, including secrets.
    pub(crate) fn in_full(&self) -> Value {
        json!({
            "t": self.t,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "operation": self.operation,
            "query": self.query,
            "body": self.body,
        })
    }
}

/// All requests so far.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) entries: Vec<Entry>,
    file: Option<File>,
}

impl Journal {
    pub(crate) fn new(file: Option<File>) -> Self {
        Self { entries: Vec::new(), file }
    }

    /// Adds an entry, and its line to the file.
    pub(crate) fn note(&mut self, entry: Entry) -> io::Result<()> {
        let line = serde_json::to_string(&entry)?;
        self.entries.push(entry);
        match &mut self.file {
            Some(file) => writeln!(file, "{line}"),
            None => Ok(()),
        }
    }
}
