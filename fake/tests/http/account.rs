//! Projects, as recorded.

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::client;

#[tokio::test]
async fn lifecycle_of_a_project_is_as_recorded() {
    let client = client().await;
    let body = json!({ "name": "staging", "organization_id": DEFAULT_ORGANIZATION, "description": "a description" });
    let created = client.good("POST /account/v3/projects", body).await;
    let id = created["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "name": "staging", "organization_id": DEFAULT_ORGANIZATION, "description": "a description",
        "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z",
        "qualification": null, "status": "active", "srn": format!("srn://account.scw.eu/projects/{id}"),
    });
    assert_eq!(created, expected);

    let one = format!("/account/v3/projects/{id}");
    let (_, read) = client.call(&format!("GET {one}")).await;
    assert_eq!(read["qualification"], json!({ "architecture_type": "unknown_architecture_type" }));
    let patched = client.good(&format!("PATCH {one}"), json!({ "name": "staging-2" })).await;
    assert_eq!((&patched["name"], &patched["description"]), (&json!("staging-2"), &json!("a description")));

    assert_eq!(client.call(&format!("DELETE {one}")).await, (204, Value::Null));
    let deleted =
        json!({ "message": "resource is not found", "resource": "project_id", "resource_id": id, "type": "not_found" });
    assert_eq!(client.call(&format!("GET {one}")).await, (404, deleted));
}

#[tokio::test]
async fn project_with_resources_is_not_deleted() {
    let client = client().await;
    let project = client.good("POST /account/v3/projects", json!({ "name": "staging" })).await;
    let one = format!("/account/v3/projects/{}", project["id"].as_str().unwrap());
    let body = json!({ "name": "main", "project_id": project["id"] });
    let namespace = client.good("POST /registry/v1/regions/fr-par/namespaces", body).await;

    let (status, error) = client.call(&format!("DELETE {one}")).await;
    assert_eq!((status, &error["precondition"]), (412, &json!("resource_not_usable")));
    client.call(&format!("DELETE /registry/v1/regions/fr-par/namespaces/{}", namespace["id"].as_str().unwrap())).await;
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
}

#[tokio::test]
async fn create_in_an_unknown_project_is_denied() {
    let client = client().await;
    let body = json!({ "name": "main", "project_id": "5ca1e3a7-fa4e-4000-8000-00000000dead" });
    let (status, error) = client.call_with("POST /registry/v1/regions/fr-par/namespaces", body).await;
    assert_eq!((status, &error["type"]), (403, &json!("permissions_denied")));
}

#[tokio::test]
async fn projects_are_found_by_id_and_name() {
    let client = client().await;
    let a = client.good("POST /account/v3/projects", json!({ "name": "a" })).await;
    let b = client.good("POST /account/v3/projects", json!({ "name": "b" })).await;
    let (a, b) = (a["id"].as_str().unwrap(), b["id"].as_str().unwrap());
    let (_, found) =
        client.call(&format!("GET /account/v3/projects?project_ids={a}&project_ids={b}&order_by=name_desc")).await;
    let names: Vec<_> = found["projects"].as_array().unwrap().iter().map(|project| project["name"].clone()).collect();
    assert_eq!((names, &found["total_count"]), (vec![json!("b"), json!("a")], &json!(2)));
    let (_, found) = client.call("GET /account/v3/projects?name=b").await;
    assert_eq!((&found["projects"][0]["id"], &found["total_count"]), (&json!(b), &json!(1)));
}
