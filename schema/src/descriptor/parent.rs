//! The parent of a resource, and its look-up.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parent resource.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Within {
    /// Property with the ID of the parent (`instanceId`).
    pub property: String,
    /// Token of the parent without the package (`databases/instance:Instance`).
    pub token: String,
}

/// How the parent of a resource is looked up.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LookupParent {
    /// Input with the ID of the parent (`secretId`).
    pub property: String,
    /// Operation that lists candidates (all pages).
    pub list: String,
    /// Fields of a candidate, and the inputs that they must equal: `{ name: secretName }`.
    pub by: BTreeMap<String, String>,
}
