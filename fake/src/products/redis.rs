//! Redis clusters. Code is needed for endpoints, whose private networks have IPAM addresses, and for the calls that set one
//! part of a cluster.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::ipam::{self, Holder};
use crate::products::password;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::vpcgw::network::in_region;
use crate::response::ApiError;
use crate::store::Object;

static CLUSTER: Named = Named::new("redis/cluster");

pub(crate) static PRODUCT: Product = Product {
    document: "redis.v1",
    kinds: &[],
    reads: &[("GetClusterCertificate", certificate)],
    writes: &[
        ("CreateCluster", create),
        ("UpdateCluster", update),
        ("MigrateCluster", migrate),
        ("DeleteCluster", delete),
        ("SetACLRules", set_rules),
        ("SetClusterSettings", set_settings),
        ("SetEndpoints", set_endpoints),
        ("RenewClusterCertificate", renew_certificate),
    ],
};

/// As recorded: the port of every endpoint, and the tags of addresses in private networks.
const PORT: u16 = 6379;
const TAGS: &[&str] = &["managed", "scwdbaas"];

/// As recorded: a public endpoint has no address until the cluster is ready.
fn create(call: &mut Call<'_>) -> Handled {
    password::check(&call.need("password")?)?;
    let specs = specs(call)?;
    call.body.remove("endpoints");
    let rules = rules(call);
    call.body.insert("acl_rules".to_owned(), rules);
    let answer = plain::create(call, CLUSTER.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let size = answer["cluster_size"].as_u64().unwrap_or(1);
    let mut endpoints = endpoints(call, &id, &specs, size)?;
    let ready = json!({ "status": "ready", "updated_at": call.timestamp(), "endpoints": endpoints });
    for endpoint in endpoints.iter_mut().filter(|endpoint| endpoint["public_network"].is_object()) {
        endpoint["ips"] = json!([]);
    }
    call.change(&CLUSTER, &id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    call.transition(&CLUSTER, &id, "provisioning", ready)?;
    call.shown(&CLUSTER, &id)
}

/// As recorded: a request without a change leaves the cluster ready, and the API shows no password.
fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    if call.body.contains_key("password") {
        password::check(&call.text("password"))?;
    }
    plain::update(call, CLUSTER.plain())?;
    if !call.body.is_empty() {
        provision(call, &id, json!({}))?;
    }
    call.shown(&CLUSTER, &id)
}

/// A migration changes one of version, node type and number of nodes.
fn migrate(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let given: Vec<&str> =
        ["version", "node_type", "cluster_size"].into_iter().filter(|field| call.body.contains_key(*field)).collect();
    let [field] = given[..] else {
        return Err(ApiError::constraint("version", "exactly one of version, node_type and cluster_size is expected"));
    };
    let value = call.value(field, Value::Null);
    let mut then = json!({ field: value });
    if field == "cluster_size" {
        let (old, new) = (call.find(&CLUSTER, &id)?.fields["cluster_size"].as_u64(), value.as_u64());
        if old == Some(1) || new < old {
            return Err(ApiError::constraint("cluster_size", "the cluster cannot be migrated to this number of nodes"));
        }
        let specs: Vec<Value> = current(call, &id)?.iter().map(specification).collect();
        release(call, &id)?;
        then["endpoints"] = json!(endpoints(call, &id, &specs, new.unwrap_or(1))?);
    }
    provision(call, &id, then)?;
    call.shown(&CLUSTER, &id)
}

fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CLUSTER, &id)?;
    release(call, &id)?;
    plain::delete(call, CLUSTER.plain())
}

fn set_rules(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let rules = rules(call);
    call.change(&CLUSTER, &id)?.fields.insert("acl_rules".to_owned(), rules.clone());
    provision(call, &id, json!({}))?;
    Ok(json!({ "acl_rules": rules }))
}

fn set_settings(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let settings = call.value("settings", json!([]));
    call.change(&CLUSTER, &id)?.fields.insert("cluster_settings".to_owned(), settings.clone());
    provision(call, &id, json!({}))?;
    Ok(json!({ "settings": settings }))
}

/// Replaces all endpoints.
fn set_endpoints(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let specs = specs(call)?;
    let size = call.find(&CLUSTER, &id)?.fields["cluster_size"].as_u64().unwrap_or(1);
    release(call, &id)?;
    let endpoints = endpoints(call, &id, &specs, size)?;
    call.change(&CLUSTER, &id)?.fields.insert("endpoints".to_owned(), json!(endpoints));
    provision(call, &id, json!({}))?;
    Ok(json!({ "endpoints": endpoints }))
}

/// As recorded: a file in base64. It is not a valid certificate.
fn certificate(call: &mut ReadCall<'_>) -> Handled {
    let cluster = call.find(&CLUSTER, &call.parameter("cluster_id"))?;
    if cluster.fields["tls_enabled"] != json!(true) {
        return Err(ApiError::precondition("resource_not_usable", "the cluster has no certificate"));
    }
    let renewals = renewals(cluster);
    let body = STANDARD.encode(format!("certificate {renewals} of {}", cluster.id));
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    Ok(json!({
        "name": "ssl_certificate",
        "content_type": "application/x-pem-file",
        "content": STANDARD.encode(pem),
    }))
}

