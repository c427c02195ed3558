//! Case files: `resources/<product>/<resource>.cases.yaml`, read and filled in. Knows how a case is written, not how it
//! is judged.

use std::collections::BTreeMap;
use std::path::Path;

use client::testing::Step;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::places;

/// The uuid that `{uuid}` stands for.
pub const UUID: &str = "11111111-1111-1111-1111-111111111111";
/// The project the provider of every case works in.
pub const PROJECT: &str = "22222222-2222-2222-2222-222222222222";
/// The organization the provider of every case works in.
pub const ORGANIZATION: &str = "33333333-3333-3333-3333-333333333333";

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, as a sentence.
    pub case: String,
    /// What is done; by default an update if `given`, else a create.
    #[serde(default, rename = "do")]
    deed: Option<Action>,
    /// The resource's logical name.
    #[serde(default = "main")]
    pub name: String,
    /// The id of a resource that exists.
    #[serde(default = "usual_id")]
    pub id: String,
    /// The inputs in the state.
    #[serde(default)]
    pub given: Option<Map<String, Json>>,
    /// The outputs in the state, if they are not what was given.
    #[serde(default)]
    pub olds: Option<Map<String, Json>>,
    /// The program: for a create its inputs, else what differs from `given` (null takes away).
    #[serde(default)]
    pub when: Map<String, Json>,
    /// The calls that are made, in order, and their answers.
    #[serde(default)]
    pub calls: Vec<Exchange>,
    /// What comes of it.
    #[serde(default)]
    pub then: Then,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Check and create.
    Create,
    /// Check, diff and update.
    Update,
    /// Read what the state knows.
    Read,
    /// The same; the word people use.
    Refresh,
    /// Read by the id alone.
    Import,
    /// Delete.
    Delete,
    /// Check only.
    Check,
    /// Check and diff only.
    Diff,
}

/// A call and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Verb, path and query: `GET /registry/v1/regions/fr-par/namespaces?name=a`.
    pub send: String,
    /// The whole body; absent: none, or an empty one.
    #[serde(default)]
    pub body: Json,
    /// The headers of a call to Object Storage that say something (`x-amz-acl`), all of them.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The headers of the answer.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer; a text is sent as it is.
    #[serde(default)]
    pub answer: Json,
}

/// What comes of a case. What is absent is not looked at, except that failures and errors must be announced.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// The id, also of what a failed create left.
    #[serde(default)]
    pub id: Option<String>,
    /// A part of the state; null means that there is nothing.
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
    /// Path to a part of the reason, for every failure of the check.
    #[serde(default)]
    pub failures: BTreeMap<String, String>,
    /// Path to a part of the text, for every warning of check and diff; the path of the whole resource is empty.
    #[serde(default)]
    pub warnings: BTreeMap<String, String>,
    /// A part of the error's text.
    #[serde(default)]
    pub error: Option<String>,
    /// A part of what the operation told on its way.
    #[serde(default)]
    pub told: Option<String>,
    /// Whether the resource does not exist (any more).
    #[serde(default)]
    pub gone: bool,
}

impl Case {
    /// What is done.
    pub fn deed(&self) -> Action {
        self.deed.unwrap_or(if self.given.is_some() { Action::Update } else { Action::Create })
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
    /// The step of a script that gives this answer.
    pub fn step(&self) -> Step {
        let told: Vec<(&str, &str)> = self.told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match &self.answer {
            Json::String(text) => Step::text(self.status, text, &told),
            Json::Null if !told.is_empty() => Step::text(self.status, "", &told),
            other => Step::answer(self.status, other),
        }
    }

    /// The step of a script that refuses the call with this message.
    pub fn refusal(&self, message: &str) -> Step {
        // Calls of Object Storage begin with a bucket, and not with a product and its version.
        let version = self.send.split([' ', '?']).nth(1).and_then(|path| path.split('/').nth(2)).unwrap_or_default();
        if !version.strip_prefix('v').is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit())) {
            let text = format!("<Error><Code>InvalidArgument</Code><Message>{message}</Message></Error>");
            return Step::text(400, &text, &[]);
        }
        Step::answer(400, &serde_json::json!({ "type": "invalid_arguments", "message": message }))
    }

    /// Verb, path, and query parameters in alphabetical order, without those that turn pages.
    pub fn line(&self) -> String {
        line(&self.send)
    }
}

/// A call's verb, path and query in the form in which two are compared: parameters sorted, paging left out.
pub fn line(sent: &str) -> String {
    let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
    let paging = |parameter: &str| parameter.starts_with("page=") || parameter.starts_with("page_size=");
    let mut query: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !paging(part)).collect();
    query.sort_unstable();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// The cases of a file.
pub fn read(file: &Path) -> Result<Vec<Case>, String> {
    let text = places::text(file).replace("{uuid}", UUID);
    serde_saphyr::from_str(&text).map_err(|error| error.to_string())
}

/// The token of the resource a case file is about, without the package: the descriptor beside it says it.
pub fn token(file: &Path) -> String {
    let descriptor = file.to_string_lossy().replace(".cases.yaml", ".yaml");
    let text = places::text(Path::new(&descriptor));
    let token = text.lines().find_map(|line| line.strip_prefix("token:"));
    token.unwrap_or_else(|| panic!("{descriptor} names its token")).trim().to_owned()
}

fn main() -> String {
    "main".to_owned()
}

fn usual_id() -> String {
    format!("fr-par/{UUID}")
}
