//! The Cockpit of a project: the addresses of its parts, told together although they come in answers of their own.
//!
//! It does not know what a program does with them. An address that is not there is an empty text, as the peer's.

use serde_json::{Value as Json, json};

use super::observability_source::push_path;
use crate::wire::Wire;

/// Nothing is ever sent.
pub(super) fn encode(_wire: &mut Wire) {}

/// `data_sources`, `grafana_url` and `alert_manager_url` become `endpoints` and `push_urls`, each a list of one.
pub(super) fn decode(wire: &mut Wire) {
    let sources = wire.remove("data_sources");
    let text = |json: Option<&Json>| json.and_then(Json::as_str).unwrap_or_default().to_owned();
    // Several of a kind: the oldest stays the same when another comes.
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
    fn the_oldest_source_of_each_kind_tells_its_addresses() {
        let answers = json!({
            "data_sources": [
                { "type": "metrics", "url": "https://m1" },
                { "type": "metrics", "url": "https://m2" },
                { "type": "logs", "url": "https://l" },
            ],
            "grafana_url": "https://g",
            "alert_manager_url": null,
        });
        let told = reshaped(decode, &answers);
        let expected = json!([{
            "metrics_url": "https://m1", "logs_url": "https://l", "traces_url": "", "grafana_url": "https://g",
            "alertmanager_url": "",
        }]);
        assert_eq!(told["endpoints"], expected);
        let expected = json!([{
            "push_metrics_url": "https://m1/api/v1/push", "push_logs_url": "https://l/loki/api/v1/push",
        }]);
        assert_eq!(told["push_urls"], expected);
    }

    #[test]
    fn what_is_not_understood_is_no_address() {
        let told = reshaped(decode, &json!({ "data_sources": [7, { "type": "logs" }], "grafana_url": {} }));
        assert_eq!(told["endpoints"][0]["grafana_url"], "");
        assert_eq!(told["push_urls"][0]["push_logs_url"], "");
    }
}
