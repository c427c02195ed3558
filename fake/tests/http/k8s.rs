//! Kubernetes clusters, pools, nodes and access rules, as recorded.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const REGION: &str = "/k8s/v1/regions/fr-par";

async fn cluster(client: &Client, more: Value) -> Value {
    let mut inputs = json!({ "name": "c", "type": "", "version": "1.35.3", "cni": "cilium" });
    inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.good(&format!("POST {REGION}/clusters"), inputs).await
}

async fn read(client: &Client, path: &str) -> Value {
    client.call(&format!("GET {REGION}/{path}")).await.1
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn pool(name: &str, size: u64) -> Value {
    json!({ "name": name, "node_type": "DEV1_M", "size": size, "zone": "fr-par-1" })
}

#[tokio::test]
async fn a_shared_cluster_requires_a_pool_and_is_ready_with_one() {
    let client = Client::of(builder().settle(Duration::from_secs(10))).await;
    let network = client.good("POST /vpc/v2/regions/fr-par/private-networks", json!({ "name": "n" })).await;
    let created =
        cluster(&client, json!({ "private_network_id": network["id"], "auto_upgrade": { "enable": true } })).await;
    assert_eq!((&created["status"], &created["type"]), (&json!("creating"), &json!("kapsule")));
    assert_eq!(
        created["auto_upgrade"],
        json!({ "enabled": true, "maintenance_window": { "start_hour": 0, "day": "any" } })
    );
    assert_eq!(created["autoscaler_config"]["expendable_pods_priority_cutoff"], -10);
    let pools = format!("POST {REGION}/clusters/{}/pools", id(&created));
    assert_eq!(client.call_with(&pools, pool("p", 2)).await.0, 409);
    client.fake.clock().advance(Duration::from_secs(10));
    let path = format!("clusters/{}", id(&created));
    assert_eq!(read(&client, &path).await["status"], "pool_required");
    let new = client.good(&pools, pool("p", 2)).await;
    assert_eq!(
        (&new["status"], &new["version"], &new["node_type"]),
        (&json!("scaling"), &json!("1.35.3"), &json!("dev1_m"))
    );
    assert_eq!(client.call_with(&pools, pool("p", 1)).await.0, 409, "the name is in use");
    client.fake.clock().advance(Duration::from_secs(10));
    assert_eq!(
        (&read(&client, &path).await["status"], &read(&client, &format!("pools/{}", id(&new))).await["status"]),
        (&json!("ready"), &json!("ready"))
    );
    let nodes = read(&client, &format!("{path}/nodes?pool_id={}", id(&new))).await;
    assert_eq!(nodes["total_count"], 2);
    let held = format!(
        "GET /ipam/v1/regions/fr-par/ips?private_network_id={}&resource_type=instance_private_nic",
        id(&network)
    );
    let names = |list: &Value, path: &str| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|one| one.pointer(path).unwrap().as_str().unwrap().to_owned()).collect()
    };
    let addresses = client.call(&held).await.1;
    assert_eq!(names(&addresses["ips"], "/resource/name"), names(&nodes["nodes"], "/name"));
    assert_eq!(client.call(&format!("DELETE {REGION}/pools/{}", id(&new))).await.1["status"], "deleting");
    client.fake.clock().advance(Duration::from_secs(10));
    assert_eq!(read(&client, &path).await["status"], "pool_required");
    assert_eq!(client.call(&held).await.1["total_count"], 0);
}

