//! Scaleway's APIs: a parser of the subset of OpenAPI that the API documents use. It rejects everything else.
//!
//! A document has paths, parameters, bodies, responses and schemas. The crate contains the documents, and uses neither the
//! network nor the disk.
//!
//! ```
//! let registry = scaleway_api::document("registry.v1").expect("embedded");
//! let operation = registry.operation("CreateNamespace").expect("declared");
//! let body = operation.request.as_ref().expect("it has a body");
//! let violations = registry.validate(body, &serde_json::json!({ "nmae": "main" }), scaleway_api::Rules::REQUEST);
//! assert_eq!(violations[0].path, "nmae");
//! ```

mod document;
mod error;
mod formats;
mod operation;
mod path;
mod query;
mod reader;
mod schema;
mod storage;
mod validate;
mod xml;

pub use document::{Document, Matched};
pub use error::Error;
pub use operation::{FromConfig, Method, Operation, Parameter, Protocol, Wait, WaitStatuses};
pub use path::{PathTemplate, Segment};
pub use schema::{IntegerFormat, Kind, Schema, StringFormat, Unit};
pub use storage::{Form, Storage};
pub use validate::{Reason, Rules, Violation};
pub use xml::Xml;

use std::collections::HashMap;
use std::sync::LazyLock;

/// Name and content of each document of this directory. `regenerate.sh` generates them, except those of AWS' protocols, which
/// are written by hand, because the SDK does not contain Object Storage, queues and topics.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/documents.rs"));

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    EMBEDDED
        .iter()
        .map(|(name, json)| Document::parse(name, json).expect("a test of this crate parses every embedded document"))
        .collect()
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static Document>> =
    LazyLock::new(|| documents().iter().map(|document| (document.name.as_str(), document)).collect());

/// All embedded documents in the order of their names, parsed at the first call.
pub fn documents() -> &'static [Document] {
    &DOCUMENTS
}

/// The embedded document with this name, such as `registry.v1`.
pub fn document(name: &str) -> Option<&'static Document> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests;
