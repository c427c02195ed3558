//! Containers and their namespaces, as recorded.

use std::time::Duration;

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const CONTAINERS: &str = "/containers/v1/regions/fr-par/containers";
const NAMESPACES: &str = "/containers/v1/regions/fr-par/namespaces";

async fn namespace(client: &Client) -> String {
    let body = json!({ "name": "tf-acctest-private-network", "tags": null, "environment_variables": {} });
    client.good(&format!("POST {NAMESPACES}"), body).await["id"].as_str().unwrap().to_owned()
}

async fn container(client: &Client, namespace: &str, further: Value) -> Value {
    let mut body = json!({
        "namespace_id": namespace, "name": "web", "image": "nginx:1.29.4-alpine", "privacy": "public",
        "protocol": "http1", "port": 80, "sandbox": "unknown_sandbox", "environment_variables": null,
        "secret_environment_variables": null, "tags": null, "command": null, "args": null,
    });
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    client.good(&format!("POST {CONTAINERS}"), body).await
}

#[tokio::test]
async fn lifecycle_of_a_container_is_as_recorded() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let created = container(&client, &namespace, json!({ "timeout": "600.000000000s" })).await;
    let endpoint =
        format!("https://tfacctestprivatenetw{}-web.functions.fnc.fr-par.scw.cloud", namespace.get(..8).unwrap());
    let expected = json!({
        "id": created["id"], "name": "web", "namespace_id": namespace, "description": "", "status": "creating",
        "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z", "min_scale": 0,
        "max_scale": 5, "memory_limit_bytes": 2_048_000_000, "mvcpu_limit": 1000, "timeout": "600s",
        "privacy": "public", "image": "nginx:1.29.4-alpine", "protocol": "http1", "port": 80,
        "https_connections_only": false, "sandbox": "v2", "local_storage_limit_bytes": 1_000_000_000,
        "scaling_option": { "concurrent_requests_threshold": 50 }, "tags": [], "command": [], "args": [],
        "environment_variables": {}, "public_endpoint": endpoint, "startup_probe": null,
        "liveness_probe": { "failure_threshold": 30, "interval": "10s", "timeout": "1s", "tcp": {} },
        "secret_environment_variables": {}, "region": "fr-par", "default_public_endpoint_enabled": true,
        "private_endpoint": null,
        "srn": format!("srn://containers.scw.eu/regions/fr-par/containers/{}", created["id"].as_str().unwrap()),
    });
    assert_eq!(created, expected);

    let one = format!("{CONTAINERS}/{}", created["id"].as_str().unwrap());
    let (_, ready) = client.call(&format!("GET {one}")).await;
    assert_eq!((&ready["status"], &ready["error_message"]), (&json!("ready"), &json!("")));
    assert_eq!(ready["updated_at"], "2026-07-17T09:50:00Z");

    let body = json!({
        "privacy": "unknown_privacy", "protocol": "unknown_protocol", "https_connection_only": true, "min_scale": 1,
        "liveness_probe": { "http": { "path": "/health" }, "interval": "15.500000000s" },
    });
    let updated = client.good(&format!("PATCH {one}"), body).await;
    assert_eq!((&updated["status"], &updated["privacy"]), (&json!("updating"), &json!("public")));
    assert_eq!((&updated["https_connections_only"], &updated["min_scale"]), (&json!(true), &json!(1)));
    let probe = json!({ "failure_threshold": 30, "interval": "15.5s", "timeout": "1s", "http": { "path": "/health" } });
    assert_eq!((&updated["liveness_probe"], updated.get("error_message")), (&probe, None));

    let (status, deleted) = client.call(&format!("DELETE {one}")).await;
    assert_eq!((status, &deleted["status"]), (200, &json!("deleting")));
    let gone = json!({ "type": "not_found", "message": "resource is not found", "resource": "container",
        "resource_id": created["id"] });
    assert_eq!(client.call(&format!("GET {one}")).await, (404, gone));
}

#[tokio::test]
async fn update_accepts_both_spellings_of_https_only() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let created = container(&client, &namespace, json!({ "https_connections_only": true })).await;
    assert_eq!(created["https_connections_only"], true);
    let one = format!("{CONTAINERS}/{}", created["id"].as_str().unwrap());
    for (spelling, value) in [("https_connections_only", false), ("https_connection_only", true)] {
        let updated = client.good(&format!("PATCH {one}"), json!({ spelling: value })).await;
        assert_eq!(updated["https_connections_only"], value, "{spelling}");
    }
}