/// Not recorded: the cluster stays ready, as a database instance does.
fn renew_certificate(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let cluster = call.change(&CLUSTER, &id)?;
    let renewed = renewals(cluster) + 1;
    cluster.hidden.insert("certificate_renewals".to_owned(), json!(renewed));
    call.shown(&CLUSTER, &id)
}

/// The number of renewals of the certificate.
fn renewals(cluster: &Object) -> u64 {
    cluster.hidden.get("certificate_renewals").and_then(Value::as_u64).unwrap_or_default()
}

/// The specifications of the request; the default is a public endpoint. Their private networks must exist.
fn specs(call: &mut Call<'_>) -> Result<Vec<Value>, ApiError> {
    let specs = match call.value("endpoints", json!([])) {
        Value::Array(specs) if !specs.is_empty() => specs,
        _ => vec![json!({ "public_network": {} })],
    };
    for network in specs.iter().filter_map(|spec| spec["private_network"]["id"].as_str()) {
        in_region(call, |call| call.find(&PRIVATE_NETWORK, network).map(|_| ()))?;
    }
    Ok(specs)
}

/// The endpoints of specifications: in a private network with one address for each node. As recorded, an address outside of
/// all subnets is accepted, and IPAM does not have it.
fn endpoints(call: &mut Call<'_>, cluster: &str, specs: &[Value], size: u64) -> Result<Vec<Value>, ApiError> {
    let name = call.find(&CLUSTER, cluster)?.text("name").to_owned();
    let holder = Holder { kind: "redis_cluster", id: cluster, name: &name, tags: TAGS };
    let mut endpoints = Vec::new();
    for spec in specs {
        let id = call.world.uuid();
        let Some(network) = spec["private_network"]["id"].as_str() else {
            let (a, b) = (call.world.rng.u8(..), call.world.rng.u8(1..255));
            let address = format!("51.159.{a}.{b}");
            endpoints.push(json!({ "id": id, "ips": [address], "port": PORT, "public_network": {} }));
            continue;
        };
        let requested: Vec<String> = strings(&spec["private_network"]["service_ips"]);
        let addresses: Vec<String> = in_region(call, |call| {
            if requested.is_empty() {
                return (0..size).map(|_| ipam::assign(call, network, None, &holder)).collect();
            }
            let assigned = requested.iter().map(|address| {
                if !ipam::has_block_for(call, network, address) {
                    return Ok(address.clone());
                }
                ipam::assign(call, network, address.split('/').next(), &holder)
            });
            assigned.collect::<Result<_, ApiError>>()
        })?;
        let ips: Vec<&str> = addresses.iter().map(|address| address.split('/').next().unwrap_or(address)).collect();
        endpoints.push(json!({
            "id": id,
            "ips": ips,
            "port": PORT,
            "private_network": {
                "id": network,
                "provisioning_mode": if requested.is_empty() { "ipam" } else { "static" },
                "service_ips": addresses,
                "zone": call.locality(),
            },
        }));
    }
    Ok(endpoints)
}

/// The specification that an endpoint was created from.
fn specification(endpoint: &Value) -> Value {
    let network = &endpoint["private_network"];
    match network["id"].as_str() {
        None => json!({ "public_network": {} }),
        Some(id) if network["provisioning_mode"] == "static" => {
            json!({ "private_network": { "id": id, "service_ips": network["service_ips"] } })
        }
        Some(id) => json!({ "private_network": { "id": id, "ipam_config": {} } }),
    }
}

/// Detaches the addresses of all endpoints in private networks.
fn release(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    for endpoint in current(call, id)? {
        for address in strings(&endpoint["private_network"]["service_ips"]) {
            in_region(call, |call| ipam::unassign_address(call, id, &address));
        }
    }
    Ok(())
}

fn current(call: &Call<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    let endpoints = call.find(&CLUSTER, id)?.fields.get("endpoints");
    Ok(endpoints.and_then(Value::as_array).cloned().unwrap_or_default())
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The rules of the request, with IDs.
fn rules(call: &mut Call<'_>) -> Value {
    let mut rules = call.value("acl_rules", json!([]));
    for rule in rules.as_array_mut().into_iter().flatten() {
        let description = rule["description"].as_str().unwrap_or_default();
        *rule = json!({ "id": call.world.uuid(), "ip_cidr": rule["ip_cidr"], "description": description });
    }
    rules
}

/// The cluster is `provisioning` for some time, and then has these fields.
fn provision(call: &mut Call<'_>, id: &str, mut then: Value) -> Result<(), ApiError> {
    then["status"] = json!("ready");
    let time = call.timestamp();
    call.change(&CLUSTER, id)?.fields.insert("updated_at".to_owned(), json!(time));
    call.transition(&CLUSTER, id, "provisioning", then)
}
