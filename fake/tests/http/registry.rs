//! Registry namespaces, as recorded.

use std::time::Duration;

use scaleway_fake::{DEFAULT_ORGANIZATION, Seed};
use serde_json::json;

use crate::client::{Client, builder, client};

const NAMESPACES: &str = "/registry/v1/regions/fr-par/namespaces";

#[tokio::test]
async fn lifecycle_of_a_namespace_is_as_recorded() {
    let client = client().await;
    let body = json!({ "name": "main", "description": "", "project_id": DEFAULT_ORGANIZATION, "is_public": false });
    let created = client.good(&format!("POST {NAMESPACES}"), body).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "created_at": "2026-07-17T09:50:00.638933292Z", "description": "", "endpoint": "rg.fr-par.scw.cloud/main",
        "id": id, "image_count": 0, "is_public": false, "name": "main", "organization_id": DEFAULT_ORGANIZATION,
        "project_id": DEFAULT_ORGANIZATION, "region": "fr-par", "size": 0, "status": "ready", "status_message": "",
        "updated_at": "2026-07-17T09:50:00.638933292Z",
    });
    assert_eq!(created, expected);

    let one = format!("{NAMESPACES}/{id}");
    let (_, read) = client.call(&format!("GET {one}")).await;
    assert_eq!(read["created_at"], "2026-07-17T09:50:00.638933Z");

    client.fake.clock().advance(Duration::from_secs(2));
    let patched = client.good(&format!("PATCH {one}"), json!({ "description": "new", "is_public": null })).await;
    assert_eq!(patched["description"], "new");
    assert_eq!(patched["is_public"], false);
    assert_eq!(patched["updated_at"], "2026-07-17T09:50:02.638933292Z");
    assert_eq!(patched["created_at"], "2026-07-17T09:50:00.638933Z");

    let (status, deleted) = client.call(&format!("DELETE {one}")).await;
    assert_eq!((status, &deleted["status"]), (200, &json!("deleting")));
    let gone = (404, json!({ "message": "Namespace was not found" }));
    assert_eq!(client.call(&format!("GET {one}")).await, gone);
    assert_eq!(client.call(&format!("DELETE {one}")).await, gone);
}

#[tokio::test]
async fn namespace_is_deleting_for_the_duration_of_transient_statuses() {
    let client = Client::of(builder().settle(Duration::from_secs(5))).await;
    let created = client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    let one = format!("{NAMESPACES}/{}", created["id"].as_str().unwrap());
    client.call(&format!("DELETE {one}")).await;
    client.fake.clock().advance(Duration::from_millis(4999));
    assert_eq!(client.call(&format!("GET {one}")).await.1["status"], "deleting");
    let (status, error) = client.call_with(&format!("PATCH {one}"), json!({ "description": "late" })).await;
    assert_eq!((status, &error["current_state"]), (409, &json!("deleting")));
    client.fake.clock().advance(Duration::from_millis(1));
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
}

#[tokio::test]
async fn name_is_unique_in_each_region() {
    let client = client().await;
    client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    let (status, error) = client.call_with(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    assert_eq!((status, &error["type"]), (409, &json!("already_exists")));
    client.good("POST /registry/v1/regions/nl-ams/namespaces", json!({ "name": "main" })).await;
}

#[tokio::test]
async fn tag_of_an_image_is_found_by_its_name() {
    let image = "5ca1e3a7-fa4e-4000-8000-000000000012";
    let tag = json!({ "image_id": image, "name": "latest", "digest": "sha256:96e9", "status": "ready" });
    let seed = json!({ "objects": [
        { "kind": "registry/image", "locality": "fr-par", "id": image, "fields": { "name": "web" } },
        { "kind": "registry/tag", "locality": "fr-par", "id": "5ca1e3a7-fa4e-4000-8000-000000000014", "fields": tag },
    ] });
    let client = Client::of(builder().seed(Seed::parse(&seed.to_string()).unwrap())).await;
    let tags = format!("/registry/v1/regions/fr-par/images/{image}/tags");
    let (_, found) = client.call(&format!("GET {tags}?name=latest")).await;
    assert_eq!((&found["total_count"], &found["tags"][0]["digest"]), (&json!(1), &json!("sha256:96e9")));
    assert_eq!(client.call(&format!("GET {tags}?name=other")).await.1["total_count"], 0);
    let one = format!("/registry/v1/regions/fr-par/tags/{}", found["tags"][0]["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("GET {one}")).await.1["name"], "latest");
    assert_eq!(client.call("GET /registry/v1/regions/fr-par/images/nothing/tags").await.0, 404);
}
