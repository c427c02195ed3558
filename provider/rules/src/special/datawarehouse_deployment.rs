//! Deployments of Data Warehouse: endpoints, which the API has in one list and the program as a private network, and the limits of the
//! CPU.
//!
//! A descriptor is not sufficient because the list always contains a public endpoint, and because one limit depends on the other.

use serde_json::{Value as Json, json};
use value::{Object, Path};

use super::hooks::Special;
use crate::operation::Failure;
use crate::wire::Wire;

/// See the module.
pub(super) struct Deployment;

impl Special for Deployment {
    /// The private network becomes `endpoints`, beside a public endpoint.
    fn encode(&self, wire: &mut Wire) {
        let private = wire.get("private_network").filter(|network| network.is_object());
        let private = private.map(|network| json!({ "private_network": network }));
        let endpoints = [json!({ "public": {} })].into_iter().chain(private).collect();
        wire.insert("endpoints".to_owned(), Json::Array(endpoints));
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let [min, max] = ["cpuMin", "cpuMax"].map(|name| inputs.given(name).and_then(value::Value::as_f64));
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            let reason = format!("must be at most `cpuMax`, which is {max}");
            failures.push(Failure { path: Path::root("cpuMin"), reason });
        }
    }
}

#[cfg(test)]
#[path = "datawarehouse_deployment_tests.rs"]
mod tests;
