//! Objects: content in base64 is decoded to validate it, and the key must be addressable by a URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use value::{Object, Path};

use super::Special;
use crate::error::{Error, ErrorKind};
use crate::operation::Failure;
use crate::scope::Scope;
use crate::wire;

/// See the module.
pub(super) struct Item;

impl Special for Item {
    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let encoded = inputs.text("contentBase64");
        if encoded.is_some_and(|text| BASE64.decode(text).is_err()) {
            failures.push(Failure { path: Path::root("contentBase64"), reason: "must be base64".to_owned() });
        }
        let is_relative = |key: &str| key.split('/').any(|segment| matches!(segment, "." | ".."));
        if inputs.text("key").is_some_and(is_relative) {
            let reason = "has a segment `.` or `..`, which URLs cannot address: rename the object".to_owned();
            failures.push(Failure { path: Path::root("key"), reason });
        }
    }

    /// The response to HEAD has no body: the API answers 400 without the key that the content was encrypted with.
    fn advise(&self, scope: &Scope<'_>, error: Error) -> Error {
        if error.kind() != ErrorKind::Invalid {
            return error;
        }
        error.hint(if wire::get(&scope.wanted, "sse_customer_key").is_some() {
            "the object is probably encrypted with another key than `sseCustomerKey`: set that key, and change it afterwards"
        } else {
            "the object is probably encrypted with a customer key (SSE-C), without which the API does not return it, so it cannot \
             be imported: declare it with its content and `sseCustomerKey` and without `import`, and it is uploaded again"
        })
    }
}
