//! Secrets and their versions, as recorded.

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, client};

const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par/secrets";

async fn secret(client: &Client, further: Value) -> (String, Value) {
    let mut body = json!({ "name": "password", "tags": null, "path": "/", "protected": false, "type": "opaque" });
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let created = client.good(&format!("POST {SECRETS}"), body).await;
    (format!("{SECRETS}/{}", created["id"].as_str().unwrap()), created)
}

#[tokio::test]
async fn deleted_secret_can_still_be_read() {
    let client = client().await;
    let (one, created) = secret(&client, json!({})).await;
    let mut expected = json!({
        "id": created["id"], "project_id": DEFAULT_ORGANIZATION, "name": "password", "status": "ready",
        "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z", "tags": [],
        "version_count": 0, "description": "", "managed": false, "type": "opaque", "protected": false, "path": "/",
        "ephemeral_policy": null, "used_by": [], "deletion_requested_at": null, "key_id": null, "region": "fr-par",
        "srn": format!("srn://secret-manager.scw.eu/regions/fr-par/secrets/{}", created["id"].as_str().unwrap()),
    });
    assert_eq!(created, expected);
    assert_eq!(client.call(&format!("DELETE {one}")).await, (204, Value::Null));
    expected["deletion_requested_at"] = json!("2026-07-17T09:50:00.638933Z");
    assert_eq!(client.call(&format!("GET {one}")).await, (200, expected));
    let list = format!("GET {SECRETS}?name=password&order_by=name_asc&type=unknown_type&scheduled_for_deletion=");
    assert_eq!(client.call(&format!("{list}false")).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("{list}true")).await.1["total_count"], 1);
    // The name can be used again.
    let (other, _) = secret(&client, json!({})).await;
    assert_ne!(one, other);
    assert_eq!(client.call_with(&format!("POST {SECRETS}"), json!({ "name": "password" })).await.0, 409);
}

#[tokio::test]
async fn deleted_secret_does_not_prevent_the_delete_of_its_project() {
    let client = client().await;
    let project = client.good("POST /account/v3/projects", json!({ "name": "p" })).await["id"].clone();
    let (one, _) = secret(&client, json!({ "project_id": project })).await;
    let project = format!("/account/v3/projects/{}", project.as_str().unwrap());
    assert_eq!(client.call(&format!("DELETE {project}")).await.0, 412);
    client.call(&format!("DELETE {one}")).await;
    assert_eq!(client.call(&format!("DELETE {project}")).await.0, 204);
}

#[tokio::test]
async fn protected_secret_is_not_deleted() {
    let client = client().await;
    let (one, _) = secret(&client, json!({ "protected": true })).await;
    let error = json!({ "help_message": "cannot delete a protected secret", "precondition": "protected_resource",
        "message": "precondition is not respected", "type": "precondition_failed" });
    assert_eq!(client.call(&format!("DELETE {one}")).await, (412, error));
    let unprotected = client.good(&format!("POST {one}/unprotect"), json!({})).await;
    assert_eq!(unprotected["protected"], false);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
}

#[tokio::test]
async fn slash_at_the_end_of_a_path_is_removed() {
    let client = client().await;
    let (one, _) = secret(&client, json!({})).await;
    for (given, expected) in [("/a/b/", "/a/b"), ("/", "/")] {
        let updated = client.good(&format!("PATCH {one}"), json!({ "path": given })).await;
        assert_eq!(updated["path"], expected);
    }
    assert_eq!(client.call_with(&format!("PATCH {one}"), json!({ "path": "a" })).await.0, 400);
}

