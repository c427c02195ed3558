//! Responses of containers by host name, and database logins.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Client, client};

const CONTAINERS: &str = "/containers/v1/regions/fr-par/containers";
const DOMAINS: &str = "/containers/v1/regions/fr-par/domains";
const RECORDS: &str = "/domain/v2beta1/dns-zones/example.org/records";

async fn namespace(client: &Client, name: &str) -> Value {
    client.good("POST /containers/v1/regions/fr-par/namespaces", json!({ "name": name })).await["id"].clone()
}

async fn container(client: &Client, name: &str, further: Value) -> Value {
    let mut body = json!({ "namespace_id": namespace(client, name).await, "name": name, "image": "web:1" });
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let created = client.good(&format!("POST {CONTAINERS}"), body).await;
    client.call(&format!("GET {CONTAINERS}/{}", created["id"].as_str().unwrap())).await.1
}

fn host(container: &Value) -> &str {
    container["public_endpoint"].as_str().unwrap().strip_prefix("https://").unwrap()
}

/// Status and body of a request for `/health` at a host.
async fn get_health(client: &Client, host: &str, token: &str) -> (u16, Value) {
    client.get_at(host, "/health", token).await
}

async fn point(client: &Client, name: &str, to: &str) {
    let record = json!({ "name": name, "type": "CNAME", "data": to, "ttl": 60 });
    let id_fields = json!({ "name": name, "type": "CNAME" });
    let set = json!({ "set": { "id_fields": id_fields, "records": [record] } });
    client.good(&format!("PATCH {RECORDS}"), json!({ "changes": [set] })).await;
}

#[tokio::test]
async fn container_answers_with_its_data_and_the_status_of_its_image() {
    let client = client().await;
    let created = container(&client, "web", json!({})).await;
    let (status, answer) = get_health(&client, host(&created), "").await;
    let expected = json!({ "container": "web", "id": created["id"], "image": "web:1", "revision": 1, "host": host(&created),
        "method": "GET", "path": "/health" });
    assert_eq!((status, answer), (200, expected));
    let unhealthy = container(&client, "unhealthy", json!({ "image": "web:answers-503" })).await;
    assert_eq!(get_health(&client, host(&unhealthy), "").await.0, 503);
    assert_eq!(get_health(&client, "none.functions.fnc.fr-par.scw.cloud", "").await.0, 404);
    let seen = client.fake.requests().last().unwrap().clone();
    assert_eq!(seen.path, "//none.functions.fnc.fr-par.scw.cloud/health");
}

#[tokio::test]
async fn request_through_a_proxy_has_the_host_in_its_url() {
    let client = client().await;
    let created = container(&client, "web", json!({})).await;
    let answer = client.through_proxy(&format!("http://{}/health", host(&created))).await;
    assert_eq!((answer.0, &answer.1["container"]), (200, &json!("web")));
    assert_eq!(client.through_proxy("http://missing.example.net/").await.0, 404);
}

#[tokio::test]
async fn old_revision_answers_until_the_new_one_is_ready() {
    let client = client().await;
    let created = container(&client, "web", json!({})).await;
    let one = format!("{CONTAINERS}/{}", created["id"].as_str().unwrap());
    let beside = namespace(&client, "beside").await;
    // The first read of the namespace ends its status `creating`; with a settle time it would last.
    client.call("GET /containers/v1/regions/fr-par/namespaces").await;
    client.fake.settle(Duration::from_secs(5));
    client.good(&format!("PATCH {one}"), json!({ "image": "web:2" })).await;
    assert_eq!(get_health(&client, host(&created), "").await.1["image"], "web:1");
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(get_health(&client, host(&created), "").await.1["image"], "web:2");
    client.good(&format!("PATCH {one}"), json!({ "image": "does-not-start" })).await;
    client.fake.clock().advance(Duration::from_secs(5));
    assert_eq!(client.call(&format!("GET {one}")).await.1["status"], "error");
    assert_eq!(get_health(&client, host(&created), "").await.1["image"], "web:2");
    let late = json!({ "namespace_id": beside, "name": "late", "image": "web:1" });
    let late = client.good(&format!("POST {CONTAINERS}"), late).await;
    assert_eq!(get_health(&client, host(&late), "").await.0, 503, "its first revision is not ready");
}

