//! Cockpit data sources: adds the push URL, which the API does not return.

use serde_json::Value as Json;

use crate::wire::Wire;

/// Requests are unchanged.
pub(super) fn encode(_wire: &mut Wire) {}

/// Adds `push_url`: the `url` and the documented push path of the data source's type. A data source of an unknown
/// type has none.
pub(super) fn decode(wire: &mut Wire) {
    let url = wire.get("url").and_then(Json::as_str).filter(|url| !url.is_empty());
    let path = wire.get("type").and_then(Json::as_str).and_then(push_path);
    if let (Some(url), Some(path)) = (url, path) {
        let push_url = format!("{}{path}", url.trim_end_matches('/'));
        wire.insert("push_url".to_owned(), Json::from(push_url));
    }
}

/// The push path of a data source type.
pub(super) fn push_path(kind: &str) -> Option<&'static str> {
    match kind {
        "metrics" => Some("/api/v1/push"),
        "logs" => Some("/loki/api/v1/push"),
        "traces" => Some("/otlp/v1/traces"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn pushed_to(answer: &Json) -> Option<Json> {
        let mut wire = answer.as_object().unwrap().clone();
        decode(&mut wire);
        wire.get("push_url").cloned()
    }

    #[test]
    fn each_type_has_its_own_path() {
        for (kind, path) in [("metrics", "/api/v1/push"), ("logs", "/loki/api/v1/push"), ("traces", "/otlp/v1/traces")]
        {
            let answer = json!({ "type": kind, "url": "https://x.cockpit.fr-par.scw.cloud" });
            assert_eq!(pushed_to(&answer), Some(json!(format!("https://x.cockpit.fr-par.scw.cloud{path}"))));
        }
    }

    #[test]
    fn unexpected_json_has_no_push_url() {
        for answer in [json!({}), json!({ "type": "metrics", "url": null }), json!({ "type": 7, "url": "https://x" })] {
            assert_eq!(pushed_to(&answer), None);
        }
        assert_eq!(pushed_to(&json!({ "type": "events", "url": "https://x" })), None);
        assert_eq!(pushed_to(&json!({ "type": "logs", "url": "" })), None);
    }

    #[test]
    fn a_request_is_unchanged_and_a_response_keeps_its_fields() {
        let request = json!({ "name": "a", "type": "logs", "retention_days": 7 });
        let mut wire = request.as_object().unwrap().clone();
        encode(&mut wire);
        assert_eq!(Json::Object(wire.clone()), request);
        wire.insert("url".to_owned(), json!("https://x/"));
        decode(&mut wire);
        assert_eq!(wire["push_url"], json!("https://x/loki/api/v1/push"));
        assert_eq!(wire["retention_days"], json!(7));
    }
}
