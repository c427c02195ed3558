//! Node pools of Kubernetes: the spelling of node types, the number of nodes, which the autoscaler changes, and the addresses
//! of the nodes.
//!
//! A descriptor is not sufficient because `size` is an input at creation and left to the autoscaler later, and because the
//! addresses of all nodes are in one list, by the name of the node.

use serde_json::{Value as Json, json};
use value::{Object, Path};

use super::Special;
use crate::operation::{Diff, DiffRequest};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Pool;

impl Special for Pool {
    /// Node types have underscores in requests.
    fn encode(&self, wire: &mut Wire) {
        if let Some(Json::String(node_type)) = wire.get_mut("node_type") {
            *node_type = node_type.to_lowercase().replace('-', "_");
        }
    }

    fn decode(&self, wire: &mut Wire) {
        if let Some(size) = wire::get(wire, "size").cloned() {
            wire.insert("current_size".to_owned(), size);
        }
        let addresses = wire::get(wire, "addresses").and_then(Json::as_array).cloned().unwrap_or_default();
        let nodes = wire.get_mut("nodes").and_then(Json::as_array_mut);
        for node in nodes.into_iter().flatten().filter(|node| node.is_object()) {
            let name = node["name"].as_str().filter(|name| !name.is_empty());
            let is_own = |address: &&Json| name.is_some() && address["resource"]["name"].as_str() == name;
            let own: Vec<Json> = addresses.iter().filter(is_own).cloned().collect();
            node["private_ips"] = json!(own);
        }
    }

    /// With autoscaling, the current number of nodes is not drift.
    fn adjust_state(&self, inputs: &Object, _: &Wire, state: &mut Object) {
        if let (Some(true), Some(size)) = (inputs.flag("autoscaling"), inputs.given("size")) {
            state.insert("size".to_owned(), size.clone());
        }
    }

    /// With autoscaling, another initial number of nodes has no effect.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let has_autoscaler = |inputs: &Object| inputs.flag("autoscaling") == Some(true);
        let is_known = request.news.given("size").is_some_and(|size| !size.is_unknown());
        if is_known && has_autoscaler(request.news) && has_autoscaler(request.old_inputs) {
            diff.changes.remove(&Path::root("size"));
        }
    }
}

#[cfg(test)]
#[path = "kubernetes_pool_tests.rs"]
mod tests;
