//! Functions, and uploads of their code.

use std::time::Duration;

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const FUNCTIONS: &str = "/functions/v1beta1/regions/fr-par/functions";
const NAMESPACES: &str = "/functions/v1beta1/regions/fr-par/namespaces";
const KIND: &str = "application/octet-stream";

/// Longer than all transient statuses in this file.
const SETTLED: Duration = Duration::from_secs(6);

async fn function(client: &Client) -> String {
    let body = json!({ "name": "jobs", "environment_variables": {}, "secret_environment_variables": [], "tags": null });
    let namespace = client.good(&format!("POST {NAMESPACES}"), body).await["id"].clone();
    client.fake.clock().advance(SETTLED);
    let body = json!({
        "name": "resize", "namespace_id": namespace, "runtime": "python313", "handler": "handler.handle", "privacy": "private",
        "sandbox": "unknown_sandbox", "secret_environment_variables": [], "tags": null,
    });
    let created = client.good(&format!("POST {FUNCTIONS}"), body).await;
    assert_eq!((&created["status"], &created["memory_limit"]), (&json!("created"), &json!(256)));
    format!("{FUNCTIONS}/{}", created["id"].as_str().unwrap())
}

/// Uploads code; returns the HTTP status.
async fn upload(client: &Client, one: &str, code: &'static [u8]) -> u16 {
    let answer = client.good(&format!("GET {one}/upload-url?content_length={}", code.len()), Value::Null).await;
    assert_eq!(answer["headers"], json!({ "content-length": [code.len().to_string()], "content-type": [KIND] }));
    client.upload(answer["url"].as_str().unwrap(), KIND, code).await
}

async fn read(client: &Client, one: &str) -> Value {
    client.call(&format!("GET {one}")).await.1
}

#[tokio::test]
async fn function_is_ready_after_its_code_was_uploaded_and_deployed() {
    let client = client().await;
    let one = function(&client).await;
    assert_eq!(upload(&client, &one, b"PK good").await, 200);
    assert_eq!(read(&client, &one).await["status"], "created", "an upload alone deploys nothing");
    let deployed = client.good(&format!("POST {one}/deploy"), json!({})).await;
    assert_eq!(deployed["status"], "pending");
    assert_eq!(read(&client, &one).await["status"], "ready");
    let changed = client.good(&format!("PATCH {one}"), json!({ "memory_limit": 512 })).await;
    assert_eq!((&changed["status"], &changed["cpu_limit"]), (&json!("pending"), &json!(280)), "a change deploys");
    let changed = client.good(&format!("PATCH {one}"), json!({ "description": "about it" })).await;
    assert_eq!(changed["status"], "ready", "another description is nothing to deploy");
}

#[tokio::test]
async fn function_without_code_or_with_broken_code_ends_in_an_error() {
    let client = client().await;
    let one = function(&client).await;
    client.good(&format!("POST {one}/deploy"), json!({})).await;
    let empty = read(&client, &one).await;
    assert_eq!((&empty["status"], &empty["error_message"]), (&json!("error"), &json!("internal error")));
    let pending = client.good(&format!("POST {one}/deploy"), json!({})).await;
    assert_eq!((&pending["status"], &pending["error_message"]), (&json!("pending"), &Value::Null));
    read(&client, &one).await;
    assert_eq!(upload(&client, &one, b"PK does-not-build").await, 200);
    client.good(&format!("POST {one}/deploy"), json!({})).await;
    let broken = read(&client, &one).await;
    assert_eq!((&broken["status"], &broken["error_message"]), (&json!("error"), &json!("function failed to build")));
    assert!(broken["build_message"].is_string());
    let changed = client.good(&format!("PATCH {one}"), json!({ "max_scale": 3 })).await;
    assert_eq!((&changed["status"], &changed["error_message"]), (&json!("pending"), &Value::Null));
}

#[tokio::test]
async fn upload_url_accepts_only_the_announced_file() {
    let client = client().await;
    let one = function(&client).await;
    let answer = client.good(&format!("GET {one}/upload-url?content_length=7"), Value::Null).await;
    let url = answer["url"].as_str().unwrap();
    assert_eq!(client.upload(url, KIND, b"PK longer").await, 403);
    assert_eq!(client.upload(url, "application/zip", b"PK good").await, 403);
    assert_eq!(client.upload(url.split('?').next().unwrap(), KIND, b"PK good").await, 403);
    assert_eq!(client.upload(url, KIND, b"PK good").await, 200);
    assert_eq!(client.call(&format!("GET {one}/upload-url")).await.0, 400, "the size is required");
}

#[tokio::test]
async fn project_of_a_function_and_of_its_triggers_is_that_of_their_namespace() {
    let client = client().await;
    let one = function(&client).await;
    let shown = read(&client, &one).await;
    let queue = json!({ "queue": "orders", "mnq_project_id": "", "mnq_region": "fr-par" });
    let body = json!({ "function_id": shown["id"], "name": "orders", "scw_sqs_config": queue });
    client.good("POST /functions/v1beta1/regions/fr-par/triggers", body).await;
    let namespace = shown["namespace_id"].as_str().unwrap();
    let other = "5ca1e3a7-fa4e-4000-8000-000000000009";
    for (list, filter, expected) in [
        ("functions", "project_id", DEFAULT_ORGANIZATION),
        ("triggers", "project_id", DEFAULT_ORGANIZATION),
        ("triggers", "namespace_id", namespace),
    ] {
        for (value, count) in [(expected, 1), (other, 0)] {
            let path = format!("/functions/v1beta1/regions/fr-par/{list}?{filter}={value}");
            assert_eq!(client.call(&format!("GET {path}")).await.1["total_count"], count, "{path}");
        }
    }
}

#[tokio::test]
async fn functions_and_their_parts_are_deleted_with_their_namespace() {
    let client = Client::of(builder().settle(Duration::from_secs(5))).await;
    let one = function(&client).await;
    let shown = read(&client, &one).await;
    let body = json!({ "function_id": shown["id"], "schedule": "@daily", "args": {}, "name": "nightly" });
    let cron = client.good("POST /functions/v1beta1/regions/fr-par/crons", body).await;
    let cron = format!("GET /functions/v1beta1/regions/fr-par/crons/{}", cron["id"].as_str().unwrap());
    client.good(&format!("DELETE {NAMESPACES}/{}", shown["namespace_id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(read(&client, &one).await["status"], "deleting");
    assert_eq!(client.call(&cron).await.1["status"], "deleting");
    client.fake.clock().advance(SETTLED);
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    assert_eq!(client.call(&cron).await.0, 404);
}
