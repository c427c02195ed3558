//! Redis clusters: endpoints, which the API has in one list and the program as private networks, the connection string, and
//! the numbers of nodes that a cluster cannot change to.
//!
//! A descriptor is not sufficient because `endpoints` contains a public endpoint if the program has no private network,
//! because the connection string contains an input, and because the effect of a change of `clusterSize` depends on both values.

use serde_json::{Value as Json, json};
use value::{Object, Path, Value};

use super::hooks::Special;
use crate::operation::{Diff, DiffRequest};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Cluster;

impl Special for Cluster {
    /// `private_networks` becomes `endpoints`: an empty list is a public endpoint, and without a list the API chooses. IPAM
    /// allocates the addresses that the program does not set.
    fn encode(&self, wire: &mut Wire) {
        let Some(networks) = wire.get("private_networks").and_then(Json::as_array) else { return };
        let endpoint = |network: &Json| {
            let mut own = json!({ "id": network["id"] });
            match network.get("service_ips").filter(|addresses| !wire::is_empty(addresses)) {
                Some(addresses) => own["service_ips"] = addresses.clone(),
                None => own["ipam_config"] = json!({}),
            }
            json!({ "private_network": own })
        };
        let mut endpoints: Vec<Json> = networks.iter().map(endpoint).collect();
        if endpoints.is_empty() {
            endpoints.push(json!({ "public_network": {} }));
        }
        wire.insert("endpoints".to_owned(), Json::Array(endpoints));
    }

    fn decode(&self, wire: &mut Wire) {
        let endpoints = wire::get(wire, "endpoints").and_then(Json::as_array).cloned().unwrap_or_default();
        let private = endpoints.iter().filter(|endpoint| endpoint["private_network"].is_object()).map(|endpoint| {
            let mut network = endpoint["private_network"].clone();
            network["endpoint_id"] = endpoint["id"].clone();
            network["ips"] = endpoint["ips"].clone();
            network["port"] = endpoint["port"].clone();
            network
        });
        let private = Json::Array(private.collect());
        wire.insert("private_networks".to_owned(), private);
        wire.entry("certificate_file").or_insert_with(|| json!({ "content": "" }));
    }

    /// Adds the connection string once the first endpoint has an address.
    fn adjust_state(&self, inputs: &Object, answers: &Wire, state: &mut Object) {
        let first = |endpoint: &Json| Some((endpoint["ips"].get(0)?.as_str()?.to_owned(), endpoint["port"].as_u64()?));
        let endpoints = wire::get(answers, "endpoints").and_then(Json::as_array);
        let Some((address, port)) = endpoints.into_iter().flatten().find_map(first) else { return };
        let scheme = if wire::get(answers, "tls_enabled") == Some(&Json::Bool(true)) { "rediss" } else { "redis" };
        let user = escaped(wire::text(answers, "user_name").unwrap_or_default());
        let password = inputs.text("password").map(|password| format!(":{}", escaped(password))).unwrap_or_default();
        let url = format!("{scheme}://{user}{password}@{address}:{port}");
        state.insert("connectionString".to_owned(), Value::from(url).into_secret());
    }

    /// A cluster of one node cannot become another kind of cluster, and none can shrink.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let size = |inputs: &Object| inputs.given("clusterSize").and_then(Value::as_f64);
        let old = size(request.old_inputs).or_else(|| size(request.olds));
        let (Some(change), Some(old), Some(new)) =
            (diff.changes.get_mut(&Path::root("clusterSize")), old, size(request.news))
        else {
            return;
        };
        change.replace |= old < 2.0 || new < old;
    }
}

/// A user name or password in a URL.
fn escaped(text: &str) -> impl std::fmt::Display + '_ {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

#[cfg(test)]
#[path = "redis_cluster_tests.rs"]
mod tests;
