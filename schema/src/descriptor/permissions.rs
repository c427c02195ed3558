//! `resources/permissions.yaml`: the permission sets of API operations.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `resources/permissions.yaml`: the permission sets of API operations.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PermissionsFile {
    /// Date of the Scaleway documentation that the file is based on.
    pub as_of: String,
    /// Permission sets by API document.
    pub areas: BTreeMap<String, Area>,
    /// API documents whose operations need no permission set.
    #[serde(default)]
    pub public: Vec<String>,
    /// API documents whose permission sets Scaleway's documentation does not name.
    #[serde(default)]
    pub undocumented: Vec<String>,
}

/// Operations with the same permission sets.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Area {
    /// Permission set for reading (GET and HEAD).
    pub read: String,
    /// Permission set for creating, updating and deleting.
    pub change: String,
    /// The sets apply to the organization instead of a project.
    #[serde(default)]
    pub organization: bool,
    /// Operations of the document with other sets.
    #[serde(default)]
    pub exceptions: Vec<PermissionException>,
}

/// Operations with other sets than the rest of their document.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PermissionException {
    /// Operation IDs.
    pub operations: Vec<String>,
    /// Permission set for reading.
    pub read: String,
    /// Permission set for creating, updating and deleting.
    pub change: String,
    /// The sets apply to the organization instead of a project.
    #[serde(default)]
    pub organization: bool,
}
