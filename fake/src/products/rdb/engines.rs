//! Database engines with their settings, and node types, as lists.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::node;
use crate::call::{Handled, ReadCall, object};
use crate::paging;
use crate::store::{Kind, Missing};

/// As recorded in August 2026. The versions of an engine refer to their settings by index.
static ENGINES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/rdb-engines.json")).unwrap_or_default());

static LISTED: Kind = Kind::new("rdb/node_type", "NodeType", "node_types", Missing::Labelled("node_type"));

/// Filters by the name of an engine and by a version.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let requested = |field: &str, found: &Value| call.query.get(field).is_none_or(|requested| requested == found);
    let mut engines = Vec::new();
    for engine in
        ENGINES["engines"].as_array().into_iter().flatten().filter(|engine| requested("name", &engine["name"]))
    {
        let versions = engine["versions"].as_array().into_iter().flatten();
        let versions: Vec<Value> =
            versions.filter(|version| requested("version", &version["version"])).map(whole).collect();
        if !versions.is_empty() {
            let (name, logo_url) = (&engine["name"], &engine["logo_url"]);
            engines
                .push(json!({ "name": name, "logo_url": logo_url, "region": call.locality(), "versions": versions }));
        }
    }
    Ok(json!({ "total_count": engines.len(), "engines": engines }))
}

pub(super) fn list_node_types(call: &mut ReadCall<'_>) -> Handled {
    let types: Vec<_> = node::types(&call.locality()).into_iter().map(object).collect();
    let total = types.len();
    Ok(json!({ "node_types": paging::page(types, &call.query, &LISTED, call.order), "total_count": total }))
}

/// A version with its settings instead of their indexes.
fn whole(version: &Value) -> Value {
    let mut version = version.clone();
    for field in ["available_settings", "available_init_settings"] {
        let indexes = version[field].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let settings = indexes.map(|index| ENGINES["settings"][usize::try_from(index).unwrap_or_default()].clone());
        version[field] = settings.collect();
    }
    version
}