#[tokio::test]
async fn private_container_requires_a_token() {
    let client = client().await;
    let created = container(&client, "web", json!({ "privacy": "private" })).await;
    let body = json!({ "container_id": created["id"] });
    let token = client.good("POST /containers/v1beta1/regions/fr-par/tokens", body).await;
    let key = client.good("POST /iam/v1alpha1/api-keys", json!({ "user_id": scaleway_fake::OWNER })).await;
    for (token, expected) in
        [("", 403), ("guessed", 403), (text(&token["token"]), 200), (text(&key["secret_key"]), 200)]
    {
        assert_eq!(get_health(&client, host(&created), token).await.0, expected, "{token}");
    }
}

#[tokio::test]
async fn domain_routes_to_a_container_after_its_record_points_to_it() {
    let client = client().await;
    client.good("POST /domain/v2beta1/dns-zones", json!({ "domain": "example.org", "subdomain": "" })).await;
    let (one, other) = (container(&client, "one", json!({})).await, container(&client, "other", json!({})).await);
    assert_eq!(get_health(&client, "www.example.org", "").await.0, 502, "the zone has no record for it");
    let domain = |container: &Value| json!({ "container_id": container["id"], "hostname": "www.example.org" });
    let (status, error) = client.call_with(&format!("POST {DOMAINS}"), domain(&one)).await;
    assert_eq!(status, 400);
    assert!(text(&error["message"]).starts_with("could not validate domain"), "{error}");
    point(&client, "www", &format!("{}.", host(&one))).await;
    assert_eq!(get_health(&client, "www.example.org", "").await.0, 404, "no domain has the host name");
    client.good(&format!("POST {DOMAINS}"), domain(&one)).await;
    assert_eq!(get_health(&client, "www.example.org", "").await.1["container"], "one");
    // The record points to the gateway, which is the same for both containers and routes by host name.
    point(&client, "www", &format!("{}.", host(&other))).await;
    assert_eq!(get_health(&client, "www.example.org", "").await.1["container"], "one");
    assert_eq!(client.call_with(&format!("POST {DOMAINS}"), domain(&other)).await.0, 409);
}

#[tokio::test]
async fn container_that_runs_a_reverse_proxy_forwards_requests() {
    let client = client().await;
    let web = container(&client, "web", json!({})).await;
    let to = |host: &str| {
        json!(["reverse-proxy", "--from", ":8080", "--to", format!("https://{host}"), "--change-host-header"])
    };
    let front =
        container(&client, "front", json!({ "image": "caddy:2", "command": ["caddy"], "args": to(host(&web)) })).await;
    assert_eq!(get_health(&client, host(&front), "").await.1["container"], "web");
    let one = format!("{CONTAINERS}/{}", text(&front["id"]));
    client.good(&format!("PATCH {one}"), json!({ "args": to(host(&front)) })).await;
    client.call(&format!("GET {one}")).await;
    assert_eq!(get_health(&client, host(&front), "").await.0, 508);
}

#[tokio::test]
async fn database_accepts_logins_with_the_password() {
    let client = client().await;
    let instances = "/rdb/v1/regions/fr-par/instances";
    let body = json!({ "name": "data", "engine": "PostgreSQL-15", "node_type": "DB-DEV-S", "user_name": "admin",
        "password": "Made-up-canary-1", "volume_type": "bssd", "volume_size": 5_000_000_000_u64 });
    let created = client.good(&format!("POST {instances}"), body).await;
    let one = format!("{instances}/{}", text(&created["id"]));
    client.call(&format!("GET {one}")).await;
    client.good(&format!("POST {one}/databases"), json!({ "name": "app" })).await;
    for (user, password, database, expected) in [
        ("admin", "Made-up-canary-1", "app", json!({ "accepted": true })),
        ("admin", "wrong", "app", json!({ "accepted": false, "reason": "password authentication failed" })),
        (
            "missing",
            "Made-up-canary-1",
            "app",
            json!({ "accepted": false, "reason": "password authentication failed" }),
        ),
        ("admin", "Made-up-canary-1", "none", json!({ "accepted": false, "reason": "the database does not exist" })),
    ] {
        let body = json!({ "instance": created["id"], "user": user, "password": password, "database": database });
        assert_eq!(client.good("POST /_fake/login", body).await, expected);
    }
    let elsewhere = json!({ "instance": "none", "user": "admin", "password": "Made-up-canary-1" });
    assert_eq!(client.good("POST /_fake/login", elsewhere).await["accepted"], false);
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap()
}
