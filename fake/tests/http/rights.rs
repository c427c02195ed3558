//! Enforced permission sets: permissions by project, and errors.

use scaleway_fake::DEFAULT_ORGANIZATION;
use serde_json::{Value, json};

use crate::client::{Client, builder};

const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par/secrets";

/// A fake that enforces permissions, its owner, and the secret key of an application with these rules.
struct Guarded {
    client: Client,
    owner: String,
    application: String,
    policy: String,
    secret_key: String,
    access_key: String,
}

async fn guarded(rules: Value) -> Guarded {
    let client = Client::of(builder().enforce_permissions(true)).await;
    let body = json!({ "name": "app", "organization_id": DEFAULT_ORGANIZATION });
    let application = text(&client.good("POST /iam/v1alpha1/applications", body).await, "id");
    let body = json!({ "name": "p", "application_id": application, "rules": rules });
    let policy = text(&client.good("POST /iam/v1alpha1/policies", body).await, "id");
    let key = client.good("POST /iam/v1alpha1/api-keys", json!({ "application_id": application })).await;
    let (secret_key, access_key) = (text(&key, "secret_key"), text(&key, "access_key"));
    let owner = client.token.clone();
    Guarded { client, owner, application, policy, secret_key, access_key }
}

impl Guarded {
    async fn as_owner(&mut self, request: &str, body: Value) -> Value {
        self.client.token.clone_from(&self.owner);
        self.client.good(request, body).await
    }

    async fn status(&mut self, request: &str, body: Value) -> u16 {
        self.client.token.clone_from(&self.secret_key);
        self.client.call_with(request, body).await.0
    }

