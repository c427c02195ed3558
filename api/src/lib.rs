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

use std::sync::OnceLock;

/// A document of this directory. `regenerate.sh` generates them, except those of AWS' protocols, which are written by hand,
/// because the SDK does not contain Object Storage, queues and topics.
struct Embedded {
    name: &'static str,
    json: &'static str,
    /// The first two segments of its paths.
    roots: &'static [&'static str],
}

const EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/documents.rs"));

static PARSED: [OnceLock<Document>; EMBEDDED.len()] = [const { OnceLock::new() }; EMBEDDED.len()];

/// The embedded documents that a condition selects, in the order of their names. Each is parsed when it is first used.
fn select(is_selected: impl Fn(&Embedded) -> bool) -> impl Iterator<Item = &'static Document> {
    EMBEDDED.iter().zip(&PARSED).filter(move |(embedded, _)| is_selected(embedded)).map(|(embedded, parsed)| {
        parsed.get_or_init(|| {
            Document::parse(embedded.name, embedded.json).expect("a test of this crate parses every embedded document")
        })
    })
}

/// All embedded documents in the order of their names.
pub fn documents() -> impl Iterator<Item = &'static Document> {
    select(|_| true)
}

/// The embedded document with this name, such as `registry.v1`.
pub fn document(name: &str) -> Option<&'static Document> {
    select(|embedded| embedded.name == name).next()
}

/// The operation with this method and path (without query), and its document. Operations of AWS' protocols are not found; see
/// [`Document::find`].
pub fn find(method: Method, path: &str) -> Option<(&'static Document, Matched<'static>)> {
    let root = path.split('/').skip(1).take(2).collect::<Vec<_>>().join("/");
    let mut documents = select(|embedded| embedded.roots.contains(&root.as_str()));
    documents.find_map(|document| Some((document, document.find(method, path)?)))
}

#[cfg(test)]
mod tests;
