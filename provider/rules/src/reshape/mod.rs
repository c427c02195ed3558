//! Pure pairs of functions for wire objects in which several properties share one field.
//!
//! A pair converts properties to the form of requests, and responses to a form in which each property has its own field.
//! The catalog names the pair; both directions accept any JSON.

mod databases_instance;
mod databases_read_replica;
mod domain_record;
mod domain_registration;
mod ipam_ip;
mod network_acl;
mod network_gateway_network;
mod network_private_network;
mod object_bucket;
mod object_bucket_acl;
mod object_item;
mod observability_alert_manager;
mod observability_cockpit;
mod observability_products;
mod observability_source;
mod observability_sources;
mod observability_token;

use catalog::Resource;
pub use observability_alert_manager::rules_that_are_on;

use crate::wire::Wire;

/// One pair: to the form of requests, and from the form of responses.
type Pair = (fn(&mut Wire), fn(&mut Wire));

fn pair(name: &str) -> Option<Pair> {
    Some(match name {
        "databases_instance" => (databases_instance::encode, databases_instance::decode),
        "databases_read_replica" => (databases_read_replica::encode, databases_read_replica::decode),
        "object_bucket" => (object_bucket::encode, object_bucket::decode),
        "object_bucket_acl" => (object_bucket_acl::encode, object_bucket_acl::decode),
        "object_item" => (object_item::encode, object_item::decode),
        "domain_record" => (domain_record::encode, domain_record::decode),
        "domain_registration" => (domain_registration::encode, domain_registration::decode),
        "observability_alert_manager" => (observability_alert_manager::encode, observability_alert_manager::decode),
        "observability_cockpit" => (observability_cockpit::encode, observability_cockpit::decode),
        "observability_products" => (observability_products::encode, observability_products::decode),
        "observability_sources" => (observability_sources::encode, observability_sources::decode),
        "observability_source" => (observability_source::encode, observability_source::decode),
        "observability_token" => (observability_token::encode, observability_token::decode),
        "ipam_ip" => (ipam_ip::encode, ipam_ip::decode),
        "network_acl" => (network_acl::encode, network_acl::decode),
        "network_gateway_network" => (network_gateway_network::encode, network_gateway_network::decode),
        "network_private_network" => (network_private_network::encode, network_private_network::decode),
        _ => return None,
    })
}

/// Converts properties to the form of requests.
pub fn encode(resource: &Resource, wire: &mut Wire) {
    if let Some((encode, _)) = resource.reshape.as_deref().and_then(pair) {
        encode(wire);
    }
}

/// Converts responses to the form of properties.
pub fn decode(resource: &Resource, wire: &mut Wire) {
    if let Some((_, decode)) = resource.reshape.as_deref().and_then(pair) {
        decode(wire);
    }
}

/// Applies one direction of a pair, for tests.
#[cfg(test)]
fn reshaped(direction: fn(&mut Wire), json: &serde_json::Value) -> serde_json::Value {
    let mut wire = json.as_object().expect("tests use objects").clone();
    direction(&mut wire);
    serde_json::Value::Object(wire)
}
