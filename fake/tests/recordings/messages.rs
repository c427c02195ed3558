//! The recordings of queues and topics: each request is signed with credentials of the fake and sent again to the recorded host,
//! and the response is compared by status, headers and body.
//!
//! The fake has the recorded project, so URLs and ARNs are equal. Requests to the API are sent too, as far as they change
//! activations and credentials.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::http::Request;
use scaleway_fake::{Fake, Running, Seed};
use serde_json::{Value, json};

use crate::replay::client;
use crate::sign::{Signer, signed_for};
use crate::storage::tree;

/// Headers that must be equal if they were recorded.
const HEADERS: [&str; 2] = ["content-type", "x-amzn-query-error"];

struct Replay {
    fake: Running,
    http: reqwest::Client,
    /// Access key and secret key.
    key: (String, String),
    /// Recorded IDs of credentials, and those in the fake.
    ids: BTreeMap<String, String>,
}

/// Replays the recordings in a directory; returns the number of responses, and the differences.
pub(crate) async fn replay(folder: &Path) -> (usize, Vec<String>) {
    let (mut compared, mut differences) = (0, Vec::new());
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let project = lines.iter().find_map(|line| line["request"]["project_id"].as_str()).unwrap();
        let mut replay = Replay::new(project).await;
        for line in &lines {
            let Some((service, host)) = service(line["url"].as_str().unwrap()) else {
                replay.forward(line).await;
                continue;
            };
            compared += 1;
            let place = format!("{} {}", file.file_stem().unwrap().to_string_lossy(), line["seq"]);
            differences.extend(replay.compare(line, service, host).await.map(|what| format!("{place}: {what}")));
        }
        replay.fake.stop().await;
    }
    (compared, differences)
}

/// The service and the host of a URL.
fn service(url: &str) -> Option<(&'static str, &str)> {
    let host = url.strip_prefix("https://")?.split('/').next()?;
    let service = ["sqs", "sns"].into_iter().find(|service| host.starts_with(&format!("{service}.mnq.")))?;
    Some((service, host))
}

impl Replay {
    async fn new(project: &str) -> Self {
        let seed = json!({ "organization_id": project, "default_project_id": project }).to_string();
        let fake = Fake::builder().rng_seed(1).seed(Seed::parse(&seed).unwrap()).start().await.unwrap();
        Self { fake, http: client(), key: Default::default(), ids: BTreeMap::new() }
    }

    /// Sends a request to the API that changes an activation or credentials.
    async fn forward(&mut self, line: &Value) {
        let (method, url) = (line["method"].as_str().unwrap(), line["url"].as_str().unwrap());
        let path = url.strip_prefix("https://api.scaleway.com").unwrap();
        if method == "GET" || !path.starts_with("/mnq/") || line["status"].as_u64().unwrap() >= 300 {
            return;
        }
        let path = self.ids.iter().fold(path.to_owned(), |path, (recorded, own)| path.replace(recorded, own));
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.fake.url()));
        let response = request.header("x-auth-token", "any").json(&line["request"]).send().await.unwrap();
        let made: Value = response.json().await.unwrap_or_default();
        if let (Some(access), Some(secret)) = (made["access_key"].as_str(), made["secret_key"].as_str()) {
            self.key = (access.to_owned(), secret.to_owned());
            let text = |id: &Value| id.as_str().unwrap_or_default().to_owned();
            self.ids.insert(text(&line["body"]["id"]), text(&made["id"]));
        }
    }

    /// The difference between the response and the recorded one.
    async fn compare(&self, line: &Value, service: &str, host: &str) -> Option<String> {
        let mut request = Request::post(format!("{}/", self.fake.url())).header("host", host);
        for (name, value) in line["request_headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        let body = line["request"].as_str().map_or_else(|| line["request"].to_string(), str::to_owned);
        let key = Signer { access_key: &self.key.0, secret_key: &self.key.1, region: "fr-par" };
        let request = signed_for(service, request.body(body.into_bytes()).unwrap(), &key);
        let response = self.http.execute(request.try_into().unwrap()).await.unwrap();
        let (status, headers) = (u64::from(response.status().as_u16()), response.headers().clone());
        let text = response.text().await.unwrap();
        if Some(status) != line["status"].as_u64() {
            return Some(format!("status {status}, not {}: {text}", line["status"]));
        }
        for name in HEADERS {
            let answered = headers.get(name).map(|value| value.to_str().unwrap());
            let recorded = line["response_headers"][name].as_str();
            if recorded.is_some() && recorded != answered {
                return Some(format!("header {name} is {answered:?}, not {recorded:?}"));
            }
        }
        let is_same = match &line["body"] {
            Value::String(xml) => tree(xml) == tree(&text),
            Value::Null => text.is_empty(),
            recorded => serde_json::from_str::<Value>(&text).ok().as_ref() == Some(recorded),
        };
        (!is_same).then(|| format!("body {text}, not {}", line["body"]))
    }
}
