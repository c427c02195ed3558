//! Case files: `resources/<product>/<resource>.cases.yaml`. The suite `cases` runs them.

use std::collections::BTreeMap;
use std::path::Path;

use client::testing::Step;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::places;

/// The value of `{uuid}`.
pub const UUID: &str = "11111111-1111-1111-1111-111111111111";
/// Project of the provider in every case.
pub const PROJECT: &str = "22222222-2222-2222-2222-222222222222";
/// Organization of the provider in every case.
pub const ORGANIZATION: &str = "33333333-3333-3333-3333-333333333333";

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name, a sentence.
    pub case: String,
    /// The operation; default: an update if `given` is set, otherwise a create.
    #[serde(default, rename = "do")]
    action: Option<Action>,
    /// The resource's logical name.
    #[serde(default = "main")]
    pub name: String,
    /// The ID of a resource that exists.
    #[serde(default = "usual_id")]
    pub id: String,
    /// The inputs in the state.
    #[serde(default)]
    pub given: Option<Map<String, Json>>,
    /// The outputs in the state, if different from `given`.
    #[serde(default)]
    pub olds: Option<Map<String, Json>>,
    /// The program: the inputs of a create, otherwise the differences from `given` (null removes).
    #[serde(default)]
    pub when: Map<String, Json>,
    /// The requests, in order, and their responses.
    #[serde(default)]
    pub calls: Vec<Exchange>,
    /// The expected result.
    #[serde(default)]
    pub then: Then,
}

/// The operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Check and create.
    Create,
    /// Check, diff and update.
    Update,
    /// Read with the state.
    Read,
    /// The same as `read`.
    Refresh,
    /// Read with the ID alone.
    Import,
    /// Delete.
    Delete,
    /// Check only.
    Check,
    /// Check and diff only.
    Diff,
}

/// A request and its response.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Method, path and query: `GET /registry/v1/regions/fr-par/namespaces?name=a`.
    pub send: String,
    /// The whole body; absent: none, or an empty one.
    #[serde(default)]
    pub body: Json,
    /// The relevant headers of a request to Object Storage (`x-amz-acl`), all of them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The headers of the response.
    #[serde(default, rename = "responseHeaders")]
    pub response_headers: BTreeMap<String, String>,
    /// The status of the response.
    pub status: u16,
    /// The body of the response; a string is sent unchanged.
    #[serde(default)]
    pub response: Json,
}

/// The expected result. What is absent is not compared, except that failures and errors must be listed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// The ID, also in the partial state of a failed create.
    #[serde(default)]
    pub id: Option<String>,
    /// A part of the state; null means that the property is absent.
    #[serde(default)]
    pub state: Json,
    /// A part of the inputs.
    #[serde(default)]
    pub inputs: Json,
    /// The top-level properties that change.
    #[serde(default)]
    pub diffs: Option<Vec<String>>,
    /// The top-level properties whose change replaces.
    #[serde(default)]
    pub replaces: Option<Vec<String>>,
    /// Path and a part of the reason, for every failure of the check.
    #[serde(default)]
    pub failures: BTreeMap<String, String>,
    /// Path and a part of the message, for every warning of check and diff; the path of the whole resource is empty.
    #[serde(default)]
    pub warnings: BTreeMap<String, String>,
    /// A part of the error message.
    #[serde(default)]
    pub error: Option<String>,
    /// A part of the progress messages of the operation.
    #[serde(default)]
    pub progress: Option<String>,
    /// Whether the resource does not exist.
    #[serde(default)]
    pub deleted: bool,
}

impl Case {
    /// The operation.
    pub fn action(&self) -> Action {
        self.action.unwrap_or(if self.given.is_some() { Action::Update } else { Action::Create })
    }

    /// The inputs in the state.
    pub fn given(&self) -> Map<String, Json> {
        self.given.clone().unwrap_or_default()
    }

    /// The outputs in the state.
    pub fn olds(&self) -> Map<String, Json> {
        self.olds.clone().unwrap_or_else(|| self.given())
    }

    /// The program's inputs.
    pub fn program(&self) -> Map<String, Json> {
        let mut inputs = self.given();
        for (name, value) in &self.when {
            if value.is_null() {
                inputs.remove(name);
            } else {
                inputs.insert(name.clone(), value.clone());
            }
        }
        inputs
    }
}

impl Exchange {
    /// The step of a script that returns this response.
    pub fn step(&self) -> Step {
        let headers: Vec<(&str, &str)> =
            self.response_headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match &self.response {
            Json::String(text) => Step::text(self.status, text, &headers),
            Json::Null if !headers.is_empty() => Step::text(self.status, "", &headers),
            other => Step::response(self.status, other),
        }
    }

    /// The step of a script that rejects the request with this message.
    pub fn rejection(&self, message: &str) -> Step {
        if self.headers.contains_key("x-amz-target") {
            let code = "com.amazonaws.sqs#InvalidParameterValue";
            return Step::response(400, &serde_json::json!({ "__type": code, "message": message }));
        }
        if self.send == "POST /" {
            let code = "<Code>InvalidParameter</Code>";
            let text = format!("<ErrorResponse><Error>{code}<Message>{message}</Message></Error></ErrorResponse>");
            return Step::text(400, &text, &[]);
        }
        // Object Storage paths start with a bucket, not with a product and its version.
        let version = self.send.split([' ', '?']).nth(1).and_then(|path| path.split('/').nth(2)).unwrap_or_default();
        if !version.strip_prefix('v').is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit())) {
            let text = format!("<Error><Code>InvalidArgument</Code><Message>{message}</Message></Error>");
            return Step::text(400, &text, &[]);
        }
        Step::response(400, &serde_json::json!({ "type": "invalid_arguments", "message": message }))
    }

    /// Whether the request changes nothing. Requests to queues and topics are all sent with POST.
    pub fn is_read(&self) -> bool {
        let action = self.headers.get("x-amz-target").and_then(|target| target.rsplit('.').next());
        let action = action.or_else(|| self.body.as_str()?.strip_prefix("Action="));
        let is_message = self.send == "POST /"
            && action.is_some_and(|action| action.starts_with("Get") || action.starts_with("List"));
        is_message || ["GET ", "LOGIN "].iter().any(|verb| self.send.starts_with(verb))
    }

    /// Method, path, and query parameters in alphabetical order, without those for pages.
    pub fn line(&self) -> String {
        line(&self.send)
    }
}

/// Method, path and query of a request in a normal form: sorted parameters, without pages.
pub fn line(sent: &str) -> String {
    let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
    let paging = |parameter: &str| ["page=", "page_size=", "per_page="].iter().any(|name| parameter.starts_with(name));
    let mut query: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !paging(part)).collect();
    query.sort_unstable();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// The cases of a file.
pub fn read(file: &Path) -> Result<Vec<Case>, String> {
    let text = places::text(file).replace("{uuid}", UUID);
    serde_saphyr::from_str(&text).map_err(|error| error.to_string())
}

/// The token of the resource of a case file, without the package, from its descriptor.
pub fn token(file: &Path) -> String {
    let descriptor = file.to_string_lossy().replace(".cases.yaml", ".yaml");
    let text = places::text(Path::new(&descriptor));
    let token = text.lines().find_map(|line| line.strip_prefix("token:"));
    token.unwrap_or_else(|| panic!("{descriptor} has a token")).trim().to_owned()
}

fn main() -> String {
    "main".to_owned()
}

fn usual_id() -> String {
    format!("fr-par/{UUID}")
}
