//! Pure pairs of functions for the few wire objects in which several properties share one field.
//!
//! A pair turns what the properties say into what requests want, and answers into something where each property has a
//! field of its own. The catalog names it; both directions survive any JSON.

mod network_private_network;

use catalog::Resource;

use crate::wire::Wire;

/// One pair: to the shape of requests, and from the shape of answers.
type Pair = (fn(&mut Wire), fn(&mut Wire));

fn pair(name: &str) -> Option<Pair> {
    Some(match name {
        "network_private_network" => (network_private_network::encode, network_private_network::decode),
        _ => return None,
    })
}

/// From the shape of the properties to that of requests.
pub(crate) fn encode(resource: &Resource, wire: &mut Wire) {
    if let Some((encode, _)) = resource.reshape.as_deref().and_then(pair) {
        encode(wire);
    }
}

/// From the shape of answers to that of the properties.
pub(crate) fn decode(resource: &Resource, wire: &mut Wire) {
    if let Some((_, decode)) = resource.reshape.as_deref().and_then(pair) {
        decode(wire);
    }
}
