//! Namespaces and containers in the older version of the API: the objects of the newer version under other names.

use serde_json::json;

use crate::client::client;

const OLDER: &str = "/containers/v1beta1/regions/fr-par";
const NEWER: &str = "/containers/v1/regions/fr-par";

#[tokio::test]
async fn container_of_the_older_version_is_the_one_of_the_newer_version() {
    let client = client().await;
    let body = json!({ "name": "apps", "secret_environment_variables": [{ "key": "TOKEN", "value": "secret" }] });
    let namespace = client.good(&format!("POST {OLDER}/namespaces"), body).await;
    assert_eq!(namespace["secret_environment_variables"][0]["key"], "TOKEN");
    assert!(namespace["secret_environment_variables"][0]["hashed_value"].as_str().unwrap().starts_with("$argon2id$"));
    let body = json!({
        "namespace_id": namespace["id"], "name": "web", "memory_limit": 1024, "cpu_limit": 560, "max_concurrency": 8,
        "http_option": "redirected", "health_check": { "tcp": {}, "failure_threshold": 3, "interval": "5s" },
    });
    let created = client.good(&format!("POST {OLDER}/containers"), body).await;
    assert_eq!(created["status"], "creating");
    let one = format!("containers/{}", created["id"].as_str().unwrap());
    let (_, older) = client.call(&format!("GET {OLDER}/{one}")).await;
    let (_, newer) = client.call(&format!("GET {NEWER}/{one}")).await;
    for (field, value) in [
        ("status", json!("ready")),
        ("memory_limit", json!(1024)),
        ("local_storage_limit", json!(1000)),
        ("cpu_limit", json!(560)),
        ("max_concurrency", json!(8)),
        ("registry_image", json!("rg.fr-par.scw.cloud/apps/web:latest")),
        ("http_option", json!("redirected")),
        ("health_check", json!({ "tcp": {}, "failure_threshold": 3, "interval": "5s" })),
        ("ready_at", newer["updated_at"].clone()),
    ] {
        assert_eq!(older[field], value, "{field}");
    }
    assert_eq!(newer["public_endpoint"], format!("https://{}", older["domain_name"].as_str().unwrap()));
    let limits = [&newer["memory_limit_bytes"], &newer["mvcpu_limit"], &newer["https_connections_only"]];
    assert_eq!(limits, [&json!(1_024_000_000), &json!(560), &json!(true)]);
}

#[tokio::test]
async fn container_is_updated_deployed_listed_and_deleted() {
    let client = client().await;
    let namespace = client.good(&format!("POST {OLDER}/namespaces"), json!({ "name": "apps" })).await;
    let body = json!({ "namespace_id": namespace["id"], "name": "web", "registry_image": "nginx" });
    let created = client.good(&format!("POST {OLDER}/containers"), body).await;
    let one = format!("{OLDER}/containers/{}", created["id"].as_str().unwrap());
    let change = json!({ "http_option": "redirected", "registry_image": "nginx:2", "redeploy": true });
    let updated = client.good(&format!("PATCH {one}"), change).await;
    assert_eq!([&updated["status"], &updated["registry_image"]], ["pending", "nginx:2"]);
    assert_eq!(client.call(&format!("POST {one}/deploy")).await.1["status"], "pending");
    let listed = format!("GET {OLDER}/containers?namespace_id={}", namespace["id"].as_str().unwrap());
    let (_, listed) = client.call(&listed).await;
    assert_eq!([&listed["total_count"], &listed["containers"][0]["http_option"]], [&json!(1), &json!("redirected")]);
    assert_eq!(client.call(&format!("DELETE {one}")).await.1["status"], "deleting");
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    let one = format!("{OLDER}/namespaces/{}", namespace["id"].as_str().unwrap());
    let tags = client.good(&format!("PATCH {one}"), json!({ "tags": ["a"] })).await;
    assert_eq!(tags["tags"], json!(["a"]));
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 200);
    assert_eq!(client.call(&format!("GET {OLDER}/namespaces")).await.1["total_count"], 0);
}
