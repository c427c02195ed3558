//! Kafka clusters. Code is needed for their endpoints, for their users, which have no IDs, and for the renewal of their certificate
//! authority. The fake runs no brokers.

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::products::{endpoints, users};
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static CLUSTER: Named = Named::new("kafka/cluster");

/// The field of a user with the ID of its cluster.
const PARENT: &str = "cluster_id";

static USER: Kind =
    Kind { id: "", key: &[PARENT, "username"], ..Kind::new("kafka/user", "User", "users", Missing::Labelled("user")) };

pub(crate) static PRODUCT: Product = Product {
    document: "kafka.v1alpha1",
    kinds: &[&USER],
    reads: &[("ListUsers", |call| users::list(call, &CLUSTER, &USER, PARENT))],
    writes: &[
        ("CreateCluster", create),
        ("RenewClusterCertificateAuthority", renew_authority),
        ("UpdateUser", |call| users::update(call, &CLUSTER, &USER, PARENT)),
    ],
};

/// As recorded: the port of every endpoint.
const PORT: u16 = 9092;

/// As recorded: the API does not implement public endpoints.
fn create(call: &mut Call<'_>) -> Handled {
    let specs = call.value("endpoints", json!([]));
    let network = specs[0]["private_network"]["private_network_id"].as_str().map(str::to_owned);
    let Some(network) = network else {
        return Err(ApiError::message(501, "public endpoints are not implemented"));
    };
    call.find(&PRIVATE_NETWORK, &network)?;
    call.body.remove("endpoints");
    let answer = plain::create(call, CLUSTER.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    users::insert_first(call, &USER, PARENT, &id);
    endpoints::insert(call, &CLUSTER, &id, &json!([{ "private_network_id": network }]), endpoint)
}

/// Not recorded. The fake has no certificates.
fn renew_authority(call: &mut Call<'_>) -> Handled {
    call.settled(&CLUSTER, &call.parameter("cluster_id"))?;
    Ok(Value::Null)
}

/// An endpoint in a private network, with a host name for each broker.
fn endpoint(call: &mut Call<'_>, cluster: &str, network: &Value) -> Handled {
    let brokers = call.find(&CLUSTER, cluster)?.fields["node_amount"].as_u64().unwrap_or_default();
    let name = network["private_network_id"].as_str().unwrap_or_default();
    let records: Vec<String> =
        (0..brokers).map(|broker| format!("kafka-{cluster}-broker-{broker}.{name}.internal")).collect();
    Ok(json!({ "id": call.world.uuid(), "dns_records": records, "port": PORT, "private_network": network }))
}
