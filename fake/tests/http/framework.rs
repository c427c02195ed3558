//! Behaviour of all products: API keys, validation, pagination, seeds, stop.

use scaleway_fake::{Error, Fake, Seed};
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

const NAMESPACES: &str = "/registry/v1/regions/fr-par/namespaces";

#[tokio::test]
async fn request_without_a_valid_secret_key_is_rejected() {
    let mut client = Client::of(builder().keys(["right"])).await;
    for (token, reason) in [("", "invalid_argument"), ("wrong", "not_found")] {
        client.token = token.to_owned();
        let (status, error) = client.call_with(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await;
        let expected = json!({ "type": "denied_authentication", "message": "authentication is denied",
            "method": "api_key", "reason": reason });
        assert_eq!((status, error), (401, expected));
    }
    assert!(client.fake.objects("registry/namespace").is_empty());
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let client = client().await;
    for request in [format!("GET {NAMESPACES}"), format!("GET {NAMESPACES}/none")] {
        let answer = client.send(&request, None).await.unwrap();
        assert_eq!(answer.headers()["x-request-id"].len(), 36);
        assert_eq!(answer.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn invalid_request_is_rejected_with_all_violations() {
    let client = client().await;
    let body = json!({ "name": { "first": "main" }, "colour": "red", "is_public": null });
    let (status, error) = client.call_with(&format!("POST {NAMESPACES}"), body).await;
    assert_eq!(
        (status, &error["type"], &error["message"]),
        (400, &json!("invalid_arguments"), &json!("invalid argument(s)"))
    );
    let details: Vec<_> =
        error["details"].as_array().unwrap().iter().map(|d| (&d["argument_name"], &d["reason"])).collect();
    assert!(details.contains(&(&json!("name"), &json!("format"))), "{details:?}");
    assert!(details.contains(&(&json!("colour"), &json!("unknown"))), "{details:?}");

    let (status, error) = client.call_with(&format!("POST {NAMESPACES}"), json!({ "name": "" })).await;
    assert_eq!((status, &error["details"][0]["reason"]), (400, &json!("required")));
    for request in [
        format!("GET {NAMESPACES}?page=two"),
        format!("GET {NAMESPACES}?colour=red"),
        "GET /registry/v1/regions/atlantis/namespaces".to_owned(),
    ] {
        assert_eq!(client.call(&request).await.0, 400, "{request}");
    }
}

#[tokio::test]
async fn unknown_enum_value_is_rejected_with_400() {
    let client = client().await;
    let key = json!({ "usage": { "symmetric_encryption": "rot_13" } });
    let source = json!({ "name": "a", "type": "smells" });
    for (request, body, argument) in [
        ("POST /key-manager/v1alpha1/regions/fr-par/keys", key, "usage.symmetric_encryption"),
        ("POST /cockpit/v1/regions/fr-par/data-sources", source, "type"),
        ("GET /vpc/v2/regions/fr-par/vpcs?order_by=size_asc", Value::Null, "order_by"),
        ("POST /rdb/v1/regions/fr-par/instances", json!({ "volume_type": "floppy" }), "volume_type"),
        ("POST /vpc-gw/v2/zones/fr-par-1/pat-rules", json!({ "protocol": "icmp" }), "protocol"),
    ] {
        let (status, error) = client.call_with(request, body).await;
        assert_eq!((status, &error["details"][0]["argument_name"]), (400, &json!(argument)), "{request}: {error}");
    }
}

#[tokio::test]
async fn unknown_path_and_operation_without_implementation_differ() {
    let client = client().await;
    assert_eq!(client.call("GET /nothing/v1/here").await.0, 404);
    assert_eq!(client.call(&format!("PUT {NAMESPACES}")).await.0, 404);
    let (status, error) = client.call("GET /account/v3/contract-signatures").await;
    assert_eq!((status, &error["message"]), (501, &json!("the fake does not serve account.v3 ListContractSignatures")));
}

#[tokio::test]
async fn lists_are_paginated_sorted_and_filtered() {
    let client = client().await;
    for number in 0..25 {
        client.good(&format!("POST {NAMESPACES}"), json!({ "name": format!("n{number:02}") })).await;
    }
    let (_, first) = client.call(&format!("GET {NAMESPACES}?page=1")).await;
    let (_, second) = client.call(&format!("GET {NAMESPACES}?page=2")).await;
    let names = |page: &Value| {
        page["namespaces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!((names(&first).len(), names(&second).len()), (20, 5));
    assert_eq!((&first["total_count"], &second["total_count"]), (&json!(25), &json!(25)));
    assert_eq!(names(&second)[0], "n20");
    let (_, last) = client.call(&format!("GET {NAMESPACES}?page_size=3&order_by=name_desc")).await;
    assert_eq!(names(&last), ["n24", "n23", "n22"]);
    let (_, one) = client.call(&format!("GET {NAMESPACES}?name=n07&project_id=")).await;
    assert_eq!((names(&one), &one["total_count"]), (vec!["n07".to_owned()], &json!(1)));
    let (_, elsewhere) = client.call("GET /registry/v1/regions/nl-ams/namespaces").await;
    assert_eq!(elsewhere, json!({ "namespaces": [], "total_count": 0 }));
}

#[tokio::test]
async fn objects_of_the_seed_exist_at_the_start() {
    let seed = json!({
        "default_project_id": "5ca1e3a7-fa4e-4000-8000-000000000002",
        "keys": ["right"],
        "objects": [{ "kind": "registry/namespace", "locality": "fr-par", "id": "n", "fields": { "name": "main" } }],
    });
    let mut client = Client::of(builder().seed(Seed::parse(&seed.to_string()).unwrap())).await;
    client.token = "right".to_owned();
    assert_eq!(client.call(&format!("GET {NAMESPACES}/n")).await, (200, json!({ "id": "n", "name": "main" })));
    let created = client.good(&format!("POST {NAMESPACES}"), json!({ "name": "other" })).await;
    assert_eq!(created["project_id"], "5ca1e3a7-fa4e-4000-8000-000000000002");
    let (_, projects) = client.call("GET /account/v3/projects").await;
    assert_eq!(projects["total_count"], 1);
}

#[tokio::test]
async fn invalid_seed_is_rejected() {
    for (object, expected) in [
        (json!({ "kind": "registry/nothing", "id": "n" }), "there is no such kind"),
        (
            json!({ "kind": "registry/namespace", "id": "n", "fields": { "nmae": "main" } }),
            "nmae: there is no such field",
        ),
    ] {
        let seed = Seed::parse(&json!({ "objects": [object] }).to_string()).unwrap();
        let message = builder().seed(seed).start().await.err().unwrap().to_string();
        assert!(message.contains(expected), "{message}");
    }
    assert!(matches!(Seed::parse("{ \"colour\": 1 }"), Err(Error::Seed { .. })));
}

#[tokio::test]
async fn address_must_be_a_loopback_address() {
    let started = Fake::builder().listen("0.0.0.0:0".parse().unwrap()).start().await;
    assert!(matches!(started.err().unwrap(), Error::NotLoopback { .. }));
}

#[tokio::test]
async fn two_fakes_with_the_same_rng_seed_generate_the_same_ids() {
    let mut ids = Vec::new();
    for _ in 0..2 {
        let client = client().await;
        ids.push(client.good(&format!("POST {NAMESPACES}"), json!({ "name": "main" })).await["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn stopped_fake_does_not_accept_connections() {
    let client = client().await;
    let url = client.fake.url();
    let address = url.strip_prefix("http://").unwrap().to_owned();
    client.fake.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
