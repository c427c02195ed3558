//! Applications, keys, policies and groups, as recorded.

use std::time::Duration;

use scaleway_fake::{DEFAULT_ORGANIZATION, OWNER, Seed};
use serde_json::{Value, json};

use crate::client::{Client, builder, client};

async fn application(client: &Client, name: &str) -> String {
    let body = json!({ "name": name, "organization_id": DEFAULT_ORGANIZATION, "description": "", "tags": null });
    let created = client.good("POST /iam/v1alpha1/applications", body).await;
    created["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn lifecycle_of_an_application_is_as_recorded() {
    let client = client().await;
    let id = application(&client, "app").await;
    let one = format!("/iam/v1alpha1/applications/{id}");
    let (_, read) = client.call(&format!("GET {one}")).await;
    let expected = json!({
        "id": id, "name": "app", "description": "", "organization_id": DEFAULT_ORGANIZATION, "tags": [],
        "created_at": "2026-07-17T09:50:00.638933Z", "updated_at": "2026-07-17T09:50:00.638933Z",
        "editable": true, "deletable": true, "managed": false, "nb_api_keys": 0,
        "srn": format!("srn://iam.scw.eu/applications/{id}"),
    });
    assert_eq!(read, expected);
    let patched = client.good(&format!("PATCH {one}"), json!({ "name": "b", "tags": ["x"] })).await;
    assert_eq!((&patched["name"], &patched["tags"]), (&json!("b"), &json!(["x"])));
    let (_, listed) = client.call("GET /iam/v1alpha1/applications?tag=x").await;
    assert_eq!((&listed["applications"][0], &listed["total_count"]), (&patched, &json!(1)));
    assert_eq!(client.call(&format!("DELETE {one}")).await, (204, Value::Null));
    let deleted = json!({ "message": "resource is not found", "resource": "application", "resource_id": id, "type": "not_found" });
    assert_eq!(client.call(&format!("GET {one}")).await, (404, deleted));
}

#[tokio::test]
async fn secret_key_is_returned_once_and_accepted_until_it_expires() {
    let mut client = Client::of(builder().keys(["the-first-key"])).await;
    client.token = "the-first-key".to_owned();
    let id = application(&client, "app").await;
    let body = json!({ "application_id": id, "description": "", "expires_at": "2026-07-17T10:00:00+00:00" });
    let key = client.good("POST /iam/v1alpha1/api-keys", body).await;
    let access_key = key["access_key"].as_str().unwrap();
    assert!(access_key.len() == 20 && access_key.starts_with("SCW"), "{access_key}");
    let one = format!("/iam/v1alpha1/api-keys/{access_key}");
    let (_, read) = client.call(&format!("GET {one}")).await;
    assert_eq!((&read["secret_key"], &read["default_project_id"]), (&Value::Null, &json!(DEFAULT_ORGANIZATION)));
    assert_eq!(read.get("user_id"), None);
    assert_eq!(client.call(&format!("GET /iam/v1alpha1/applications/{id}")).await.1["nb_api_keys"], 1);

    key["secret_key"].as_str().unwrap().clone_into(&mut client.token);
    assert_eq!(client.call(&format!("GET {one}")).await.0, 200);
    client.fake.clock().advance(Duration::from_hours(1));
    let (status, error) = client.call(&format!("GET {one}")).await;
    assert_eq!((status, &error["reason"]), (401, &json!("expired")));
}

#[tokio::test]
async fn api_keys_are_listed_by_bearer() {
    let client = client().await;
    let id = application(&client, "app").await;
    let of_application = client.good("POST /iam/v1alpha1/api-keys", json!({ "application_id": id })).await;
    let of_user = client.good("POST /iam/v1alpha1/api-keys", json!({ "user_id": OWNER })).await;
    for (query, expected) in [
        (format!("bearer_id={id}"), vec![&of_application["access_key"]]),
        ("bearer_type=user".to_owned(), vec![&of_user["access_key"]]),
        (format!("access_keys={}", of_user["access_key"].as_str().unwrap()), vec![&of_user["access_key"]]),
        ("expired=true".to_owned(), vec![]),
    ] {
        let (_, listed) = client.call(&format!("GET /iam/v1alpha1/api-keys?{query}")).await;
        let found: Vec<_> = listed["api_keys"].as_array().unwrap().iter().map(|key| &key["access_key"]).collect();
        assert_eq!(found, expected, "{query}");
    }
    let (status, error) = client.call_with("POST /iam/v1alpha1/api-keys", json!({ "application_id": OWNER })).await;
    assert_eq!((status, &error["resource"]), (404, &json!("application")));
}

#[tokio::test]
async fn policy_counts_its_rules_and_its_principal_is_replaced() {
    let client = client().await;
    let id = application(&client, "app").await;
    let organization = DEFAULT_ORGANIZATION;
    let rules = json!([
        { "permission_set_names": ["AllProductsFullAccess"], "condition": "", "organization_id": organization },
        { "permission_set_names": ["ContainerRegistryReadOnly"], "organization_id": organization },
    ]);
    let body = json!({ "name": "p", "description": "", "rules": rules, "tags": null, "no_principal": true });
    let created = client.good("POST /iam/v1alpha1/policies", body).await;
    assert_eq!((&created["nb_rules"], &created["no_principal"]), (&json!(0), &json!(true)));
    assert_eq!(created.get("application_id"), None);
    let policy = created["id"].as_str().unwrap();
    let one = format!("/iam/v1alpha1/policies/{policy}");
    let (_, read) = client.call(&format!("GET {one}")).await;
    assert_eq!([&read["nb_rules"], &read["nb_scopes"], &read["nb_permission_sets"]], [2, 1, 2]);
    let (_, listed) = client.call(&format!("GET /iam/v1alpha1/rules?policy_id={policy}")).await;
    assert_eq!(listed["total_count"], 2);
    assert_eq!(listed["rules"][1]["permission_sets_scope_type"], "projects");
    assert_eq!(listed["rules"][1]["condition"], "");

    let patched = client.good(&format!("PATCH {one}"), json!({ "application_id": id })).await;
    assert_eq!((patched.get("no_principal"), &patched["application_id"]), (None, &json!(id)));
    let body = json!({ "policy_id": policy, "rules": [{ "permission_set_names": ["IAMManager"], "organization_id": organization }] });
    let set = client.good("PUT /iam/v1alpha1/rules", body).await;
    assert_eq!(
        (&set["rules"][0]["permission_sets_scope_type"], set.get("total_count")),
        (&json!("organization"), None)
    );
    assert_eq!(client.call(&format!("GET {one}")).await.1["nb_rules"], 1);
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("GET /iam/v1alpha1/rules?policy_id={policy}")).await.0, 404);
    assert!(client.fake.objects("iam/rule").is_empty());
}

