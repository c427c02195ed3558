//! The Cockpit of a project: the URLs of its components, merged from several responses. A missing URL is an empty string, as
//! in `pulumiverse_scaleway`.

use serde_json::{Value as Json, json};

use super::observability_source::push_path;
use crate::wire::Wire;

/// There are no requests with a body.
pub(super) fn encode(_wire: &mut Wire) {}

/// `data_sources`, `grafana_url` and `alert_manager_url` become `endpoints` and `push_urls`, each a list with one element.
pub(super) fn decode(wire: &mut Wire) {
    let sources = wire.remove("data_sources");
    let text = |json: Option<&Json>| json.and_then(Json::as_str).unwrap_or_default().to_owned();
    // Of several data sources of a type, the oldest: it does not change when one is added.
    let of = |kind: &str| {
        let of_kind = |source: &&Json| source["type"].as_str() == Some(kind);
        let found = sources.as_ref().and_then(Json::as_array).into_iter().flatten().find(of_kind);
        text(found.and_then(|source| source.get("url")))
    };
    let push = |kind: &str| {
        let url = of(kind);
        if url.is_empty() { url } else { url + push_path(kind).unwrap_or_default() }
    };
    let endpoints = json!({
        "metrics_url": of("metrics"),
        "logs_url": of("logs"),
        "traces_url": of("traces"),
        "grafana_url": text(wire.get("grafana_url")),
        "alertmanager_url": text(wire.get("alert_manager_url")),
    });
    let push_urls = json!({ "push_metrics_url": push("metrics"), "push_logs_url": push("logs") });
    wire.insert("endpoints".to_owned(), json!([endpoints]));
    wire.insert("push_urls".to_owned(), json!([push_urls]));
    wire.insert("plan_id".to_owned(), json!(""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn the_urls_are_those_of_the_oldest_source_of_each_type() {
        let answers = json!({
            "data_sources": [
                { "type": "metrics", "url": "https://m1" },
                { "type": "metrics", "url": "https://m2" },
                { "type": "logs", "url": "https://l" },
            ],
            "grafana_url": "https://g",
            "alert_manager_url": null,
        });
        let decoded = reshaped(decode, &answers);
        let expected = json!([{
            "metrics_url": "https://m1", "logs_url": "https://l", "traces_url": "", "grafana_url": "https://g",
            "alertmanager_url": "",
        }]);
        assert_eq!(decoded["endpoints"], expected);
        let expected = json!([{
            "push_metrics_url": "https://m1/api/v1/push", "push_logs_url": "https://l/loki/api/v1/push",
        }]);
        assert_eq!(decoded["push_urls"], expected);
    }

    #[test]
    fn unexpected_json_is_ignored() {
        let decoded = reshaped(decode, &json!({ "data_sources": [7, { "type": "logs" }], "grafana_url": {} }));
        assert_eq!(decoded["endpoints"][0]["grafana_url"], "");
        assert_eq!(decoded["push_urls"][0]["push_logs_url"], "");
    }
}
