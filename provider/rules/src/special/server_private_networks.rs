//! The private networks of Elastic Metal servers and Mac minis.

use serde_json::Value as Json;

use crate::wire::Wire;

/// Removes private networks that are being detached. The addresses of a server without private networks are not read.
pub(super) fn decode(wire: &mut Wire) {
    let Some(networks) = wire.get_mut("private_networks").and_then(Json::as_array_mut) else { return };
    networks.retain(|network| network["status"] != "detaching");
    if networks.is_empty() {
        wire.insert("private_ips".to_owned(), Json::Array(Vec::new()));
    }
}
