//! The Cockpit of a project: the URLs of its components, merged from several responses.
//!
//! A descriptor is not sufficient because a missing URL is an empty string, as in `pulumiverse_scaleway`, and because push
//! URLs depend on the type of a data source.

use serde_json::{Value as Json, json};

use super::Special;
use super::observability_source::push_url;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Cockpit;

impl Special for Cockpit {
    /// `data_sources`, `grafana_url` and `alert_manager_url` become `endpoints` and `push_urls`, each a list with one element.
    /// Of several data sources of a type, the oldest counts: it does not change when one is added.
    fn decode(&self, wire: &mut Wire) {
        let sources = wire.remove("data_sources").unwrap_or_default();
        let of = |kind: &str| {
            let mut sources = sources.as_array().into_iter().flatten();
            sources.find(|source| source["type"].as_str() == Some(kind)).unwrap_or(&Json::Null)
        };
        let url = |kind: &str| of(kind)["url"].as_str().unwrap_or_default();
        let field = |name: &str| wire::text(wire, name).unwrap_or_default();
        let endpoints = json!([{
            "metrics_url": url("metrics"),
            "logs_url": url("logs"),
            "traces_url": url("traces"),
            "grafana_url": field("grafana_url"),
            "alertmanager_url": field("alert_manager_url"),
        }]);
        let push = |kind: &str| push_url(of(kind)).unwrap_or_default();
        wire::set(wire, "push_urls", json!([{ "push_metrics_url": push("metrics"), "push_logs_url": push("logs") }]));
        wire::set(wire, "endpoints", endpoints);
        wire::set(wire, "plan_id", json!(""));
    }
}

#[cfg(test)]
#[path = "observability_cockpit_tests.rs"]
mod tests;