#[tokio::test]
async fn group_lists_its_members() {
    let client = client().await;
    let id = application(&client, "app").await;
    let group = client.good("POST /iam/v1alpha1/groups", json!({ "name": "g", "tags": [] })).await;
    let one = format!("/iam/v1alpha1/groups/{}", group["id"].as_str().unwrap());
    let body = json!({ "user_ids": [OWNER], "application_ids": [] });
    assert_eq!(client.good(&format!("PUT {one}/members"), body).await["user_ids"], json!([OWNER]));
    let member = json!({ "application_id": id });
    assert_eq!(client.good(&format!("POST {one}/add-member"), member.clone()).await["application_ids"], json!([id]));
    assert_eq!(client.good(&format!("POST {one}/remove-member"), member.clone()).await["application_ids"], json!([]));
    let (status, error) = client.call_with(&format!("POST {one}/remove-member"), member).await;
    assert_eq!((status, &error["resource"]), (404, &json!("")));
    let members = json!({ "user_ids": [OWNER], "application_ids": [id] });
    let all = client.good(&format!("POST {one}/add-members"), members).await;
    assert_eq!((&all["user_ids"], &all["application_ids"]), (&json!([OWNER]), &json!([id])));
}

#[tokio::test]
async fn permission_sets_are_listed_in_pages() {
    let client = client().await;
    let (_, first) = client.call("GET /iam/v1alpha1/permission-sets?page_size=15&order_by=name_desc").await;
    let (_, second) = client.call("GET /iam/v1alpha1/permission-sets?page_size=15&page=2&order_by=name_desc").await;
    let (a, b) = (first["permission_sets"].as_array().unwrap(), second["permission_sets"].as_array().unwrap());
    assert_eq!(json!(a.len() + b.len()), first["total_count"]);
    assert_eq!((a.len(), &a[0]["name"]), (15, &json!("VPCFullAccess")));
}

