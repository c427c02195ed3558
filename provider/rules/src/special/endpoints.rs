//! Endpoints of Kafka clusters, OpenSearch deployments and Managed Inference: the API has a list, the program an object for each
//! kind.
//!
//! A descriptor is not sufficient because the list has an element for a public endpoint if the program has no private one.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// Kafka clusters.
pub(super) struct Kafka;

/// OpenSearch deployments.
pub(super) struct OpenSearch;

/// Deployments of Managed Inference.
pub(super) struct Inference;

impl Special for Kafka {
    /// Without a private network, the endpoint is public.
    fn encode(&self, wire: &mut Wire) {
        let endpoint = private(wire).unwrap_or_else(|| json!({ "public_network": {} }));
        wire::set(wire, "endpoints", json!([endpoint]));
    }
}

impl Special for OpenSearch {
    /// Without a private network, the endpoint is public.
    fn encode(&self, wire: &mut Wire) {
        let endpoint = private(wire).unwrap_or_else(|| json!({ "public": {} }));
        wire::set(wire, "endpoints", json!([endpoint]));
    }
}

impl Special for Inference {
    /// A public endpoint is in the list if it is enabled; in requests that is an object.
    fn encode(&self, wire: &mut Wire) {
        let public = wire.remove("public_endpoint").filter(|public| public["is_enabled"].is_object());
        let public = public.map(|public| {
            json!({ "public_network": {}, "disable_auth": public["disable_auth"].as_bool().unwrap_or_default() })
        });
        let private = private(wire).map(|mut private| {
            if private["disable_auth"].is_null() {
                private["disable_auth"] = json!(false);
            }
            private
        });
        let endpoints: Vec<Json> = public.into_iter().chain(private).collect();
        wire::set(wire, "endpoints", json!(endpoints));
    }
}

/// The private endpoint of the program.
fn private(wire: &mut Wire) -> Option<Json> {
    wire.remove("endpoints").filter(Json::is_object)
}

#[cfg(test)]
#[path = "endpoints_tests.rs"]
mod tests;
