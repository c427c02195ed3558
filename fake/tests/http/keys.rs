//! Keys: created, changed and deleted as recorded.

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, client};

const KEYS: &str = "/key-manager/v1alpha1/regions/fr-par/keys";

async fn key(client: &Client, further: Value) -> (String, Value) {
    let mut body = json!({
        "name": "orders", "usage": { "symmetric_encryption": "aes_256_gcm" }, "tags": null, "unprotected": true,
        "origin": "unknown_origin",
    });
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let created = client.good(&format!("POST {KEYS}"), body).await;
    (format!("{KEYS}/{}", created["id"].as_str().unwrap()), created)
}

#[tokio::test]
async fn deleted_key_can_still_be_read() {
    let client = client().await;
    let (one, created) = key(&client, json!({})).await;
    let mut expected = json!({
        "id": created["id"], "project_id": DEFAULT_ORGANIZATION, "name": "orders",
        "usage": { "symmetric_encryption": "aes_256_gcm" }, "state": "enabled", "rotation_count": 1,
        "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z", "protected": false,
        "locked": false, "protection_level": "software", "description": null, "tags": [], "rotated_at": "2026-07-17T09:50:00.638933Z",
        "rotation_policy": null, "origin": "scaleway_kms", "deletion_requested_at": null, "region": "fr-par",
        "srn": format!("srn://key-manager.scw.eu/regions/fr-par/keys/{}", created["id"].as_str().unwrap()),
    });
    assert_eq!(created, expected);
    assert_eq!(client.call(&format!("DELETE {one}")).await, (204, Value::Null));
    expected["deletion_requested_at"] = json!("2026-07-17T09:50:00.638933Z");
    expected["state"] = json!("scheduled_for_deletion");
    assert_eq!(client.call(&format!("GET {one}")).await, (200, expected));
    let list = format!("GET {KEYS}?name=orders&order_by=name_asc&usage=symmetric_encryption&scheduled_for_deletion=");
    assert_eq!(client.call(&format!("{list}false")).await.1["total_count"], 0);
    assert_eq!(client.call(&format!("{list}true")).await.1["total_count"], 1);
    assert_eq!(client.call(&format!("GET {KEYS}?usage=asymmetric_signing")).await.1["total_count"], 0);
}

#[tokio::test]
async fn protected_key_is_not_deleted() {
    let client = client().await;
    let (one, created) = key(&client, json!({ "unprotected": false })).await;
    assert_eq!(created["protected"], true);
    let error = json!({ "help_message": "cannot delete a protected key", "precondition": "protected_resource",
        "message": "precondition is not respected", "type": "precondition_failed" });
    assert_eq!(client.call(&format!("DELETE {one}")).await, (412, error));
    let unprotected = client.good(&format!("POST {one}/unprotect"), json!({})).await;
    assert_eq!(unprotected["protected"], false);
    assert_eq!(client.good(&format!("POST {one}/protect"), json!({})).await["protected"], true);
    client.good(&format!("POST {one}/unprotect"), json!({})).await;
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
}

#[tokio::test]
async fn rotation_policy_has_the_next_rotation_and_is_kept_by_other_updates() {
    let client = client().await;
    let given = json!({ "rotation_period": "2592000.000000000s", "next_rotation_at": "2026-08-01T00:00:00Z" });
    let (one, created) = key(&client, json!({ "rotation_policy": given })).await;
    let policy = json!({ "rotation_period": "2592000s", "next_rotation_at": "2026-08-01T00:00:00Z" });
    assert_eq!(created["rotation_policy"], policy);
    let renamed = client.good(&format!("PATCH {one}"), json!({ "name": "old orders", "rotation_policy": null })).await;
    assert_eq!(renamed["rotation_policy"], policy);
    let daily = json!({ "rotation_policy": { "rotation_period": "86400s" } });
    let changed = client.good(&format!("PATCH {one}"), daily).await;
    assert_eq!(changed["rotation_policy"]["next_rotation_at"], "2026-07-18T09:50:00.638933Z");
    let hourly = json!({ "rotation_policy": { "rotation_period": "3600s" } });
    assert_eq!(client.call_with(&format!("PATCH {one}"), hourly).await.0, 400);
}

#[tokio::test]
async fn key_has_one_usage_and_an_external_key_needs_imported_material() {
    let client = client().await;
    let (_, external) =
        key(&client, json!({ "origin": "external", "usage": { "asymmetric_signing": "ec_p256_sha256" } })).await;
    assert_eq!((&external["state"], &external["rotation_count"]), (&json!("pending_key_material"), &json!(0)));
    assert_eq!(external["rotated_at"], Value::Null);
    assert_eq!(client.call_with(&format!("POST {KEYS}"), json!({ "name": "for nothing" })).await.0, 400);
}