#[tokio::test]
async fn versions_are_numbered_and_read_by_number_or_as_latest() {
    let client = client().await;
    let (one, created) = secret(&client, json!({})).await;
    for (number, data) in [(1, "b25l"), (2, "dHdv")] {
        let body = json!({ "data": data, "description": format!("v{number}") });
        let version = client.good(&format!("POST {one}/versions"), body).await;
        let expected = json!({
            "revision": number, "secret_id": created["id"], "status": "enabled", "latest": true, "region": "fr-par",
            "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z",
            "deleted_at": null, "description": format!("v{number}"), "ephemeral_properties": null,
            "deletion_requested_at": null, "srn": format!("{}/versions/{number}", created["srn"].as_str().unwrap()),
        });
        assert_eq!(version, expected);
    }
    let (_, versions) = client.call(&format!("GET {one}/versions?page=1")).await;
    let shown: Vec<_> =
        versions["versions"].as_array().unwrap().iter().map(|v| (&v["revision"], &v["latest"])).collect();
    assert_eq!(shown, [(&json!(2), &json!(true)), (&json!(1), &json!(false))]);
    let (_, data) = client.call(&format!("GET {one}/versions/latest/access")).await;
    let expected =
        json!({ "secret_id": created["id"], "revision": 2, "data": "dHdv", "data_crc32": null, "type": "opaque" });
    assert_eq!(data, expected);
    let by_path = format!(
        "/secret-manager/v1beta1/regions/fr-par/secrets-by-path/versions/1/access?secret_path=/&secret_name=password&project_id={DEFAULT_ORGANIZATION}"
    );
    assert_eq!(client.call(&format!("GET {by_path}")).await.1["data"], "b25l");

    let patched = client.good(&format!("PATCH {one}/versions/1"), json!({ "description": "new" })).await;
    assert_eq!(patched["description"], "new");
    assert_eq!(client.call(&format!("DELETE {one}/versions/1")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}/versions/1")).await.1["status"], "scheduled_for_deletion");
    assert_eq!(client.call(&format!("GET {one}/versions/1/access")).await.0, 412);
    assert_eq!(client.call(&format!("GET {one}")).await.1["version_count"], 2);
    assert_eq!(client.call(&format!("GET {one}/versions?status=enabled")).await.1["total_count"], 1);
    assert_eq!(client.call(&format!("GET {one}/versions/9")).await.0, 404);
}

#[tokio::test]
async fn keys_and_values_must_be_strings() {
    let client = client().await;
    let (one, _) = secret(&client, json!({ "type": "key_value" })).await;
    // {"a":{}} and {"a":"b"}
    for (data, expected) in [("eyJhIjp7fX0=", 400), ("eyJhIjoiYiJ9", 200), ("", 400)] {
        let (status, _) = client.call_with(&format!("POST {one}/versions"), json!({ "data": data })).await;
        assert_eq!(status, expected, "{data}");
    }
}

#[tokio::test]
async fn deleted_ephemeral_secret_is_not_found_at_once() {
    let client = client().await;
    let policy = json!({ "ephemeral_policy": { "time_to_live": "1800.000s", "action": "delete" } });
    let (one, created) = secret(&client, policy).await;
    assert_eq!(created["ephemeral_policy"]["time_to_live"], "1800s");
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
}

#[tokio::test]
async fn secrets_and_folders_of_a_path_are_browsed() {
    let client = client().await;
    for (name, path) in [("top", "/"), ("one", "/apps"), ("two", "/apps/web"), ("three", "/apps/web/deep")] {
        secret(&client, json!({ "name": name, "path": path })).await;
    }
    for (prefix, current, expected) in [
        ("", "/", &[("apps", "folder"), ("top", "secret")][..]),
        ("/apps", "/apps", &[("one", "secret"), ("web", "folder")]),
        ("/apps/web/", "/apps/web", &[("deep", "folder"), ("two", "secret")]),
        ("/ap", "/ap", &[]),
    ] {
        let browse = format!("GET /secret-manager/v1beta1/regions/fr-par/secrets/browse?prefix={prefix}");
        let (_, listed) = client.call(&browse).await;
        assert_eq!((&listed["current_path"], &listed["total_count"]), (&json!(current), &json!(expected.len())));
        let items = listed["items"].as_array().unwrap();
        let found = items.iter().map(|item| (item["name"].as_str().unwrap(), item.get("folder").is_some()));
        let expected = expected.iter().map(|(name, kind)| (*name, *kind == "folder"));
        assert!(found.eq(expected), "{listed}");
    }
}
