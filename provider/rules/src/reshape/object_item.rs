//! Objects: the SSE-C key of the program is three fields in requests, and the visibility is returned as a list of grants.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// The SSE-C key becomes its base64 form, the algorithm and the checksum, as required by all calls for the content.
pub(super) fn encode(wire: &mut Wire) {
    let Some(Json::String(key)) = wire.get("sse_customer_key").cloned() else { return };
    if key.is_empty() {
        wire.remove("sse_customer_key");
        return;
    }
    wire.insert("sse_customer_algorithm".to_owned(), json!("AES256"));
    wire.insert("sse_customer_key".to_owned(), json!(BASE64.encode(&key)));
    wire.insert("sse_customer_key_md5".to_owned(), json!(BASE64.encode(Md5::digest(key.as_bytes()))));
}

/// Grants to all users become `visibility`; absent fields of an existing object get their defaults.
pub(super) fn decode(wire: &mut Wire) {
    if let Some(grants) = wire.remove("grants") {
        let grantees = grants.as_array().into_iter().flatten().map(|grant| &grant["grantee"]["uri"]);
        let public = grantees.filter_map(Json::as_str).any(|uri| uri.ends_with("/AllUsers"));
        wire.insert("visibility".to_owned(), json!(if public { "public-read" } else { "private" }));
    }
    if wire.contains_key("etag") || wire.contains_key("content_length") {
        wire.entry("storage_class").or_insert_with(|| json!("STANDARD"));
        wire.entry("metadata").or_insert_with(|| json!({}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn a_key_is_sent_with_its_checksum() {
        let wanted = json!({ "sse_customer_key": "0123456789abcdef0123456789abcdef" });
        let sent = json!({
            "sse_customer_algorithm": "AES256",
            "sse_customer_key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "sse_customer_key_md5": "hRasmdxgYDKV3nvbahU1MA==",
        });
        assert_eq!(reshaped(encode, &wanted), sent);
        assert_eq!(reshaped(encode, &json!({ "sse_customer_key": "", "acl": "private" })), json!({ "acl": "private" }));
    }

    #[test]
    fn an_object_is_public_if_all_users_have_a_grant() {
        let all =
            json!([{ "grantee": { "uri": "http://acs.amazonaws.com/groups/global/AllUsers" }, "permission": "READ" }]);
        assert_eq!(reshaped(decode, &json!({ "grants": all })), json!({ "visibility": "public-read" }));
        assert_eq!(
            reshaped(decode, &json!({ "grants": [{ "grantee": { "id": "a:a" } }, 7] })),
            json!({ "visibility": "private" })
        );
    }

    #[test]
    fn absent_fields_get_their_defaults() {
        let known = json!({ "etag": "e", "storage_class": "STANDARD", "metadata": {} });
        assert_eq!(reshaped(decode, &json!({ "etag": "e" })), known);
        assert_eq!(reshaped(decode, &json!({})), json!({}));
    }
}
