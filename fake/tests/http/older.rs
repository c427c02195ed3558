//! Namespaces, containers and their parts in the older version of the API: the objects of the newer version under other names.

use serde_json::{Value, json};

use crate::client::{Client, client};

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

/// A namespace, and a container in it.
async fn container(client: &Client) -> (Value, Value) {
    let namespace = client.good(&format!("POST {OLDER}/namespaces"), json!({ "name": "apps" })).await;
    let body = json!({ "namespace_id": namespace["id"], "name": "web", "registry_image": "nginx" });
    let container = client.good(&format!("POST {OLDER}/containers"), body).await;
    (namespace, container)
}

#[tokio::test]
async fn container_is_updated_deployed_listed_and_deleted() {
    let client = client().await;
    let (namespace, created) = container(&client).await;
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

#[tokio::test]
async fn crons_and_triggers_of_the_older_version_are_triggers_of_the_newer_version() {
    let client = client().await;
    let (namespace, container) = container(&client).await;
    let container = container["id"].clone();
    let body = json!({ "container_id": container, "schedule": "0 1 * * *", "args": { "job": "clean" } });
    let cron = client.good(&format!("POST {OLDER}/crons"), body).await;
    let one = format!("{OLDER}/crons/{}", cron["id"].as_str().unwrap());
    let (_, newer) = client.call(&format!("GET {NEWER}/triggers/{}", cron["id"].as_str().unwrap())).await;
    assert_eq!([&newer["cron_config"]["body"], &newer["source_type"]], [r#"{"job":"clean"}"#, "cron"]);
    let updated = client.good(&format!("PATCH {one}"), json!({ "schedule": "0 2 * * *", "name": "nightly" })).await;
    assert_eq!(updated["status"], "pending");
    let (_, read) = client.call(&format!("GET {one}")).await;
    let shown = json!({
        "id": cron["id"], "container_id": container, "name": "nightly", "schedule": "0 2 * * *",
        "args": { "job": "clean" }, "status": "ready",
    });
    assert_eq!(read, shown);

    let queue = json!({ "mnq_project_id": "p", "mnq_region": "nl-ams", "queue": "orders" });
    let body = json!({ "container_id": container, "name": "orders", "scw_sqs_config": queue });
    let trigger = client.good(&format!("POST {OLDER}/triggers"), body).await;
    assert_eq!([&trigger["input_type"], &trigger["scw_sqs_config"]["queue"]], ["scw_sqs", "orders"]);
    let id = trigger["id"].as_str().unwrap();
    let (_, newer) = client.call(&format!("GET {NEWER}/triggers/{id}")).await;
    assert_eq!(newer["sqs_config"]["queue_url"], "https://sqs.mnq.nl-ams.scaleway.com/project-p/orders");
    let own =
        json!({ "access_key": "a", "secret_key": "hidden", "endpoint": "https://sqs.example.org", "queue_url": "q" });
    let body = json!({ "container_id": container, "name": "own", "sqs_config": own });
    let other = client.good(&format!("POST {OLDER}/triggers"), body).await;
    assert_eq!([&other["sqs_config"]["access_key"], &other["sqs_config"]["secret_key"]], ["a", ""]);
    let change = json!({ "description": "d", "sqs_config": { "access_key": "b", "secret_key": "c" } });
    let changed = format!("PATCH {OLDER}/triggers/{}", other["id"].as_str().unwrap());
    assert_eq!(client.good(&changed, change).await["sqs_config"]["access_key"], "b");
    let (status, _) = client.call_with(&format!("PATCH {OLDER}/triggers/{id}"), json!({ "sqs_config": {} })).await;
    assert_eq!(status, 400);
    let two = json!({ "container_id": container, "name": "two", "sqs_config": own, "scw_sqs_config": queue });
    assert_eq!(client.call_with(&format!("POST {OLDER}/triggers"), two).await.0, 400);

    for (list, filter, names) in [
        ("crons", format!("container_id={}", container.as_str().unwrap()), json!(["nightly"])),
        ("triggers", format!("namespace_id={}", namespace["id"].as_str().unwrap()), json!(["orders", "own"])),
        ("triggers", "namespace_id=11111111-1111-1111-1111-111111111111".to_owned(), json!([])),
    ] {
        let (_, listed) = client.call(&format!("GET {OLDER}/{list}?{filter}")).await;
        let found: Vec<_> = listed[list].as_array().unwrap().iter().map(|found| found["name"].clone()).collect();
        assert_eq!(json!(found), names, "{list}");
    }
    assert_eq!(client.call(&format!("GET {OLDER}/crons/{id}")).await.1["resource"], "cron");
    assert_eq!(client.call(&format!("DELETE {OLDER}/triggers/{id}")).await.1["status"], "deleting");
    assert_eq!(client.call(&format!("DELETE {one}")).await.1["status"], "deleting");
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
}

#[tokio::test]
async fn domain_of_the_older_version_is_the_one_of_the_newer_version() {
    let client = client().await;
    let container = container(&client).await.1["id"].clone();
    let body = json!({ "container_id": container, "hostname": "www.example.org" });
    let created = client.good(&format!("POST {OLDER}/domains"), body).await;
    assert_eq!([&created["status"], &created["url"]], ["creating", "https://www.example.org"]);
    let id = created["id"].as_str().unwrap();
    assert_eq!(client.call(&format!("GET {OLDER}/domains/{id}")).await.1["status"], "ready");
    assert_eq!(client.call(&format!("GET {NEWER}/domains/{id}")).await.1["hostname"], "www.example.org");
    assert_eq!(client.call(&format!("GET {OLDER}/domains")).await.1["domains"][0]["id"], id);
    assert_eq!(client.call(&format!("DELETE {OLDER}/domains/{id}")).await.1["status"], "deleting");
    assert_eq!(client.call(&format!("GET {OLDER}/domains/{id}")).await.0, 404);
}
