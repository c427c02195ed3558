//! The client of Object Storage of these tests.

use axum::http::Request;
use scaleway_fake::{Builder, Running};

use crate::client::{builder, http_client};
use crate::sign::{Signer, signed};

pub(crate) const ACCESS_KEY: &str = "SCWXXXXXXXXXXXXXXXXX";
pub(crate) const SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";

/// A fake and a client of Object Storage that signs its requests.
pub(crate) struct Storage {
    pub(crate) fake: Running,
    pub(crate) http: reqwest::Client,
}

/// A response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Response {
    /// Status and error code; empty when there is none.
    pub(crate) fn code(&self) -> (u16, &str) {
        let code = self.text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        (self.status, code.map_or("", |(code, _)| code))
    }

    /// The text of the first element with this name.
    pub(crate) fn element(&self, name: &str) -> &str {
        let rest = self.text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{name}: {}", self.text)).1;
        rest.split_once(&format!("</{name}>")).unwrap().0
    }
}

impl Storage {
    pub(crate) async fn new() -> Self {
        Self::of(builder()).await
    }

    pub(crate) async fn of(builder: Builder) -> Self {
        Self { fake: builder.start().await.unwrap(), http: http_client().build().unwrap() }
    }

    /// The status of a request to the REST API with this secret key.
    pub(crate) async fn list_vpcs(&self, secret_key: &str) -> u16 {
        let call = self.http.get(format!("{}/vpc/v2/regions/fr-par/vpcs", self.fake.url()));
        call.header("x-auth-token", secret_key).send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn send_as(
        &self,
        key: Option<&Signer<'_>>,
        request: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let (method, target) = request.split_once(' ').unwrap();
        let mut created = Request::builder().method(method).uri(format!("{}{target}", self.fake.url()));
        for (name, value) in headers {
            created = created.header(*name, *value);
        }
        let created = created.body(body.as_bytes().to_vec()).unwrap();
        let created = match key {
            Some(key) => signed(created, key),
            None => created,
        };
        let received = self.http.execute(created.try_into().unwrap()).await.unwrap();
        let (status, headers) = (received.status().as_u16(), received.headers().clone());
        Response { status, headers, text: received.text().await.unwrap() }
    }

    pub(crate) async fn send(&self, request: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let key = Signer { access_key: ACCESS_KEY, secret_key: SECRET_KEY, region: "fr-par" };
        self.send_as(Some(&key), request, headers, body).await
    }

    /// The response of IAM to a POST with the owner's API key.
    pub(crate) async fn api(&self, what: &str, body: serde_json::Value) -> serde_json::Value {
        let request = self.http.post(format!("{}/iam/v1alpha1/{what}", self.fake.url()));
        let response = request.header("X-Auth-Token", SECRET_KEY).json(&body).send().await.unwrap();
        response.json().await.unwrap()
    }

    pub(crate) async fn call(&self, request: &str) -> Response {
        self.send(request, &[], "").await
    }

    pub(crate) async fn good(&self, request: &str, body: &str) -> Response {
        let response = self.send(request, &[], body).await;
        assert!(response.status < 300, "{request}: {} {}", response.status, response.text);
        response
    }
}
