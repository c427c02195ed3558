//! Requests of other machines: each needs the token.

use scaleway_fake::{Builder, Error};
use serde_json::json;

use crate::client::{Client, builder};
use crate::sign::Signer;
use crate::storage::{ACCESS_KEY, Storage};

const TOKEN: &str = "7c1f7f0e-6f5b-4a53-9f4e-2f1d8b0a6c11";
const OTHER: &str = "7c1f7f0e-6f5b-4a53-9f4e-2f1d8b0a6c12";
const VPCS: &str = "GET /vpc/v2/regions/fr-par/vpcs";

fn remote() -> Builder {
    builder().listen("0.0.0.0:0".parse().unwrap()).allow_remote(TOKEN)
}

#[tokio::test]
async fn request_without_the_token_is_rejected_with_advice() {
    let mut client = Client::of(remote()).await;
    for token in ["", OTHER] {
        token.clone_into(&mut client.token);
        for request in [VPCS, "GET /_fake/seed", "GET /_fake/requests", "GET /bucket/key", "GET /nothing"] {
            let (status, body) = client.call(request).await;
            assert_eq!(status, 401, "{request} with {token:?}");
            assert!(body["message"].as_str().unwrap().contains("Hint: set SCW_SECRET_KEY"), "{body}");
        }
        assert_eq!(client.get_at("app.functions.fnc.fr-par.scw.cloud", "/", token).await.0, 401);
        assert_eq!(client.call("GET /_fake/health").await, (200, json!({ "status": "ready" })));
    }
    TOKEN.clone_into(&mut client.token);
    assert_eq!(client.call(VPCS).await.0, 200);
    assert_eq!(client.call("GET /_fake/requests").await.0, 200);
    assert_eq!(client.get_at("app.functions.fnc.fr-par.scw.cloud", "/", TOKEN).await.0, 404);
}

#[tokio::test]
async fn keys_created_through_iam_are_accepted_by_the_api_but_not_by_the_control_addresses() {
    let mut client = Client::of(remote()).await;
    TOKEN.clone_into(&mut client.token);
    let key = client.good("POST /iam/v1alpha1/api-keys", json!({ "user_id": scaleway_fake::OWNER })).await;
    key["secret_key"].as_str().unwrap().clone_into(&mut client.token);
    assert_eq!(client.call(VPCS).await.0, 200);
    assert_eq!(client.call("GET /_fake/seed").await.0, 401);
}

#[tokio::test]
async fn object_storage_needs_a_signature_with_the_token() {
    let storage = Storage::of(remote()).await;
    let key = |secret_key| Signer { access_key: ACCESS_KEY, secret_key, region: "fr-par" };
    assert_eq!(storage.send_as(Some(&key(TOKEN)), "PUT /main", &[], "").await.status, 200);
    let write = &[("x-amz-acl", "public-read-write")];
    assert_eq!(storage.send_as(Some(&key(TOKEN)), "PUT /main/one", write, "1").await.status, 200);
    assert_eq!(storage.send_as(Some(&key(OTHER)), "GET /main/one", &[], "").await.status, 403);
    // Also what is public needs a signature.
    for request in ["GET /main/one", "GET /main/one?X-Amz-Credential=x", "POST /main"] {
        assert_eq!(storage.send_as(None, request, &[], "").await.status, 401, "{request}");
    }
    let unsigned = &[("authorization", "AWS4-HMAC-SHA256 Credential=SCWX/20260101/fr-par/s3/aws4_request")];
    assert_eq!(storage.send_as(None, "GET /main/one", unsigned, "").await.status, 401);
}

#[tokio::test]
async fn token_of_remote_clients_is_a_uuid() {
    for token in ["", "secret"] {
        assert!(matches!(builder().allow_remote(token).start().await.err().unwrap(), Error::Token));
    }
}

#[tokio::test]
async fn url_of_all_interfaces_is_one_that_clients_can_use() {
    let fake = remote().start().await.unwrap();
    assert!(fake.url().starts_with("http://127.0.0.1:"), "{}", fake.url());
    let fake = remote().url("http://scaleway:8080").start().await.unwrap();
    assert_eq!(fake.url(), "http://scaleway:8080");
}
