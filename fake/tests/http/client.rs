//! A client that sends JSON and returns the responses.

use jiff::Timestamp;
use reqwest::Method;
use scaleway_fake::{Builder, Clock, Fake, Running};
use serde_json::Value;

/// A fake and a client.
pub(crate) struct Client {
    pub(crate) fake: Running,
    http: reqwest::Client,
    pub(crate) token: String,
}

/// A fake with a manual clock, and the same IDs in each run.
pub(crate) fn builder() -> Builder {
    let start: Timestamp = "2026-07-17T09:50:00.638933292Z".parse().unwrap();
    Fake::builder().clock(Clock::manual(start)).rng_seed(1)
}

/// A client of a fake with the default settings.
pub(crate) async fn client() -> Client {
    Client::of(builder()).await
}

/// The builder of the HTTP clients of these tests.
#[expect(clippy::disallowed_methods, reason = "these tests bring their own client")]
pub(crate) fn http_client() -> reqwest::ClientBuilder {
    // `reqwest` panics without a default; an error means that there is one already.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
}

impl Client {
    pub(crate) async fn of(builder: Builder) -> Self {
        let fake = builder.start().await.unwrap();
        Self { fake, http: http_client().build().unwrap(), token: "11111111-1111-4111-8111-111111111111".to_owned() }
    }

    /// The response, or the error of the connection.
    pub(crate) async fn send(&self, request: &str, body: Option<&Value>) -> reqwest::Result<reqwest::Response> {
        let (method, path) = request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.fake.url()));
        if !self.token.is_empty() {
            request = request.header("X-Auth-Token", &self.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    /// Status and body (`null` when empty) of a request without a body.
    pub(crate) async fn call(&self, request: &str) -> (u16, Value) {
        read(self.send(request, None).await.unwrap()).await
    }

    /// Status and body (`null` when empty) of a request with this body.
    pub(crate) async fn call_with(&self, request: &str, body: Value) -> (u16, Value) {
        read(self.send(request, Some(&body)).await.unwrap()).await
    }

    /// Status and body of a GET for a path at a host, with a secret key unless it is empty.
    pub(crate) async fn get_at(&self, host: &str, path: &str, token: &str) -> (u16, Value) {
        let mut request = self.http.get(format!("{}{path}", self.fake.url())).header("Host", host);
        if !token.is_empty() {
            request = request.header("X-Auth-Token", token);
        }
        read(request.send().await.unwrap()).await
    }

    /// Status and body of a GET by a client that uses the fake as its proxy.
    pub(crate) async fn through_proxy(&self, url: &str) -> (u16, Value) {
        let proxy = reqwest::Proxy::http(self.fake.url()).unwrap();
        let client = http_client().proxy(proxy).build().unwrap();
        read(client.get(url).send().await.unwrap()).await
    }

    /// The status of an upload to an absolute URL, without an API key.
    pub(crate) async fn upload(&self, url: &str, kind: &str, content: &'static [u8]) -> u16 {
        let request = self.http.put(url).header("content-type", kind).body(content);
        request.send().await.unwrap().status().as_u16()
    }

    /// The body of the response to a request, which must succeed.
    pub(crate) async fn good(&self, request: &str, body: Value) -> Value {
        let (status, answer) = self.call_with(request, body).await;
        assert!((200..300).contains(&status), "{request}: {status} {answer}");
        answer
    }
}

async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (status, body)
}
