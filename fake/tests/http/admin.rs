//! Faults, the list of requests, the log, the clock, and changes of objects outside of the API.

use std::fs;
use std::time::Duration;

use scaleway_fake::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const NAMESPACES: &str = "/registry/v1/regions/fr-par/namespaces";

#[tokio::test]
async fn injected_status_is_returned_the_given_number_of_times() {
    let client = client().await;
    let fault = json!({ "method": "GET", "path": "/registry/*", "times": 2,
        "kind": { "status": { "code": 429, "retry_after": 3 } } });
    client.good("POST /_fake/faults", fault).await;
    let first = client.send(&format!("GET {NAMESPACES}"), None).await.unwrap();
    assert_eq!((first.status().as_u16(), first.headers()["retry-after"].as_bytes()), (429, b"3".as_slice()));
    assert_eq!(client.call(&format!("GET {NAMESPACES}")).await, (429, Value::Null));
    assert_eq!(client.call(&format!("GET {NAMESPACES}")).await.0, 200);
    assert_eq!(client.call("GET /_fake/faults").await, (200, json!([])));
}

#[tokio::test]
async fn drop_before_changes_nothing_and_drop_after_is_processed() {
    let client = client().await;
    for (kind, created) in [(FaultKind::DropBefore, 0), (FaultKind::DropAfter, 1)] {
        client.fake.fault(Fault::at("*", kind).method("POST"));
        let answer = client.send(&format!("POST {NAMESPACES}"), Some(&json!({ "name": "main" }))).await;
        assert!(answer.is_err());
        assert_eq!(client.fake.objects("registry/namespace").len(), created);
        assert_eq!(client.fake.requests().last().unwrap().status, None);
    }
    assert_eq!(client.call(&format!("GET {NAMESPACES}")).await.1["total_count"], 1);
}

#[tokio::test]
async fn truncated_response_ends_in_the_middle() {
    let client = client().await;
    client.fake.fault(Fault::at("*", FaultKind::Truncate));
    let answer = client.send(&format!("GET {NAMESPACES}"), None).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn delay_ends_when_the_clock_advances() {
    let client = client().await;
    client.fake.fault(Fault::at("*", FaultKind::Delay { seconds: 60.0 }));
    let request = format!("GET {NAMESPACES}");
    let answer = client.call(&request);
    tokio::pin!(answer);
    // Only the clock ends the wait, however often the future is polled before.
    assert!(futures_pending(&mut answer, 100).await);
    client.fake.clock().advance(Duration::from_mins(1));
    assert_eq!(answer.await.0, 200);
}

/// Whether the future is still pending after it was polled this often.
async fn futures_pending<F: Future + Unpin>(future: &mut F, polls: usize) -> bool {
    for _ in 0..polls {
        tokio::select! {
            biased;
            _ = &mut *future => return false,
            () = tokio::task::yield_now() => {}
        }
    }
    true
}

#[tokio::test]
async fn log_has_a_line_per_request_and_no_secret() {
    let path = std::env::temp_dir().join(format!("scaleway-fake-log-{}.jsonl", std::process::id()));
    let client = Client::of(builder().log(fs::File::create(&path).unwrap())).await;
    client.good("POST /iam/v1alpha1/api-keys", json!({ "user_id": scaleway_fake::OWNER })).await;
    client.fake.clock().advance(Duration::from_millis(1500));
    client.call(&format!("GET {NAMESPACES}/none")).await;
    let log = fs::read_to_string(&path);
    fs::remove_file(&path).unwrap();
    let lines: Vec<Value> = log.unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            json!({ "t": 0.0, "method": "POST", "path": "/iam/v1alpha1/api-keys", "status": 200 }),
            json!({ "t": 1.5, "method": "GET", "path": format!("{NAMESPACES}/none"), "status": 404 }),
        ]
    );
    let seen = client.fake.requests();
    assert_eq!(seen[0].operation.as_deref(), Some("CreateAPIKey"));
    assert_eq!(seen[0].body, json!({ "user_id": scaleway_fake::OWNER }));
    let (status, shown) = client.call("GET /_fake/requests").await;
    assert_eq!((status, &shown[0]["body"]), (200, &seen[0].body));
    assert_eq!((&shown[1]["path"], &shown[1]["status"]), (&lines[1]["path"], &lines[1]["status"]));
    assert_eq!(client.call("DELETE /_fake/requests").await.0, 204);
    assert!(client.fake.requests().is_empty());
}

#[tokio::test]
async fn objects_are_changed_and_deleted_outside_of_the_api() {
    let client = client().await;
    let created = client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    let target =
        |fields| json!({ "kind": "registry/namespace", "locality": "fr-par", "id": created["id"], "fields": fields });
    client.good("PATCH /_fake/objects", target(json!({ "description": "drift" }))).await;
    let one = format!("{NAMESPACES}/{}", created["id"].as_str().unwrap());
    assert_eq!(client.call(&format!("GET {one}")).await.1["description"], "drift");
    client.good("DELETE /_fake/objects", target(json!({}))).await;
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    assert_eq!(client.call_with("DELETE /_fake/objects", target(json!({}))).await.0, 404);
    assert_eq!(client.call_with("PATCH /_fake/objects", json!({ "kind": "x", "id": "y" })).await.0, 400);
}

#[tokio::test]
async fn accepted_fields_that_no_object_contains_are_reported() {
    let client = client().await;
    let gateway = json!({ "name": "office", "asn": 65000, "ipv4_public": "203.0.113.7/32", "tags": ["a", "b"] });
    client.good("POST /s2s-vpn/v1alpha1/regions/fr-par/customer-gateways", gateway).await;
    let field = json!({ "operation": "s2s_vpn.v1alpha1 CreateCustomerGateway", "field": "ipv4_public", "requests": 1 });
    assert_eq!(client.call("GET /_fake/unstored").await, (200, json!([field])));
    assert_eq!(client.call("DELETE /_fake/unstored").await.0, 204);
    // Fields of rejected requests are not reported.
    client.call_with(&format!("POST {NAMESPACES}"), json!({ "name": "main", "colour": "red" })).await;
    assert_eq!(client.call("GET /_fake/unstored").await, (200, json!([])));
}

#[tokio::test]
async fn clock_and_duration_of_statuses_are_set_over_http() {
    let client = client().await;
    client.good("POST /_fake/settle", json!({ "seconds": 5 })).await;
    let created = client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
    let one = format!("{NAMESPACES}/{}", created["id"].as_str().unwrap());
    client.call(&format!("DELETE {one}")).await;
    assert_eq!(client.call(&format!("GET {one}")).await.0, 200);
    client.good("POST /_fake/clock", json!({ "advance": 5 })).await;
    assert_eq!(client.call(&format!("GET {one}")).await.0, 404);
    assert_eq!(client.call_with("POST /_fake/clock", json!({ "advance": -5 })).await.0, 400);
}
