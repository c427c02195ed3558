//! Serverless SQL databases, as recorded.

use serde_json::json;

use crate::client::client;

const DATABASES: &str = "/serverless-sqldb/v1alpha1/regions/fr-par/databases";

#[tokio::test]
async fn a_deleted_database_is_answered_like_a_denied_permission() {
    let client = client().await;
    let created =
        client.good(&format!("POST {DATABASES}"), json!({ "name": "orders", "cpu_min": 2, "cpu_max": 4 })).await;
    assert_eq!((&created["status"], &created["started"]), (&json!("creating"), &json!(false)));
    let path = format!("{DATABASES}/{}", created["id"].as_str().unwrap());
    let ready = client.call(&format!("GET {path}")).await.1;
    assert_eq!((&ready["status"], &ready["cpu_current"]), (&json!("ready"), &json!(2)));
    assert!(ready["endpoint"].as_str().unwrap().ends_with("/orders?sslmode=require"));
    client.good(&format!("PATCH {path}"), json!({ "cpu_min": 0, "cpu_max": 15 })).await;
    let (status, deleted) = client.call(&format!("DELETE {path}")).await;
    assert_eq!((status, &deleted["status"]), (200, &json!("ready")));
    for method in ["GET", "DELETE"] {
        let (status, denied) = client.call(&format!("{method} {path}")).await;
        assert_eq!((status, &denied["type"]), (403, &json!("permissions_denied")));
    }
    assert_eq!(client.call(&format!("GET {DATABASES}")).await.1["total_count"], 0);
}
