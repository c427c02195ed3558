//! Scaleway's contract: reads the part of OpenAPI that its API documents use, and refuses the rest loudly.
//!
//! It knows paths, parameters, bodies, answers and schemas. It does not know how a call is made, what a
//! resource is, or what anybody does with an operation. Apart from the embedded documents it holds no data,
//! and it never touches network or disk.
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

pub use document::{Document, Matched, Protocol};
pub use error::Error;
pub use operation::{FromConfig, Method, Operation, Parameter, Wait, WaitStatuses};
pub use path::{PathTemplate, Segment};
pub use schema::{IntegerFormat, Kind, Schema, StringFormat, Unit};
pub use storage::{Form, Storage, Xml};
pub use validate::{Reason, Rules, Violation};

use std::sync::LazyLock;

/// Name and content of each document of this folder. `regenerate.sh` writes them, but for `object.s3`, which is written by
/// hand: the SDK has no operations of Object Storage.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/documents.rs"));

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    EMBEDDED
        .iter()
        .map(|(name, json)| Document::parse(name, json).expect("a test of this crate parses every embedded document"))
        .collect()
});

/// All embedded documents in the order of their names, parsed at the first call.
pub fn documents() -> &'static [Document] {
    &DOCUMENTS
}

/// The embedded document of this name, such as `registry.v1`.
pub fn document(name: &str) -> Option<&'static Document> {
    documents().iter().find(|document| document.name == name)
}

#[cfg(test)]
mod tests;
