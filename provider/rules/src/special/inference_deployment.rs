//! Deployments of Managed Inference: the API has a list of endpoints, the program an object for each kind.
//!
//! A descriptor is not sufficient because the public endpoint is in the list only if it is enabled.

use serde_json::{Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Deployment;

impl Special for Deployment {
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
#[path = "inference_deployment_tests.rs"]
mod tests;
