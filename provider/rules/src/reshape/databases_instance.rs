//! Database instances: the API has one list of endpoints, the program one property per kind of endpoint; and encryption,
//! which is another field in requests for a new instance than for an existing one.
//!
//! Changes of endpoints of an existing instance need separate calls (`engine`).

use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// `private_network` and `load_balancer` become `init_endpoints`, in the order of `pulumiverse_scaleway`; without either
/// there is no list, so that the API creates its default public endpoint. `encryption.enabled` is copied to
/// `enable_encryption`, its name in upgrades.
///
/// Both properties are kept for the conditions of reads: no call has fields with their names.
pub(super) fn encode(wire: &mut Wire) {
    let private_network = wire.get("private_network").and_then(private_network_spec);
    let load_balancer = wire.get("load_balancer").filter(|balancer| balancer.is_object()).map(|_| load_balancer_spec());
    let endpoints: Vec<Json> = private_network.into_iter().chain(load_balancer).collect();
    if !endpoints.is_empty() {
        wire.insert("init_endpoints".to_owned(), Json::Array(endpoints));
    }
    if let Some(enabled) = wire.get("encryption").and_then(|encryption| encryption.get("enabled")).cloned() {
        wire.insert("enable_encryption".to_owned(), enabled);
    }
}

/// `endpoints` becomes `load_balancer` with `endpoint_ip` and `endpoint_port`, and `private_network`: the first of each
/// kind, flat. `read_replicas` becomes a list of the endpoints of all replicas. Addresses in `private_ips` lose their
/// prefix length. Endpoints of other kinds have no property.
pub(super) fn decode(wire: &mut Wire) {
    // As recorded: a backup schedule that was disabled by an update is returned as enabled, but has no next run.
    if let Some(Json::Object(schedule)) = wire.get_mut("backup_schedule")
        && schedule.get("next_run_at").is_some_and(Json::is_null)
    {
        schedule.insert("disabled".to_owned(), Json::from(true));
    }
    if let Some(Json::Array(endpoints)) = wire.remove("endpoints") {
        if let Some(balancer) = endpoints.iter().find(|endpoint| is_kind(endpoint, "load_balancer")) {
            wire.insert("endpoint_ip".to_owned(), balancer["ip"].clone());
            wire.insert("endpoint_port".to_owned(), balancer["port"].clone());
            wire.insert("load_balancer".to_owned(), Json::Object(address(balancer)));
        }
        if let Some(private) = endpoints.iter().find(|endpoint| is_kind(endpoint, "private_network")) {
            wire.insert("private_network".to_owned(), private_network(private));
        }
    }
    if let Some(Json::Array(replicas)) = wire.get_mut("read_replicas") {
        let endpoints = replicas.iter().filter_map(|replica| replica.get("endpoints")?.as_array()).flatten();
        *replicas = endpoints.map(|endpoint| Json::Object(address(endpoint))).collect();
    }
    if let Some(Json::Array(addresses)) = wire.get_mut("private_ips") {
        for ip in addresses {
            let bare = ip.get("address").and_then(Json::as_str).and_then(|text| text.split('/').next()).map(Json::from);
            if let (Some(bare), Some(fields)) = (bare, ip.as_object_mut()) {
                fields.insert("address".to_owned(), bare);
            }
        }
    }
}

/// The request for a public endpoint.
pub(super) fn load_balancer_spec() -> Json {
    json!({ "load_balancer": {} })
}

/// The request for a private endpoint (`pn_id`, `ip_net`, `enable_ipam`): at the address of the program, otherwise at one
/// that IPAM chooses. If both are set, both are sent, and the API rejects the request with its own message.
pub(super) fn private_network_spec(wishes: &Json) -> Option<Json> {
    let mut spec = json!({ "private_network_id": wishes.as_object()?.get("pn_id").filter(|id| !id.is_null())? });
    let address = wishes.get("ip_net").filter(|address| !address.is_null());
    if let Some(address) = address {
        spec["service_ip"] = address.clone();
    }
    if wishes.get("enable_ipam").and_then(Json::as_bool).unwrap_or(address.is_none()) {
        spec["ipam_config"] = json!({});
    }
    Some(json!({ "private_network": spec }))
}

/// Whether an endpoint is of a kind: the field of that name contains its details, which may be empty.
pub(super) fn is_kind(endpoint: &Json, kind: &str) -> bool {
    endpoint.get(kind).is_some_and(Json::is_object)
}

