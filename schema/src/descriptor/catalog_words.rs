//! Types of the catalog that the descriptor language uses with its own spelling.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Responses that mean that the object is deleted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeletedIf {
    /// A field that is null while the object exists.
    pub set: Option<String>,
    /// A field that is not null while the object exists.
    pub unset: Option<String>,
    /// A field and the values that mean that the object is deleted.
    pub values: BTreeMap<String, Vec<String>>,
    /// A list field and the source of the element that it contains while the object exists: `{ user_ids: $userId }`.
    #[serde(rename = "missingFrom")]
    pub missing_from: BTreeMap<String, serde_json::Value>,
}
