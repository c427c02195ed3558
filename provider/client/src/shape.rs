//! The wire format of an operation of Object Storage: which fields are headers, and the format of the body.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;

use crate::xml::Element;

/// The additional data of a call to Object Storage, beside method, path (`/bucket/key`), query and JSON body.
#[derive(Clone)]
pub struct Storage {
    /// The region of the bucket.
    pub region: String,
    /// The project of the bucket. Default: the default project of the API key.
    pub project: Option<String>,
    /// The wire format of the operation.
    pub shape: Shape,
    /// The content of an object to upload.
    pub content: Option<Bytes>,
}

/// Prints region and project, without the content.
impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("region", &self.region).field("project", &self.project).finish_non_exhaustive()
    }
}

/// The wire format of an operation: where the fields of its JSON body are sent, and where those of its response are read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Fields that are sent as headers. A name that ends with `*` is the prefix of the headers of a map.
    pub headers: BTreeMap<String, String>,
    /// The format of the request body.
    pub body: Option<Form>,
    /// Fields of the response that are read from headers.
    pub response_headers: BTreeMap<String, ResponseHeader>,
    /// The format of the response body.
    pub response: Option<Form>,
    /// Error codes that mean that a configuration is not set, and not that the bucket or object does not exist.
    pub not_set: Vec<String>,
}

/// The format of a body.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// An XML document.
    Xml(Element),
    /// The string of one field.
    Text(String),
    /// Bytes, which are not part of the JSON.
    Bytes,
}

/// A header of a response.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseHeader {
    /// Its name. A name that ends with `*` is the prefix of the headers of a map.
    pub name: String,
    /// Whether its value is a number.
    #[serde(default)]
    pub number: bool,
}
