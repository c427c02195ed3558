//! Exported seeds: a fake that starts with one has the same objects.

use std::time::Duration;

use scaleway_fake::Seed;
use serde_json::{Value, json};

use crate::client::{Client, builder};
use crate::storage::Storage;

const NAMESPACES: &str = "/registry/v1/regions/fr-par/namespaces";

#[tokio::test]
async fn exported_objects_keep_secrets_and_pending_changes() {
    let client = Client::of(builder().settle(Duration::from_mins(1))).await;
    let key = client.good("POST /iam/v1alpha1/api-keys", json!({ "user_id": scaleway_fake::OWNER })).await;
    let created = client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    let one = format!("{NAMESPACES}/{}", created["id"].as_str().unwrap());
    client.call(&format!("DELETE {one}")).await;
    let (_, seed) = client.call("GET /_fake/seed").await;
    let mut other = Client::of(builder().seed(Seed::parse(&seed.to_string()).unwrap())).await;
    assert_eq!(other.call("GET /_fake/seed").await.1, seed);
    assert_eq!(other.fake.snapshot(), client.fake.snapshot());
    key["secret_key"].as_str().unwrap().clone_into(&mut other.token);
    assert_eq!(other.call(&format!("GET {one}")).await.1["status"], "deleting");
    other.fake.clock().advance(Duration::from_mins(1));
    assert_eq!(other.call(&format!("GET {one}")).await.0, 404);
}

#[tokio::test]
async fn exported_buckets_keep_their_configuration_and_content() {
    let storage = Storage::new().await;
    storage.call("PUT /main").await;
    storage.send("PUT /main/one", &[("x-amz-meta-kind", "first")], "content").await;
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    storage.send("PUT /main?tagging", &[], tags).await;
    let seed = storage.fake.to_seed();
    let other = Storage::of(builder().seed(seed)).await;
    let read = other.call("GET /main/one").await;
    assert_eq!(
        (read.status, read.text.as_str(), read.headers["x-amz-meta-kind"].as_bytes()),
        (200, "content", &b"first"[..])
    );
    assert_eq!(other.call("GET /main?tagging").await.element("Key"), "a");
}

#[tokio::test]
async fn running_fake_returns_to_an_exported_seed() {
    let client = crate::client::client().await;
    client.good(&format!("POST {NAMESPACES}"), json!({ "name": "kept" })).await;
    let (_, seed) = client.call("GET /_fake/seed").await;
    client.good(&format!("POST {NAMESPACES}"), json!({ "name": "discarded" })).await;
    assert_eq!(client.call_with("PUT /_fake/seed", seed.clone()).await, (204, Value::Null));
    let (_, listed) = client.call(&format!("GET {NAMESPACES}")).await;
    assert_eq!((&listed["total_count"], &listed["namespaces"][0]["name"]), (&json!(1), &json!("kept")));
    // An invalid seed changes nothing.
    let invalid = json!({ "objects": [{ "kind": "registry/nothing", "id": "n" }] });
    let (status, body) = client.call_with("PUT /_fake/seed", invalid).await;
    assert_eq!((status, body["message"].as_str().unwrap().contains("there is no such kind")), (400, true));
    assert_eq!(client.call("GET /_fake/seed").await.1, seed);
}
