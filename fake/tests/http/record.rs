//! Recordings: `record` in front of a fake, with requests that contain secrets in every place.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scaleway_fake::{Error, Recorder, RunningRecorder};
use serde_json::{Value, json};

use crate::client::{Client, http_client};

const TOKEN: &str = "7c1f7f0e-6f5b-4a53-9f4e-2f1d8b0a6c11";
const REGION: &str = "regions/fr-par";
/// In requests: passwords, values of secrets and variables, personal data, names and addresses.
const CANARIES: [&str; 11] = [
    "Pass-canary-1!aB",
    "environment canary",
    "secret-canary-value",
    "jane.canary@acme.com",
    "Jane Canary",
    "canary-name",
    "canary tag",
    "CANARY_VARIABLE",
    "shop.canary-domain.com",
    "51.15.77.88",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO canary@laptop",
];

/// A recorder in front of a fake, and its file.
struct Recorded {
    client: Client,
    recorder: RunningRecorder,
    file: PathBuf,
}

impl Recorded {
    async fn start(name: &str) -> Self {
        let client = crate::client::client().await;
        let file = new_file(name);
        let recorder =
            Recorder::default().upstream(client.fake.url()).start(File::create(&file).unwrap()).await.unwrap();
        Self { client, recorder, file }
    }

    /// The body of the response to a request through the recorder, which must succeed.
    async fn good(&self, request: &str, body: Option<Value>) -> Value {
        let (status, _, bytes) = self.raw(request, body.map(|body| body.to_string()), &[]).await;
        assert!((200..300).contains(&status), "{request}: {status} {}", String::from_utf8_lossy(&bytes));
        if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() }
    }

    /// Status, content type and body of the response to a request through the recorder.
    async fn raw(&self, request: &str, body: Option<String>, headers: &[(&str, &str)]) -> (u16, String, Vec<u8>) {
        send(&self.recorder.url(), request, &self.client.token, body, headers).await
    }

    /// The lines of the recording, and its text.
    async fn stop(self) -> (Vec<recordings::Line>, String) {
        let written = self.recorder.stop().await.unwrap();
        let lines = recordings::lines(&self.file);
        assert_eq!(usize::try_from(written).unwrap(), lines.len());
        (lines, std::fs::read_to_string(&self.file).unwrap())
    }
}

fn new_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("record").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("recording.jsonl")
}

