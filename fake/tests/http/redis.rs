//! Redis clusters, as recorded.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const CLUSTERS: &str = "/redis/v1/zones/fr-par-1/clusters";

async fn cluster(client: &Client, more: Value) -> Value {
    let mut inputs =
        json!({ "name": "c", "version": "7.2.11", "node_type": "RED1-XS", "user_name": "u", "password": "Made-up-1" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = client.good(&format!("POST {CLUSTERS}"), inputs).await;
    client.call(&format!("GET {CLUSTERS}/{}", created["id"].as_str().unwrap())).await.1
}

#[tokio::test]
async fn a_public_endpoint_has_an_address_when_the_cluster_is_ready() {
    let client = Client::of(builder().settle(Duration::from_secs(10))).await;
    let waiting = cluster(&client, json!({ "acl_rules": [{ "ip_cidr": "192.0.2.0/24", "description": "d" }] })).await;
    assert_eq!((&waiting["status"], &waiting["endpoints"][0]["ips"]), (&json!("provisioning"), &json!([])));
    assert_eq!((&waiting["updated_at"], &waiting["cluster_size"]), (&Value::Null, &json!(1)));
    assert!(waiting["acl_rules"][0]["id"].is_string() && waiting.get("password").is_none());
    let path = format!("{CLUSTERS}/{}", waiting["id"].as_str().unwrap());
    assert_eq!(client.call_with(&format!("PATCH {path}"), json!({ "name": "d" })).await.0, 409);
    client.fake.clock().advance(Duration::from_secs(10));
    let ready = client.call(&format!("GET {path}")).await.1;
    assert_eq!((&ready["status"], ready["endpoints"][0]["ips"].as_array().unwrap().len()), (&json!("ready"), 1));
    assert_eq!(client.call_with(&format!("PATCH {path}"), json!({ "password": "made-up" })).await.0, 400);
    let changed = client.good(&format!("PATCH {path}"), json!({ "password": "Made-up-2" })).await;
    assert_eq!(changed["status"], "provisioning");
}

#[tokio::test]
async fn each_node_has_an_address_in_a_private_network_until_the_cluster_is_deleted() {
    let client = client().await;
    let network = client.good("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "n" })).await;
    let spec = json!([{ "private_network": { "id": network["id"], "ipam_config": {} } }]);
    let own = cluster(&client, json!({ "cluster_size": 3, "tls_enabled": true, "endpoints": spec })).await;
    assert_eq!(own["endpoints"][0]["private_network"]["service_ips"].as_array().unwrap().len(), 3);
    let id = own["id"].as_str().unwrap();
    let held = format!("GET /ipam/v1/regions/fr-par/ips?resource_id={id}&resource_type=redis_cluster");
    assert_eq!(client.call(&held).await.1["total_count"], 3);
    let migrate = format!("POST {CLUSTERS}/{id}/migrate");
    assert_eq!(client.call_with(&migrate, json!({ "cluster_size": 2 })).await.0, 400);
    assert_eq!(client.call_with(&migrate, json!({ "cluster_size": 5, "version": "8" })).await.0, 400);
    client.good(&migrate, json!({ "cluster_size": 5 })).await;
    assert_eq!(client.call(&held).await.1["total_count"], 5);
    let certificate = format!("GET {CLUSTERS}/{id}/certificate");
    let old = client.call(&certificate).await.1;
    assert_eq!(old["name"], "ssl_certificate");
    client.good(&format!("POST {CLUSTERS}/{id}/renew-certificate"), json!({})).await;
    assert_ne!(client.call(&certificate).await.1["content"], old["content"]);
    let public = client
        .good(&format!("PUT {CLUSTERS}/{id}/endpoints"), json!({ "endpoints": [{ "public_network": {} }] }))
        .await;
    assert!(public["endpoints"][0]["public_network"].is_object());
    assert_eq!(client.call(&held).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("DELETE {CLUSTERS}/{id}")).await.1["status"], "deleting");
    let (status, gone) = client.call(&format!("GET {CLUSTERS}/{id}")).await;
    assert_eq!((status, &gone["resource"]), (404, &json!("cluster")));
}

#[tokio::test]
async fn rules_and_settings_are_replaced_as_a_whole() {
    let client = client().await;
    let own = cluster(&client, json!({ "cluster_settings": [{ "name": "maxclients", "value": "1" }] })).await;
    let path = format!("{CLUSTERS}/{}", own["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("GET {path}/certificate")).await.0, 412, "TLS is disabled");
    client.good(&format!("PUT {path}/settings"), json!({ "settings": [{ "name": "databases", "value": "2" }] })).await;
    client
        .good(&format!("PUT {path}/acls"), json!({ "acl_rules": [{ "ip_cidr": "192.0.2.1/32", "description": "" }] }))
        .await;
    let read = client.call(&format!("GET {path}")).await.1;
    assert_eq!(read["cluster_settings"], json!([{ "name": "databases", "value": "2" }]));
    assert_eq!(read["acl_rules"][0]["ip_cidr"], "192.0.2.1/32");
}