/// The fields of endpoints of all kinds.
pub(super) fn address(endpoint: &Json) -> Wire {
    let fields = [("endpoint_id", "id"), ("hostname", "hostname"), ("ip", "ip"), ("name", "name"), ("port", "port")];
    let known = fields.iter().filter_map(|(name, field)| Some(((*name).to_owned(), endpoint.get(field)?.clone())));
    known.collect()
}

pub(super) fn private_network(endpoint: &Json) -> Json {
    let details = &endpoint["private_network"];
    let mut flat = address(endpoint);
    for (name, field) in [("pn_id", "private_network_id"), ("ip_net", "service_ip"), ("zone", "zone")] {
        flat.insert(name.to_owned(), details[field].clone());
    }
    flat.insert("enable_ipam".to_owned(), Json::from(details["provisioning_mode"].as_str() == Some("ipam")));
    Json::Object(flat)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::reshape::reshaped;

    fn encoded(json: &Json) -> Json {
        reshaped(encode, json)
    }

    fn decoded(json: &Json) -> Json {
        reshaped(decode, json)
    }

    /// The endpoints that the API creates for a request.
    fn made(request: &Json) -> Json {
        let specs = request["init_endpoints"].as_array().cloned().unwrap_or_default();
        let endpoints: Vec<Json> = specs
            .iter()
            .map(|spec| {
                let mut endpoint = json!({ "id": "e", "ip": "172.16.0.2", "name": null, "port": 5432 });
                if let Some(wanted) = spec.get("private_network") {
                    let is_static = wanted.get("service_ip").is_some();
                    endpoint["private_network"] = json!({
                        "private_network_id": wanted["private_network_id"],
                        "provisioning_mode": if is_static { "static" } else { "ipam" },
                        "service_ip": wanted.get("service_ip").cloned().unwrap_or(json!("172.16.0.2/22")),
                        "zone": "fr-par-1",
                    });
                } else {
                    endpoint["load_balancer"] = json!({});
                }
                endpoint
            })
            .collect();
        json!({ "endpoints": endpoints })
    }

    #[test]
    fn a_public_endpoint_is_requested_with_an_empty_object() {
        assert_eq!(encoded(&json!({ "load_balancer": {} }))["init_endpoints"], json!([{ "load_balancer": {} }]));
    }

    #[test]
    fn a_private_endpoint_gets_the_address_of_the_program_or_one_of_ipam() {
        let spec = |wishes: Json| {
            encoded(&json!({ "private_network": wishes }))["init_endpoints"][0]["private_network"].clone()
        };
        let ipam = json!({ "private_network_id": "p", "ipam_config": {} });
        assert_eq!(spec(json!({ "pn_id": "p" })), ipam);
        assert_eq!(spec(json!({ "pn_id": "p", "enable_ipam": true })), ipam);
        let named = json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24" });
        assert_eq!(spec(json!({ "pn_id": "p", "ip_net": "10.0.0.2/24" })), named);
        assert_eq!(spec(json!({ "pn_id": "p", "ip_net": "10.0.0.2/24", "enable_ipam": false })), named);
        let both = spec(json!({ "pn_id": "p", "ip_net": "10.0.0.2/24", "enable_ipam": true }));
        assert_eq!(both, json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24", "ipam_config": {} }));
    }

    #[test]
    fn the_private_endpoint_comes_first() {
        let wanted = encoded(&json!({ "load_balancer": {}, "private_network": { "pn_id": "p" } }));
        let kinds: Vec<&String> = wanted["init_endpoints"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|spec| spec.as_object().unwrap().keys())
            .collect();
        assert_eq!(kinds, ["private_network", "load_balancer"]);
    }

    #[test]
    fn without_endpoint_inputs_no_endpoints_are_requested() {
        assert_eq!(encoded(&json!({ "name": "a" })), json!({ "name": "a" }));
        for wishes in [json!(null), json!({}), json!({ "pn_id": null }), json!("p")] {
            let wanted = encoded(&json!({ "private_network": wishes, "load_balancer": null }));
            assert_eq!(wanted.get("init_endpoints"), None);
        }
    }

    #[test]
    fn encryption_has_another_name_in_upgrades() {
        let wanted = encoded(&json!({ "encryption": { "enabled": true } }));
        assert_eq!(wanted, json!({ "encryption": { "enabled": true }, "enable_encryption": true }));
        assert_eq!(encoded(&json!({ "encryption": null })), json!({ "encryption": null }));
    }

    #[test]
    fn both_kinds_of_endpoint_are_found_and_flattened() {
        let answer = json!({
            "endpoints": [
                { "direct_access": {}, "id": "d", "ip": "212.47.252.48", "name": null, "port": 5432 },
                { "id": "p", "ip": "172.27.20.2", "name": null, "port": 5432, "private_network": {
                    "private_network_id": "n", "provisioning_mode": "ipam", "service_ip": "172.27.20.2/22", "zone": "fr-par-1",
                } },
                { "id": "l", "ip": "195.154.68.206", "load_balancer": {}, "name": null, "port": 17240 },
            ],
        });
        let expected = json!({
            "endpoint_ip": "195.154.68.206",
            "endpoint_port": 17240,
            "load_balancer": { "endpoint_id": "l", "ip": "195.154.68.206", "name": null, "port": 17240 },
            "private_network": {
                "endpoint_id": "p", "ip": "172.27.20.2", "name": null, "port": 5432,
                "pn_id": "n", "ip_net": "172.27.20.2/22", "zone": "fr-par-1", "enable_ipam": true,
            },
        });
        assert_eq!(decoded(&answer), expected);
    }

    #[test]
    fn replicas_are_returned_by_their_endpoints_and_private_addresses_without_prefix() {
        let answer = json!({
            "read_replicas": [
                { "id": "r", "endpoints": [{ "direct_access": {}, "id": "d", "ip": "212.47.244.87", "name": null, "port": 5432 }] },
                { "id": "s", "endpoints": [] },
            ],
            "private_ips": [{ "id": "i", "address": "172.27.192.2/22" }, { "id": "j", "address": null }, 7],
        });
        let expected = json!({
            "read_replicas": [{ "endpoint_id": "d", "ip": "212.47.244.87", "name": null, "port": 5432 }],
            "private_ips": [{ "id": "i", "address": "172.27.192.2" }, { "id": "j", "address": null }, 7],
        });
        assert_eq!(decoded(&answer), expected);
    }

    #[test]
    fn a_schedule_without_a_next_run_is_disabled() {
        let off =
            |schedule: Json| decoded(&json!({ "backup_schedule": schedule }))["backup_schedule"]["disabled"].clone();
        assert_eq!(off(json!({ "disabled": false, "next_run_at": null })), json!(true));
        assert_eq!(off(json!({ "disabled": false, "next_run_at": "2026-06-24T08:57:46Z" })), json!(false));
        assert_eq!(off(json!({ "disabled": false })), json!(false));
    }

    #[test]
    fn unexpected_json_is_ignored() {
        let unexpected = json!({ "endpoints": [null, 7, {}, { "load_balancer": null }, { "private_network": "n" }] });
        assert_eq!(decoded(&unexpected), json!({}));
        let unexpected = json!({ "endpoints": {}, "read_replicas": [7, { "endpoints": 7 }], "private_ips": {} });
        assert_eq!(decoded(&unexpected), json!({ "read_replicas": [], "private_ips": {} }));
        let bare = decoded(&json!({ "endpoints": [{ "private_network": {} }, { "load_balancer": {} }] }));
        assert_eq!(bare["private_network"]["enable_ipam"], json!(false));
        assert_eq!(bare["load_balancer"], json!({}));
    }

    proptest! {
        #[test]
        fn requested_endpoints_are_returned_unchanged(public in any::<bool>(), network in any::<Option<bool>>(), id in "[0-9a-f]{8}") {
            let mut wanted = Wire::new();
            if public {
                wanted.insert("load_balancer".to_owned(), json!({}));
            }
            if let Some(at_address) = network {
                let mut wishes = json!({ "pn_id": id });
                if at_address {
                    wishes["ip_net"] = json!("10.0.0.2/24");
                }
                wanted.insert("private_network".to_owned(), wishes);
            }
            let back = decoded(&made(&encoded(&Json::Object(wanted))));
            prop_assert_eq!(back.get("load_balancer").is_some(), public);
            prop_assert_eq!(back.get("private_network").is_some(), network.is_some());
            if let Some(at_address) = network {
                prop_assert_eq!(&back["private_network"]["pn_id"], &json!(id));
                prop_assert_eq!(&back["private_network"]["enable_ipam"], &json!(!at_address));
                if at_address {
                    prop_assert_eq!(&back["private_network"]["ip_net"], &json!("10.0.0.2/24"));
                }
            }
        }
    }
}
