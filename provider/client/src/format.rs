//! The formats of bodies and pages in which an API differs from Scaleway's other APIs, such as that of Instances.

use http::HeaderMap;
use serde_json::Value;

/// The format of a call. The default is that of most APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// The field of the response that contains the object: `ip` for `{ "ip": {...} }`.
    pub wrapper: Option<String>,
    /// The query parameter with the page size, if it is not `page_size`.
    pub page_size: Option<String>,
    /// Whether bodies are plain text: a JSON string in [`crate::Call`] and [`crate::Response`].
    pub is_text: bool,
    /// Whether each page of a list but the last contains the token of the next one.
    pub has_tokens: bool,
}

/// The header with the number of elements of a list, in APIs whose lists do not contain it.
const TOTAL: &str = "x-total-count";

impl Format {
    /// The object in a response. A response without the wrapper is returned unchanged: the caller checks its identity.
    pub(crate) fn unwrapped(&self, mut body: Value) -> Value {
        match self.wrapper.as_ref().and_then(|wrapper| body.get_mut(wrapper)) {
            Some(object) => object.take(),
            None => body,
        }
    }
}

/// The number of elements of a list in the headers of its response.
pub(crate) fn total(headers: &HeaderMap) -> Option<usize> {
    headers.get(TOTAL)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrapped_object_is_unwrapped_and_another_response_is_unchanged() {
        let format = Format { wrapper: Some("ip".to_owned()), ..Format::default() };
        assert_eq!(format.unwrapped(json!({ "ip": { "id": "1" }, "task": {} })), json!({ "id": "1" }));
        for other in [json!({ "id": "1" }), json!([]), Value::Null] {
            assert_eq!(format.unwrapped(other.clone()), other);
        }
        assert_eq!(Format::default().unwrapped(json!({ "ip": 1 })), json!({ "ip": 1 }));
    }
}
