//! Cockpit data sources, one or a list: adds the push URL, which the API does not return.
//!
//! A descriptor is not sufficient because the path of the URL depends on the type of the data source.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Source;

impl Special for Source {
    fn decode(&self, wire: &mut Wire) {
        if let Some(url) = push_url(&Json::Object(wire.clone())) {
            wire::set(wire, "push_url", json!(url));
        }
        for source in wire.get_mut("sources").and_then(Json::as_array_mut).into_iter().flatten() {
            if let (Some(url), Some(fields)) = (push_url(source), source.as_object_mut()) {
                wire::set(fields, "push_url", json!(url));
            }
        }
    }
}

/// The `url` of a data source and the documented push path of its type; nothing for an unknown type.
pub(super) fn push_url(source: &Json) -> Option<String> {
    let path = match source["type"].as_str()? {
        "metrics" => "/api/v1/push",
        "logs" => "/loki/api/v1/push",
        "traces" => "/otlp/v1/traces",
        _ => return None,
    };
    let url = source["url"].as_str().filter(|url| !url.is_empty())?;
    Some(format!("{}{path}", url.trim_end_matches('/')))
}

#[cfg(test)]
#[path = "observability_source_tests.rs"]
mod tests;
