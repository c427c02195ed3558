//! Grafana dashboards for the metrics and logs of Scaleway's products, for one environment. Pure.
//!
//! The metrics of databases are those of Scaleway's preconfigured alerts. Containers are selected by their logs.

use serde_json::{Value as Json, json};
use value::{Object, Value};

/// The version of the dashboard model; Grafana migrates older versions.
const MODEL: u32 = 39;

/// The size of a panel: half of Grafana's 24 columns.
const WIDTH: usize = 12;
const HEIGHT: usize = 8;

/// A graph: its title, its Grafana unit, and its query, with `$name` for the resources of the environment.
struct Panel {
    title: &'static str,
    unit: &'static str,
    query: &'static str,
}

/// Containers, by their logs.
const CONTAINERS: &[Panel] = &[
    Panel {
        title: "Log lines per minute, by container",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"}[5m])) * 60"#,
    },
    Panel {
        title: "Log lines with errors per minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "(?i)error|exception|traceback" [5m])) * 60"#,
    },
    Panel {
        title: "Log lines with HTTP 5xx per minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "\\b5[0-9]{2}\\b" [5m])) * 60"#,
    },
];

const DATABASE: &[Panel] = &[
    Panel {
        title: "CPU usage",
        unit: "percentunit",
        query: r#"1 - avg by (resource_name) (rate(rdb_instance_postgresql_node_cpu_seconds_total{mode="idle", resource_name=~"$name"}[5m]))"#,
    },
    Panel {
        title: "Disk usage",
        unit: "percentunit",
        query: r#"1 - rdb_instance_postgresql_node_filesystem_avail_bytes{resource_name=~"$name"} / rdb_instance_postgresql_node_filesystem_size_bytes{resource_name=~"$name"}"#,
    },
    Panel {
        title: "Connections",
        unit: "short",
        query: r#"sum by (resource_name) (rdb_instance_postgresql_pg_stat_database_numbackends{resource_name=~"$name"})"#,
    },
    Panel {
        title: "Connections, as a share of the maximum",
        unit: "percentunit",
        query: r#"sum by (resource_name) (rdb_instance_postgresql_pg_stat_database_numbackends{resource_name=~"$name"}) / on (resource_name) group_left () rdb_instance_postgresql_pg_settings_max_connections"#,
    },
];

/// The Generative APIs return HTTP 429 above the rate limit, and containers that call them log it.
const RATE_LIMITS: &[Panel] = &[
    Panel {
        title: "Log lines with HTTP 429 per minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "\\b429\\b" [5m])) * 60"#,
    },
    Panel {
        title: "Log lines about rate limits per minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "(?i)retry.after|rate.?limit" [5m])) * 60"#,
    },
];

/// All dashboards by name, as JSON.
pub(crate) fn all(base: &str, environment: &str) -> Object {
    [
        ("containers", "containers", "loki", CONTAINERS),
        ("database", "database", "prometheus", DATABASE),
        ("rateLimits", "rate limits", "loki", RATE_LIMITS),
    ]
    .into_iter()
    .map(|(name, title, source, panels)| {
        let title = format!("{base} {environment}: {title}");
        (name.to_owned(), Value::from(dashboard(&title, source, &names(base, environment), panels).to_string()))
    })
    .collect()
}

/// A regular expression for the names of the environment's resources: `{base}-{environment}` and `{base}-{part}-{environment}`.
fn names(base: &str, environment: &str) -> String {
    format!("{base}-(.+-)?{environment}")
}

fn dashboard(title: &str, source: &str, names: &str, panels: &[Panel]) -> Json {
    let source = json!({ "type": source, "uid": "${source}" });
    let panel = |(index, panel): (usize, &Panel)| {
        json!({
            "id": index + 1,
            "type": "timeseries",
            "title": panel.title,
            "datasource": source,
            "gridPos": { "x": index % 2 * WIDTH, "y": index / 2 * HEIGHT, "w": WIDTH, "h": HEIGHT },
            "fieldConfig": { "defaults": { "unit": panel.unit, "min": 0 }, "overrides": [] },
            "targets": [{
                "refId": "A",
                "datasource": source,
                "expr": panel.query.replace("$name", names),
                "legendFormat": "{{resource_name}}",
            }],
        })
    };
    json!({
        "title": title,
        "schemaVersion": MODEL,
        "refresh": "1m",
        "time": { "from": "now-6h", "to": "now" },
        "templating": { "list": [{
            "name": "source", "label": "Data source", "type": "datasource", "query": source["type"],
        }] },
        "panels": panels.iter().enumerate().map(panel).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_panel_queries_the_resources_of_its_environment_only() {
        for (name, text) in &all("evalap", "production") {
            let dashboard: Json = serde_json::from_str(text.as_str().unwrap()).unwrap();
            assert!(dashboard["title"].as_str().unwrap().starts_with("evalap production: "), "{name}");
            for panel in dashboard["panels"].as_array().unwrap() {
                let query = panel["targets"][0]["expr"].as_str().unwrap();
                assert!(query.contains("evalap-(.+-)?production") && !query.contains("$name"), "{query}");
            }
        }
    }

    #[test]
    fn panels_of_a_dashboard_do_not_overlap() {
        for (name, text) in &all("evalap", "dev") {
            let dashboard: Json = serde_json::from_str(text.as_str().unwrap()).unwrap();
            let places: Vec<String> = dashboard["panels"]
                .as_array()
                .unwrap()
                .iter()
                .map(|panel| format!("{} {}", panel["gridPos"]["x"], panel["gridPos"]["y"]))
                .collect();
            let mut once = places.clone();
            once.dedup();
            assert_eq!(places, once, "{name}");
        }
    }
}
