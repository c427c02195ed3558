//! How an operation of Object Storage is written: which fields are headers, and the form of the body.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;

use crate::xml::Element;

/// What a call of Object Storage has beside its verb, path (`/bucket/key`), query and JSON body.
#[derive(Clone)]
pub struct Storage {
    /// The region of the bucket.
    pub region: String,
    /// The project the bucket is in; without it the API key's own.
    pub project: Option<String>,
    /// How the operation is spoken.
    pub shape: Shape,
    /// The bytes of an object to upload.
    pub content: Option<Bytes>,
}

/// Shows where it goes, never what is uploaded.
impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("region", &self.region).field("project", &self.project).finish_non_exhaustive()
    }
}

/// How an operation is spoken: where the fields of its JSON body go, and where those of its answer come from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Fields that are sent as headers. A name that ends with `*` stands for a map, key by key.
    pub headers: BTreeMap<String, String>,
    /// What the other fields are sent as.
    pub body: Option<Form>,
    /// Fields of the answer that are told by headers.
    pub told: BTreeMap<String, Told>,
    /// What the body of the answer is.
    pub answer: Option<Form>,
    /// Codes of errors that say that nothing is set, and not that the bucket or object is gone.
    pub not_set: Vec<String>,
}

/// The form of a body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// An XML document.
    Xml(Element),
    /// The text of one field, as it is.
    Text(String),
    /// Bytes, given beside the JSON.
    Bytes,
}

/// A header of an answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Its name; one that ends with `*` gives a map.
    pub name: String,
    /// It holds a number.
    #[serde(default)]
    pub number: bool,
}