async fn send(
    url: &str,
    request: &str,
    token: &str,
    body: Option<String>,
    headers: &[(&str, &str)],
) -> (u16, String, Vec<u8>) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = http_client().build().unwrap().request(method.parse().unwrap(), format!("{url}{path}"));
    request = request.header("X-Auth-Token", token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind =
        response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, kind, response.bytes().await.unwrap().to_vec())
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Asserts that a value is in the recording in no form.
fn assert_absent(text: &str, canary: &str) {
    let base64 = STANDARD.encode(canary);
    let forms = [canary, &base64, base64.trim_end_matches('='), &encoded(canary), &canary.replace('-', "")];
    for form in forms {
        assert!(!text.contains(form), "the recording contains {canary} as {form}");
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn recording_contains_no_secret_and_no_identity() {
    let all = Recorded::start("canaries").await;
    let [password, environment, secret, email, person, name, tag, variable, domain, address, ssh_key] = CANARIES;
    let mut canaries: BTreeSet<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    canaries.insert(all.client.token.clone());
    canaries.extend([scaleway_fake::OWNER, scaleway_fake::DEFAULT_ORGANIZATION].map(str::to_owned));

    // Credentials of IAM.
    let application = all.good("POST /iam/v1alpha1/applications", Some(json!({ "name": name, "tags": [tag] }))).await;
    let key = json!({ "application_id": application["id"], "description": person });
    let key = all.good("POST /iam/v1alpha1/api-keys", Some(key)).await;
    let of_key = [&key["secret_key"], &key["access_key"], &application["id"]];
    canaries.extend(of_key.map(|value| value.as_str().unwrap().to_owned()));
    all.good(&format!("GET /iam/v1alpha1/api-keys/{}", key["access_key"].as_str().unwrap()), None).await;
    all.good("POST /iam/v1alpha1/ssh-keys", Some(json!({ "name": name, "public_key": ssh_key }))).await;
    all.good("POST /iam/v1alpha1/users", Some(json!({ "member": { "email": email, "username": "canary-user", "first_name": "Jane Canary", "password": password } }))).await;

    // A secret with a version.
    let made = all
        .good(&format!("POST /secret-manager/v1beta1/{REGION}/secrets"), Some(json!({ "name": name, "tags": [tag] })))
        .await;
    let versions = format!("/secret-manager/v1beta1/{REGION}/secrets/{}/versions", id(&made));
    all.good(&format!("POST {versions}"), Some(json!({ "data": STANDARD.encode(secret) }))).await;
    let access = all.good(&format!("GET {versions}/1/access"), None).await;
    assert_eq!(access["data"], STANDARD.encode(secret));

    // A database with users, an address that may connect, and a certificate.
    let instance = json!({ "name": name, "engine": "PostgreSQL-15", "node_type": "DB-DEV-S", "user_name": "canary_user", "password": password });
    let instance = all.good(&format!("POST /rdb/v1/{REGION}/instances"), Some(instance)).await;
    let instance = format!("/rdb/v1/{REGION}/instances/{}", id(&instance));
    canaries.insert("canary_user".to_owned());
    let user = json!({ "name": "other_canary", "password": password });
    all.good(&format!("POST {instance}/users"), Some(user)).await;
    canaries.insert("other_canary".to_owned());
    all.good(&format!("GET {instance}/users?name=other_canary"), None).await;
    let rules = json!({ "rules": [{ "ip": format!("{address}/32"), "description": person }] });
    all.good(&format!("POST {instance}/acls"), Some(rules)).await;
    all.good(&format!("GET {instance}/certificate"), None).await;

    // A container with variables.
    let namespace =
        all.good(&format!("POST /containers/v1/{REGION}/namespaces"), Some(json!({ "name": "canary-name" }))).await;
    let container = json!({
        "namespace_id": namespace["id"], "name": "canary-container", "image": "rg.fr-par.scw.cloud/canary-images/app:1",
        "environment_variables": { variable: environment }, "secret_environment_variables": { variable: secret },
    });
    let container = all.good(&format!("POST /containers/v1/{REGION}/containers"), Some(container)).await;
    canaries.extend(["canary-images", "canary-container"].map(str::to_owned));
    let hash = container["secret_environment_variables"][variable].as_str().unwrap();
    canaries.insert(hash.to_owned());

    // A kubeconfig.
    let cluster = json!({ "name": name, "version": "1.35.3", "cni": "cilium", "type": "kapsule", "pools": [] });
    let (status, _, cluster) =
        all.raw(&format!("POST /k8s/v1/{REGION}/clusters"), Some(cluster.to_string()), &[]).await;
    let cluster: Value = serde_json::from_slice(&cluster).unwrap();
    assert_eq!(status, 200, "{cluster}");
    let kubeconfig = all.good(&format!("GET /k8s/v1/{REGION}/clusters/{}/kubeconfig", id(&cluster)), None).await;
    canaries.insert(kubeconfig["content"].as_str().unwrap().to_owned());

    // An error message that repeats a value, and requests that no document contains.
    let (status, _, _) = all
        .raw("POST /iam/v1alpha1/applications", Some(json!({ "name": name, "unknown": secret }).to_string()), &[])
        .await;
    assert_eq!(status, 400);
    let unknown = format!("GET /unknown/v1/{}?name={}&token={}", encoded(domain), encoded(person), encoded(secret));
    assert_eq!(all.raw(&unknown, None, &[]).await.0, 404);
    let plain = all.raw("POST /vpc/v2/regions/fr-par/vpcs", Some(format!("no JSON: {secret}")), &[]).await;
    assert_eq!(plain.0, 400);

    let (lines, text) = all.stop().await;
    assert!(lines.len() >= 20, "{}", lines.len());
    for canary in &canaries {
        assert_absent(&text, canary);
    }
    // It is still readable.
    assert!(text.contains(r#""node_type":"DB-DEV-S""#) && text.contains(r#""engine":"PostgreSQL-15""#), "{text}");
    assert!(
        text.contains("redacted-password-1")
            && text.contains("person-1@example.com")
            && text.contains("203.0.113.1/32")
    );
}

#[tokio::test]
async fn response_is_the_one_of_the_upstream() {
    let all = Recorded::start("bytes").await;
    all.good("POST /vpc/v2/regions/fr-par/vpcs", Some(json!({ "name": "one", "tags": ["a"] }))).await;
    let vpcs = "GET /vpc/v2/regions/fr-par/vpcs?order_by=created_at_asc";
    for (request, body) in [
        (vpcs, None),
        ("GET /vpc/v2/regions/fr-par/vpcs/11111111-1111-4111-8111-111111111111", None),
        ("POST /vpc/v2/regions/fr-par/vpcs", Some("{".to_owned())),
        ("GET /nothing", None),
        ("GET /instance/v1/zones/fr-par-1/servers", None),
        ("DELETE /vpc/v2/regions/fr-par/vpcs/11111111-1111-4111-8111-111111111111", None),
    ] {
        let direct = send(&all.client.fake.url(), request, &all.client.token, body.clone(), &[]).await;
        let gzip = [("accept-encoding", "gzip")];
        assert_eq!(all.raw(request, body, &gzip).await, direct, "{request}");
    }
    let forwarded = all.client.fake.requests();
    assert!(forwarded.iter().any(|request| request.path.ends_with("/vpcs") && !request.query.is_empty()));
    let (lines, _) = all.stop().await;
    let listed =
        lines.iter().find(|line| line.method == "GET" && line.url.contains("order_by=created_at_asc")).unwrap();
    assert_eq!(listed.url, "https://api.scaleway.com/vpc/v2/regions/fr-par/vpcs?order_by=created_at_asc");
    assert_eq!((listed.status, &listed.body["total_count"]), (200, &json!(1)));
    assert_eq!(listed.response_headers["content-type"], "application/json");
}

#[tokio::test]
async fn same_id_has_the_same_pseudonym_in_every_place() {
    let all = Recorded::start("relations").await;
    let vpc = all.good("POST /vpc/v2/regions/fr-par/vpcs", Some(json!({ "name": "canary-vpc" }))).await;
    let body = json!({ "vpc_id": vpc["id"], "name": "canary-vpc" });
    let network = all.good("POST /vpc/v2/regions/fr-par/private-networks", Some(body)).await;
    all.good(&format!("GET /vpc/v2/regions/fr-par/private-networks?vpc_id={}", id(&vpc)), None).await;
    all.good(&format!("DELETE /vpc/v2/regions/fr-par/private-networks/{}", id(&network)), None).await;
    let file = all.file.clone();
    let (_, text) = all.stop().await;
    assert!(!text.contains(&id(&vpc)) && !text.contains(&id(&network)));
    // The readers of this project's own recordings read the file.
    let recording = recordings::recordings(file.parent().unwrap()).pop().unwrap();
    let [created, network, listed, deleted] = &recording.exchanges[..] else { panic!("{text}") };
    let vpc = created.response["id"].as_str().unwrap();
    assert_eq!((&network.request["vpc_id"], &network.response["vpc_id"]), (&json!(vpc), &json!(vpc)));
    assert_eq!(network.request["name"], created.request["name"]);
    assert_eq!(listed.query, [("vpc_id".to_owned(), vpc.to_owned())]);
    assert_eq!(listed.response["private_networks"][0]["id"], network.response["id"]);
    assert!(deleted.path.ends_with(network.response["id"].as_str().unwrap()));
    assert_eq!((deleted.method.as_str(), deleted.status, &deleted.response), ("DELETE", 204, &Value::Null));
}

#[tokio::test]
async fn signed_requests_are_rejected_and_not_recorded() {
    let all = Recorded::start("signed").await;
    for (request, headers) in [
        (
            "PUT /bucket",
            [("authorization", "AWS4-HMAC-SHA256 Credential=SCWX/20260101/fr-par/s3/aws4_request, Signature=1")],
        ),
        ("GET /bucket/key?X-Amz-Signature=1", [("accept", "*/*")]),
        ("POST /", [("x-amz-target", "AmazonSQS.ListQueues")]),
    ] {
        let (status, _, body) = all.raw(request, None, &headers).await;
        assert_eq!(status, 501, "{request}");
        assert!(String::from_utf8_lossy(&body).contains("Hint: set SCW_S3_ENDPOINT"));
    }
    assert!(all.client.fake.requests().is_empty());
    assert!(all.stop().await.0.is_empty());
}

#[tokio::test]
async fn api_that_does_not_respond_is_reported() {
    let all = Recorded::start("outage").await;
    let url = all.client.fake.url();
    let Recorded { client, recorder, .. } = all;
    client.fake.stop().await;
    let (status, _, body) = send(&recorder.url(), "GET /vpc/v2/regions/fr-par/vpcs", TOKEN, None, &[]).await;
    assert_eq!(status, 502);
    assert!(String::from_utf8_lossy(&body).contains(&format!("{url} does not respond")));
    assert_eq!(recorder.stop().await, Ok(0));
}

#[tokio::test]
async fn interrupted_response_is_recorded_without_its_body() {
    let all = Recorded::start("truncated").await;
    all.client.fake.fault(scaleway_fake::Fault::at("/vpc/*", scaleway_fake::FaultKind::Truncate));
    let url = format!("{}/vpc/v2/regions/fr-par/vpcs", all.recorder.url());
    let response = http_client().build().unwrap().get(url).header("X-Auth-Token", TOKEN).send().await;
    let body = match response {
        Ok(response) => response.bytes().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(body.is_err());
    let (lines, text) = all.stop().await;
    assert_eq!(lines.len(), 1);
    assert!(text.contains("$incomplete"), "{text}");
}

#[tokio::test]
async fn remote_clients_send_the_token_in_place_of_the_secret_key() {
    let client = crate::client::client().await;
    let all_addresses = || Recorder::default().listen("0.0.0.0:0".parse().unwrap()).upstream(client.fake.url());
    let output = || File::create(new_file("remote")).unwrap();
    let error = all_addresses().start(output()).await.err().unwrap();
    assert!(matches!(error, Error::NotLoopback { .. }));
    let error = all_addresses().allow_remote("secret", &client.token).start(output()).await.err().unwrap();
    assert!(matches!(error, Error::Token));
    let error = all_addresses().allow_remote(TOKEN, "").start(output()).await.err().unwrap();
    assert!(matches!(error, Error::SecretKey));
    let recorder = all_addresses().allow_remote(TOKEN, &client.token).start(output()).await.unwrap();
    let vpcs = "GET /vpc/v2/regions/fr-par/vpcs";
    assert_eq!(send(&recorder.url(), vpcs, &client.token, None, &[]).await.0, 401);
    assert_eq!(send(&recorder.url(), vpcs, TOKEN, None, &[]).await.0, 200);
    assert_eq!(recorder.stop().await, Ok(1));
    let text = std::fs::read_to_string(new_file("remote")).unwrap();
    assert!(!text.contains(&client.token) && !text.contains(TOKEN));
}
