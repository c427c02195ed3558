//! Objects: the SSE-C key of the program is three fields in requests, the visibility is returned as a list of grants, content in
//! base64 is validated, and the key must be addressable by a URL.
//!
//! A descriptor is not sufficient because requests contain a checksum of the SSE-C key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::json;
use value::{Object, Path};

use super::hooks::Special;
use crate::error::{Error, ErrorKind};
use crate::operation::Failure;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Item;

impl Special for Item {
    /// The SSE-C key becomes its base64 form, the algorithm and the checksum, as required by all calls for the content.
    fn encode(&self, wire: &mut Wire) {
        wire.retain(|name, field| name != "sse_customer_key" || *field != "");
        let Some(key) = wire::text(wire, "sse_customer_key").map(str::to_owned) else { return };
        wire::set(wire, "sse_customer_algorithm", json!("AES256"));
        wire::set(wire, "sse_customer_key", json!(BASE64.encode(&key)));
        wire::set(wire, "sse_customer_key_md5", json!(BASE64.encode(Md5::digest(key.as_bytes()))));
    }

    /// Grants to all users become `visibility`.
    fn decode(&self, wire: &mut Wire) {
        let Some(grants) = wire.remove("grants") else { return };
        let grants = grants.as_array().into_iter().flatten();
        let mut grantees = grants.filter_map(|grant| grant["grantee"]["uri"].as_str());
        let is_public = grantees.any(|uri| uri.ends_with("/AllUsers"));
        wire::set(wire, "visibility", json!(if is_public { "public-read" } else { "private" }));
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        if inputs.text("contentBase64").is_some_and(|text| BASE64.decode(text).is_err()) {
            failures.push(Failure { path: Path::root("contentBase64"), reason: "must be base64".to_owned() });
        }
        let is_relative = |key: &str| key.split('/').any(|segment| matches!(segment, "." | ".."));
        if inputs.text("key").is_some_and(is_relative) {
            let reason = "has a segment `.` or `..`, which URLs cannot address: rename the object".to_owned();
            failures.push(Failure { path: Path::root("key"), reason });
        }
    }

    /// The object of an interrupted create may have the content and the visibility of an earlier program.
    fn differences_of_new(&self, _inputs: &Object) -> (bool, &'static [&'static str]) {
        (false, &["content", "visibility"])
    }

    /// The response to HEAD has no body: the API answers 400 without the key that the content was encrypted with.
    fn advise(&self, desired: &Wire, error: Error) -> Error {
        if error.kind() != ErrorKind::Invalid {
            return error;
        }
        error.hint(if wire::get(desired, "sse_customer_key").is_some() {
            "the object is probably encrypted with another key than `sseCustomerKey`: set that key, and change it afterwards"
        } else {
            "the object is probably encrypted with a customer key (SSE-C), without which the API does not return it, so it cannot \
             be imported: declare it with its content and `sseCustomerKey` and without `import`, and it is uploaded again"
        })
    }
}

#[cfg(test)]
#[path = "object_item_tests.rs"]
mod tests;
