//! Dashboards as Grafana imports them: what Scaleway's products tell of themselves, seen for one environment. Pure.
//!
//! The metrics of databases are those of Scaleway's own prepared alerts; containers tell themselves by their logs.

use serde_json::{Value as Json, json};
use value::{Object, Value};

/// The version of the dashboard model that is written; Grafana takes over older ones itself.
const MODEL: u32 = 39;

/// Panels stand in two columns of Grafana's twenty-four.
const WIDTH: usize = 12;
const HEIGHT: usize = 8;

/// A graph: its title, its unit as Grafana calls it, and what is asked, with `$name` for the environment's resources.
struct Panel {
    title: &'static str,
    unit: &'static str,
    query: &'static str,
}

/// Every environment's containers, by their logs.
const CONTAINERS: &[Panel] = &[
    Panel {
        title: "Lines a minute, by container",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"}[5m])) * 60"#,
    },
    Panel {
        title: "Lines that tell of errors, a minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "(?i)error|exception|traceback" [5m])) * 60"#,
    },
    Panel {
        title: "Lines that tell of a status from 500, a minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "\\b5[0-9]{2}\\b" [5m])) * 60"#,
    },
];

const DATABASE: &[Panel] = &[
    Panel {
        title: "Processor in use",
        unit: "percentunit",
        query: r#"1 - avg by (resource_name) (rate(rdb_instance_postgresql_node_cpu_seconds_total{mode="idle", resource_name=~"$name"}[5m]))"#,
    },
    Panel {
        title: "Storage in use",
        unit: "percentunit",
        query: r#"1 - rdb_instance_postgresql_node_filesystem_avail_bytes{resource_name=~"$name"} / rdb_instance_postgresql_node_filesystem_size_bytes{resource_name=~"$name"}"#,
    },
    Panel {
        title: "Connections",
        unit: "short",
        query: r#"sum by (resource_name) (rdb_instance_postgresql_pg_stat_database_numbackends{resource_name=~"$name"})"#,
    },
    Panel {
        title: "Connections, of those that are allowed",
        unit: "percentunit",
        query: r#"sum by (resource_name) (rdb_instance_postgresql_pg_stat_database_numbackends{resource_name=~"$name"}) / on (resource_name) group_left () rdb_instance_postgresql_pg_settings_max_connections"#,
    },
];

/// Models refuse what is too much with the status 429: containers that ask them log it.
const RATE_LIMITS: &[Panel] = &[
    Panel {
        title: "Refused as too many (429), a minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "\\b429\\b" [5m])) * 60"#,
    },
    Panel {
        title: "Told to wait (retry-after), a minute",
        unit: "short",
        query: r#"sum by (resource_name) (rate({resource_type="serverless_container", resource_name=~"$name"} |~ "(?i)retry.after|rate.?limit" [5m])) * 60"#,
    },
];

/// All dashboards by their names, as JSON texts.
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

/// What the names of the environment's resources look like: `{base}-{environment}` and `{base}-{part}-{environment}`.
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
    fn every_panel_asks_for_the_resources_of_its_environment_only() {
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
    fn no_two_panels_of_a_dashboard_are_in_the_same_place() {
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
