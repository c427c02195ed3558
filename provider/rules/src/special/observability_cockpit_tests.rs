//! URLs of the Cockpit.

use super::super::decoded;
use super::*;

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
    let shown = decoded(&Cockpit, &answers);
    let expected = json!([{
        "metrics_url": "https://m1", "logs_url": "https://l", "traces_url": "", "grafana_url": "https://g",
        "alertmanager_url": "",
    }]);
    assert_eq!(shown["endpoints"], expected);
    let expected = json!([{
        "push_metrics_url": "https://m1/api/v1/push", "push_logs_url": "https://l/loki/api/v1/push",
    }]);
    assert_eq!(shown["push_urls"], expected);
}

#[test]
fn unexpected_json_is_ignored() {
    let shown = decoded(&Cockpit, &json!({ "data_sources": [7, { "type": "logs" }], "grafana_url": {} }));
    assert_eq!(shown["endpoints"][0]["grafana_url"], "");
    assert_eq!(shown["push_urls"][0]["push_logs_url"], "");
}
