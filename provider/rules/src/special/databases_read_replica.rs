//! Read replicas: the API has one list of endpoints, the program one property per kind of endpoint.
//!
//! A descriptor is not sufficient for the reasons of an instance. Endpoints are like those of instances, except that the public
//! one is named direct access.

use serde_json::{Value as Json, json};
use value::Object;

use super::databases_instance::{keep_enable_ipam_only, private_endpoint, public_endpoint};
use super::hooks::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct ReadReplica;

impl Special for ReadReplica {
    /// `direct_access` and `private_network` become `endpoint_spec`, in this order, and are kept.
    fn encode(&self, wire: &mut Wire) {
        let endpoints = [public_endpoint(wire, "direct_access"), private_endpoint(wire)];
        let endpoints: Vec<Json> = endpoints.into_iter().flatten().collect();
        wire::set(wire, "endpoint_spec", json!(endpoints));
    }

    fn imported(&self, inputs: &mut Object) {
        keep_enable_ipam_only(inputs, "serviceIp");
    }
}

#[cfg(test)]
#[path = "databases_read_replica_tests.rs"]
mod tests;
