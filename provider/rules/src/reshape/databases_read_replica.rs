//! Read replicas: the API has one list of endpoints, the program one property per kind of endpoint.
//!
//! Endpoints are like those of instances, except that the public one is named direct access.

use serde_json::{Value as Json, json};

use super::databases_instance::{address, is_kind, private_network, private_network_spec};
use crate::wire::Wire;

/// `direct_access` and `private_network` become `endpoint_spec`, in this order, and are kept.
pub(super) fn encode(wire: &mut Wire) {
    let direct = wire.get("direct_access").filter(|direct| direct.is_object()).map(|_| direct_access_spec());
    let private = wire.get("private_network").and_then(private_network_spec);
    let endpoints: Vec<Json> = direct.into_iter().chain(private).collect();
    wire.insert("endpoint_spec".to_owned(), Json::Array(endpoints));
}

/// `endpoints` becomes `direct_access` and `private_network`: the first of each kind, flat.
pub(super) fn decode(wire: &mut Wire) {
    let Some(Json::Array(endpoints)) = wire.remove("endpoints") else { return };
    if let Some(direct) = endpoints.iter().find(|endpoint| is_kind(endpoint, "direct_access")) {
        wire.insert("direct_access".to_owned(), Json::Object(address(direct)));
    }
    if let Some(private) = endpoints.iter().find(|endpoint| is_kind(endpoint, "private_network")) {
        wire.insert("private_network".to_owned(), private_network(private));
    }
}

fn direct_access_spec() -> Json {
    json!({ "direct_access": {} })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn endpoints_are_requested_in_one_list() {
        let wanted = json!({ "direct_access": {}, "private_network": { "pn_id": "p", "ip_net": "10.0.0.3/24" } });
        let private = json!({ "private_network": { "private_network_id": "p", "service_ip": "10.0.0.3/24" } });
        assert_eq!(reshaped(encode, &wanted)["endpoint_spec"], json!([{ "direct_access": {} }, private]));
        let none = json!({ "direct_access": null, "private_network": null });
        assert_eq!(reshaped(encode, &none)["endpoint_spec"], json!([]));
    }

    #[test]
    fn each_kind_of_endpoint_is_found_and_flattened() {
        let details = json!({
            "private_network_id": "n", "provisioning_mode": "static", "service_ip": "10.0.0.3/24", "zone": "fr-par-1",
        });
        let private = json!({ "id": "e", "ip": "10.0.0.3", "name": null, "port": 5432, "private_network": details });
        let direct = json!({ "id": "d", "ip": "51.15.0.1", "name": null, "port": 5432, "direct_access": {} });
        let expected = json!({
            "direct_access": { "endpoint_id": "d", "ip": "51.15.0.1", "name": null, "port": 5432 },
            "private_network": {
                "endpoint_id": "e", "ip": "10.0.0.3", "name": null, "port": 5432,
                "pn_id": "n", "ip_net": "10.0.0.3/24", "zone": "fr-par-1", "enable_ipam": false,
            },
        });
        assert_eq!(reshaped(decode, &json!({ "endpoints": [private, direct] })), expected);
        assert_eq!(reshaped(decode, &json!({ "endpoints": [7, null, {}] })), json!({}));
    }
}
