//! Words shared with the catalog, in the language's spelling.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers that mean "gone".
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gone {
    /// A field that is null as long as the resource exists.
    pub set: Option<String>,
    /// A field that is not null as long as the resource exists.
    pub unset: Option<String>,
    /// A field and its values that mean gone.
    pub values: BTreeMap<String, Vec<String>>,
    /// A list field and the source of what it holds as long as the resource exists: `{ user_ids: $userId }`.
    #[serde(rename = "missingFrom")]
    pub missing_from: BTreeMap<String, serde_json::Value>,
}