#[tokio::test]
async fn secret_variables_are_returned_as_hashes_and_an_empty_one_is_kept() {
    let client = client().await;
    let body = json!({ "name": "n", "secret_environment_variables": { "kept": "a", "dropped": "b" } });
    let created = client.good(&format!("POST {NAMESPACES}"), body).await;
    let secrets = &created["secret_environment_variables"];
    assert!(secrets["kept"].as_str().unwrap().starts_with("$argon2id$v=19$m=65536,t=3,p=64$"), "{secrets}");
    let one = format!("{NAMESPACES}/{}", created["id"].as_str().unwrap());
    let body = json!({ "secret_environment_variables": { "kept": "", "new": "c" } });
    let updated = client.good(&format!("PATCH {one}"), body).await;
    assert_eq!(updated["status"], "updating");
    let now = &updated["secret_environment_variables"];
    assert_eq!((&now["kept"], now.get("dropped")), (&secrets["kept"], None));
    assert!(now["new"].as_str().unwrap().starts_with("$argon2id$"), "{now}");
    let renamed = client.good(&format!("PATCH {one}"), json!({ "description": "d", "tags": ["t"] })).await;
    assert_eq!(renamed["status"], "ready");
}

#[tokio::test]
async fn image_that_does_not_start_ends_in_an_error() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let created = container(&client, &namespace, json!({ "image": "does-not-start:1" })).await;
    assert_eq!(created["status"], "creating");
    let one = format!("{CONTAINERS}/{}", created["id"].as_str().unwrap());
    let (_, failed) = client.call(&format!("GET {one}")).await;
    assert_eq!(failed["status"], "error");
    assert!(failed["error_message"].as_str().unwrap().contains("unable to start"), "{failed}");
    client.good(&format!("PATCH {one}"), json!({ "image": "nginx:1" })).await;
    assert_eq!(client.call(&format!("GET {one}")).await.1["status"], "ready");
}

#[tokio::test]
async fn containers_are_deleted_with_their_namespace() {
    let client = Client::of(builder().settle(Duration::from_secs(5))).await;
    let namespace = namespace(&client).await;
    let body = json!({ "namespace_id": namespace, "name": "early", "image": "nginx" });
    let (status, error) = client.call_with(&format!("POST {CONTAINERS}"), body).await;
    assert_eq!((status, &error["current_state"]), (409, &json!("creating")));
    client.fake.clock().advance(Duration::from_secs(5));
    let created = container(&client, &namespace, json!({})).await;
    let one = format!("{CONTAINERS}/{}", created["id"].as_str().unwrap());
    assert_eq!(client.call_with(&format!("PATCH {one}"), json!({ "port": 81 })).await.0, 409);
    client.call(&format!("DELETE {NAMESPACES}/{namespace}")).await;
    assert_eq!(client.call(&format!("GET {one}")).await.1["status"], "deleting");
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    let (_, left) = client.call(&format!("GET {CONTAINERS}?project_id={DEFAULT_ORGANIZATION}")).await;
    assert_eq!(left, json!({ "containers": [], "total_count": 0 }));
}

#[tokio::test]
async fn trigger_of_a_queue_shows_its_access_key_and_never_the_secret_key() {
    let client = client().await;
    let namespace = namespace(&client).await;
    let container = container(&client, &namespace, json!({})).await;
    let id = container["id"].as_str().unwrap();
    client.call(&format!("GET /containers/v1/regions/fr-par/containers/{id}")).await;
    let queue = json!({ "region": "fr-par", "endpoint": "https://sqs.mnq.fr-par.scaleway.com",
        "queue_url": "https://sqs.mnq.fr-par.scaleway.com/queue", "access_key_id": "KEY", "secret_access_key": "SECRET" });
    let body = json!({ "container_id": id, "name": "queue", "sqs_config": queue });
    let trigger = client.good("POST /containers/v1/regions/fr-par/triggers", body).await;
    let shown = &trigger["sqs_config"];
    assert_eq!((&shown["access_key_id"], shown.get("secret_access_key")), (&json!("KEY"), None));
}
