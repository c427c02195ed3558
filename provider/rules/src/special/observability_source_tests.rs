//! Push URLs of data sources.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn each_type_has_its_own_path() {
    let url = "https://x.cockpit.fr-par.scw.cloud";
    for (kind, path) in [("metrics", "/api/v1/push"), ("logs", "/loki/api/v1/push"), ("traces", "/otlp/v1/traces")] {
        for url_in_response in [url.to_owned(), format!("{url}/")] {
            let shown = decoded(&Source, &json!({ "type": kind, "url": url_in_response, "retention_days": 7 }));
            assert_eq!(shown["push_url"], json!(format!("{url}{path}")));
            assert_eq!(shown["retention_days"], 7);
        }
    }
}

#[test]
fn every_source_of_a_list_has_a_push_url() {
    let answer = json!({ "sources": [{ "type": "logs", "url": "https://l" }, 7, { "url": null }] });
    let shown = decoded(&Source, &answer);
    assert_eq!(shown["sources"][0]["push_url"], "https://l/loki/api/v1/push");
    assert_eq!(shown["sources"][2], json!({ "url": null }));
}

#[test]
fn unexpected_json_has_no_push_url() {
    for answer in [
        json!({}),
        json!({ "type": "metrics", "url": null }),
        json!({ "type": 7, "url": "https://x" }),
        json!({ "type": "events", "url": "https://x" }),
        json!({ "type": "logs", "url": "" }),
        json!({ "sources": 7 }),
    ] {
        assert_eq!(decoded(&Source, &answer), answer);
    }
}

#[test]
fn a_request_is_unchanged() {
    let request = json!({ "name": "a", "type": "logs", "url": "https://x" });
    assert_eq!(encoded(&Source, &request), request);
}