#[tokio::test]
async fn a_cluster_is_upgraded_before_its_pools() {
    let client = Client::of(builder().settle(Duration::from_secs(10))).await;
    let created = cluster(&client, json!({ "type": "kapsule-dedicated-4" })).await;
    client.fake.clock().advance(Duration::from_secs(10));
    let path = format!("clusters/{}", id(&created));
    assert_eq!(read(&client, &path).await["status"], "ready", "a dedicated control plane requires no pool");
    let own = client.good(&format!("POST {REGION}/{path}/pools"), pool("p", 1)).await;
    client.fake.clock().advance(Duration::from_secs(10));
    let upgraded = client
        .good(&format!("POST {REGION}/{path}/upgrade"), json!({ "version": "1.36.1", "upgrade_pools": true }))
        .await;
    assert_eq!((&upgraded["version"], &upgraded["status"]), (&json!("1.36.1"), &json!("updating")));
    assert_eq!(read(&client, &format!("pools/{}", id(&own))).await["status"], "upgrading");
    client.fake.clock().advance(Duration::from_secs(10));
    assert_eq!(read(&client, &format!("pools/{}", id(&own))).await["version"], "1.36.1");
    for (call, body) in [("upgrade", json!({ "version": "1.35.3" })), ("set-type", json!({ "type": "kapsule" }))] {
        assert_eq!(client.call_with(&format!("POST {REGION}/{path}/{call}"), body).await.0, 400, "{call}");
    }
    let types = read(&client, &format!("{path}/available-types")).await;
    assert_eq!((&types["total_count"], &types["cluster_types"][0]["name"]), (&json!(2), &json!("kapsule-dedicated-8")));
}

#[tokio::test]
async fn parts_of_a_request_change_parts_of_a_cluster_and_of_a_pool() {
    let client = client().await;
    let created = cluster(&client, json!({ "autoscaler_config": { "log_level": 4 } })).await;
    let path = format!("clusters/{}", id(&created));
    let changed = client
        .good(
            &format!("PATCH {REGION}/{path}"),
            json!({ "auto_upgrade": { "enable": true }, "autoscaler_config": { "expander": "price" } }),
        )
        .await;
    assert_eq!((&changed["status"], &changed["autoscaler_config"]["log_level"]), (&json!("updating"), &json!(4)));
    let own = client.good(&format!("POST {REGION}/{path}/pools"), pool("p", 3)).await;
    let smaller = json!({ "size": 1, "upgrade_policy": { "max_surge": 2 } });
    let changed = client.good(&format!("PATCH {REGION}/pools/{}", id(&own)), smaller).await;
    assert_eq!(changed["upgrade_policy"], json!({ "max_surge": 2, "max_unavailable": 1 }));
    assert_eq!(read(&client, &format!("{path}/nodes")).await["total_count"], 1);
    client.good(&format!("PUT {REGION}/pools/{}/set-labels", id(&own)), json!({ "labels": { "a": "b" } })).await;
    assert_eq!(read(&client, &format!("pools/{}", id(&own))).await["labels"], json!({ "a": "b" }));
    let old = read(&client, &format!("{path}/kubeconfig")).await;
    assert_eq!(old["name"], "kubeconfig");
    let reset = client.call_with(&format!("POST {REGION}/{path}/reset-admin-token"), json!({})).await;
    assert_eq!(reset.0, 204);
    assert_ne!(read(&client, &format!("{path}/kubeconfig")).await["content"], old["content"], "the token is replaced");
    let nodes = read(&client, &format!("{path}/nodes")).await;
    let node = format!("{REGION}/nodes/{}", id(&nodes["nodes"][0]));
    assert_eq!(client.good(&format!("POST {node}/reboot"), json!({})).await["id"], nodes["nodes"][0]["id"]);
}

#[tokio::test]
async fn acl_rules_are_replaced_together_and_listed_by_ip() {
    let client = client().await;
    let created = cluster(&client, json!({})).await;
    let path = format!("clusters/{}/acls", id(&created));
    let rules = json!({ "acls": [{ "ip": "203.0.113.0/24", "description": "b" }, { "scaleway_ranges": true, "description": "c" }, { "ip": "198.51.100.0/24" }] });
    client.good(&format!("PUT {REGION}/{path}"), rules).await;
    let listed = read(&client, &path).await;
    assert_eq!((&listed["total_count"], &listed["rules"][1]["ip"]), (&json!(3), &json!("198.51.100.0/24")));
    client.good(&format!("PUT {REGION}/{path}"), json!({ "acls": [] })).await;
    assert_eq!(read(&client, &path).await["total_count"], 0);
}

#[tokio::test]
async fn versions_are_listed_from_the_newest() {
    let client = client().await;
    let listed = read(&client, "versions").await;
    assert_eq!(listed["versions"][0], read(&client, "versions/1.36.1").await);
    let (status, missing) = client.call(&format!("GET {REGION}/versions/1.1.1")).await;
    assert_eq!((status, &missing["resource"]), (404, &json!("version")));
}