    async fn rules(&mut self, rules: Value) {
        let body = json!({ "policy_id": self.policy, "rules": rules });
        self.as_owner("PUT /iam/v1alpha1/rules", body).await;
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap().to_owned()
}

/// One rule, in the default project.
fn sets(names: &[&str]) -> Value {
    json!([{ "permission_set_names": names, "project_ids": [DEFAULT_ORGANIZATION] }])
}

#[tokio::test]
async fn operation_without_a_rule_is_denied_as_recorded() {
    let mut guarded = guarded(sets(&["SecretManagerReadOnly"])).await;
    assert_eq!(guarded.status(&format!("GET {SECRETS}"), Value::Null).await, 200);
    let (status, error) = guarded.client.call_with(&format!("POST {SECRETS}"), json!({ "name": "a" })).await;
    let expected = json!({
        "type": "permissions_denied", "message": "insufficient permissions",
        "details": [{ "resource": "secret", "action": "write" }],
    });
    assert_eq!((status, error), (403, expected));
}

#[tokio::test]
async fn reading_a_secret_value_needs_another_permission_set_than_reading_the_secret() {
    let mut guarded = guarded(sets(&["SecretManagerReadOnly"])).await;
    let body = json!({ "name": "a", "project_id": DEFAULT_ORGANIZATION });
    let secret = text(&guarded.as_owner(&format!("POST {SECRETS}"), body).await, "id");
    guarded.as_owner(&format!("POST {SECRETS}/{secret}/versions"), json!({ "data": "aGlkZGVu" })).await;
    let access = format!("GET {SECRETS}/{secret}/versions/1/access");
    let look = format!("GET {SECRETS}/{secret}/versions/1");
    assert_eq!((guarded.status(&look, Value::Null).await, guarded.status(&access, Value::Null).await), (200, 403));
    guarded.rules(sets(&["SecretManagerSecretAccess"])).await;
    assert_eq!((guarded.status(&look, Value::Null).await, guarded.status(&access, Value::Null).await), (403, 200));
}

#[tokio::test]
async fn permissions_and_lists_are_limited_to_projects() {
    let mut guarded = guarded(sets(&["SecretManagerFullAccess"])).await;
    let other = text(&guarded.as_owner("POST /account/v3/projects", json!({ "name": "other" })).await, "id");
    let elsewhere = json!({ "name": "there", "project_id": other });
    let there = text(&guarded.as_owner(&format!("POST {SECRETS}"), elsewhere.clone()).await, "id");
    assert_eq!(guarded.status(&format!("POST {SECRETS}"), elsewhere).await, 403);
    assert_eq!(guarded.status(&format!("POST {SECRETS}"), json!({ "name": "here" })).await, 200);
    assert_eq!(guarded.status(&format!("GET {SECRETS}/{there}"), Value::Null).await, 403);
    let (_, listed) = guarded.client.call(&format!("GET {SECRETS}")).await;
    assert_eq!((&listed["total_count"], &listed["secrets"][0]["name"]), (&json!(1), &json!("here")));
    guarded
        .rules(json!([{ "permission_set_names": ["AllProductsReadOnly"], "organization_id": DEFAULT_ORGANIZATION }]))
        .await;
    guarded.client.token.clone_from(&guarded.secret_key);
    assert_eq!(guarded.client.call(&format!("GET {SECRETS}")).await.1["total_count"], 2);
}

#[tokio::test]
async fn objects_of_the_organization_need_a_rule_for_the_organization() {
    let mut guarded = guarded(sets(&["IAMManager"])).await;
    let list = "GET /iam/v1alpha1/applications";
    assert_eq!(guarded.status(list, Value::Null).await, 403, "IAM is of no project");
    guarded.rules(json!([{ "permission_set_names": ["IAMManager"], "organization_id": DEFAULT_ORGANIZATION }])).await;
    assert_eq!(guarded.status(list, Value::Null).await, 200);
    assert_eq!(guarded.status("GET /registry/v1/regions/fr-par/namespaces", Value::Null).await, 403);
}

#[tokio::test]
async fn api_key_can_read_itself_and_members_have_the_permissions_of_groups() {
    let mut guarded = guarded(json!([])).await;
    let own = format!("GET /iam/v1alpha1/api-keys/{}", guarded.access_key);
    assert_eq!(guarded.status(&own, Value::Null).await, 200);
    let namespaces = "GET /registry/v1/regions/fr-par/namespaces";
    assert_eq!(guarded.status(namespaces, Value::Null).await, 403);
    let group = text(&guarded.as_owner("POST /iam/v1alpha1/groups", json!({ "name": "g" })).await, "id");
    let body = json!({ "name": "of-g", "group_id": group, "rules": sets(&["ContainerRegistryReadOnly"]) });
    guarded.as_owner("POST /iam/v1alpha1/policies", body).await;
    assert_eq!(guarded.status(namespaces, Value::Null).await, 403, "not a member yet");
    let member = json!({ "application_id": guarded.application });
    guarded.as_owner(&format!("POST /iam/v1alpha1/groups/{group}/add-member"), member).await;
    assert_eq!(guarded.status(namespaces, Value::Null).await, 200);
}

#[tokio::test]
async fn parts_belong_to_the_project_of_their_parent() {
    let mut guarded = guarded(sets(&["ContainersFullAccess"])).await;
    let other = text(&guarded.as_owner("POST /account/v3/projects", json!({ "name": "other" })).await, "id");
    let containers = "/containers/v1/regions/fr-par";
    for (project, expected) in [(DEFAULT_ORGANIZATION, 200), (&other, 403)] {
        let body = json!({ "name": "n", "project_id": project });
        let namespace = text(&guarded.as_owner(&format!("POST {containers}/namespaces"), body).await, "id");
        let body = json!({ "name": "c", "namespace_id": namespace, "image": "nginx" });
        assert_eq!(guarded.status(&format!("POST {containers}/containers"), body).await, expected, "{project}");
    }
}

#[tokio::test]
async fn permissions_are_not_enforced_by_default() {
    let mut client = Client::of(builder()).await;
    let body = json!({ "name": "app", "organization_id": DEFAULT_ORGANIZATION });
    let application = text(&client.good("POST /iam/v1alpha1/applications", body).await, "id");
    let key = client.good("POST /iam/v1alpha1/api-keys", json!({ "application_id": application })).await;
    client.token = text(&key, "secret_key");
    assert_eq!(client.call(&format!("GET {SECRETS}")).await.0, 200);
}