#[tokio::test]
async fn member_is_created_renamed_and_removed_from_all_groups() {
    let client = client().await;
    let body = json!({ "organization_id": DEFAULT_ORGANIZATION, "tags": ["a"], "member": {
        "email": "ada@example.org", "username": "ada", "password": "Made-up-canary-1", "locale": "", "send_welcome_email": false,
    } });
    let made = client.good("POST /iam/v1alpha1/users", body).await;
    assert_eq!(
        (&made["type"], &made["status"], &made["locale"]),
        (&json!("member"), &json!("activated"), &json!("en_US"))
    );
    assert_eq!(made.get("password"), None);
    let one = format!("/iam/v1alpha1/users/{}", made["id"].as_str().unwrap());
    let renamed = client.good(&format!("POST {one}/update-username"), json!({ "username": "lovelace" })).await;
    assert_eq!(renamed["username"], "lovelace");
    assert_eq!(client.good(&format!("POST {one}/lock"), json!({})).await["locked"], true);
    assert_eq!(client.good(&format!("POST {one}/unlock"), json!({})).await["locked"], false);
    let group = client.good("POST /iam/v1alpha1/groups", json!({ "name": "g" })).await;
    let group = format!("/iam/v1alpha1/groups/{}", group["id"].as_str().unwrap());
    client.good(&format!("POST {group}/add-member"), json!({ "user_id": made["id"] })).await;
    assert_eq!(client.call(&format!("DELETE {one}")).await.0, 204);
    assert_eq!(client.call(&format!("GET {group}")).await.1["user_ids"], json!([]));
}

#[tokio::test]
async fn public_key_has_a_fingerprint_and_no_comment() {
    let client = client().await;
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO";
    let body = json!({ "name": "laptop", "public_key": format!("{key} me@home"), "project_id": DEFAULT_ORGANIZATION });
    let made = client.good("POST /iam/v1alpha1/ssh-keys", body).await;
    assert_eq!((&made["public_key"], &made["disabled"]), (&json!(key), &json!(false)));
    assert_eq!(made["fingerprint"], "256 MD5:6b:cd:72:8a:ae:45:24:4b:2b:72:f6:d0:6a:8d:16:06 (ssh-ed25519)");
    let body = json!({ "name": "laptop", "public_key": "nonsense" });
    assert_eq!(client.call_with("POST /iam/v1alpha1/ssh-keys", body).await.0, 400);
}

#[tokio::test]
async fn saml_and_scim_exist_only_in_the_seed() {
    let organization = format!("/iam/v1alpha1/organizations/{DEFAULT_ORGANIZATION}");
    assert_eq!(client().await.call(&format!("GET {organization}/saml")).await.0, 404);
    let seed = json!({ "objects": [
        { "kind": "iam/saml", "id": "5ca1e3a7-fa4e-4000-8000-000000000021", "fields": { "status": "valid" } },
        { "kind": "iam/scim", "id": "5ca1e3a7-fa4e-4000-8000-000000000023", "fields": {} },
        { "kind": "iam/scim_token", "id": "5ca1e3a7-fa4e-4000-8000-000000000024",
          "fields": { "scim_id": "5ca1e3a7-fa4e-4000-8000-000000000023" } },
    ] });
    let client = Client::of(builder().seed(Seed::parse(&seed.to_string()).unwrap())).await;
    assert_eq!(client.call(&format!("GET {organization}/saml")).await.1["status"], "valid");
    assert_eq!(client.call(&format!("GET {organization}/scim")).await.0, 200);
    let tokens = "/iam/v1alpha1/scim/5ca1e3a7-fa4e-4000-8000-000000000023/tokens";
    assert_eq!(client.call(&format!("GET {tokens}")).await.1["total_count"], 1);
}

#[tokio::test]
async fn policy_is_updated_with_its_rules() {
    let client = client().await;
    let app = application(&client, "app").await;
    let body = json!({ "name": "p", "application_id": app, "rules": [] });
    let made = client.good("POST /iam/v1alpha1/policies", body).await;
    client.good("POST /_fake/clock", json!({ "advance": 5 })).await;
    client.good("PUT /iam/v1alpha1/rules", json!({ "policy_id": made["id"], "rules": [] })).await;
    let (_, read) = client.call(&format!("GET /iam/v1alpha1/policies/{}", made["id"].as_str().unwrap())).await;
    assert!(read["updated_at"].as_str() > made["updated_at"].as_str(), "{read}");
}

#[tokio::test]
async fn quotas_are_unlimited_and_there_are_no_logs() {
    let client = client().await;
    let (_, listed) = client.call("GET /iam/v1alpha1/quota?quotum_names=iam_policies").await;
    let (_, one) = client.call("GET /iam/v1alpha1/quota/iam_policies").await;
    assert_eq!([&listed["quota"][0], &one["limits"][0]["unlimited"]], [&one, &json!(true)]);
    assert_eq!(client.call("GET /iam/v1alpha1/quota").await, (200, json!({ "quota": [], "total_count": 0 })));
    assert_eq!(client.call("GET /iam/v1alpha1/logs").await, (200, json!({ "logs": [], "total_count": 0 })));
    assert_eq!(client.call("GET /iam/v1alpha1/logs/none").await.0, 404);
}
