//! What was asked and how it ended, in memory and as one JSON line per request in a file.
//!
//! The lines hold no header, no query and no body, so no secret can get into them.

use std::fs::File;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Seconds since the fake started, on its clock.
    pub t: f64,
    /// The HTTP method in capital letters.
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The status; `None` (`null`) when the connection was cut instead.
    pub status: Option<u16>,
    /// The id of the operation, such as `CreateNamespace`, where one fits. Not in the file.
    #[serde(skip)]
    pub operation: Option<String>,
    /// Decoded names and values of the query. Not in the file.
    #[serde(skip)]
    pub query: Vec<(String, String)>,
    /// The body, `null` when empty or not JSON. Not in the file: it may hold secrets.
    #[serde(skip)]
    pub body: Value,
}

impl Entry {
    /// Everything about the request, for a test that may see secrets.
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
