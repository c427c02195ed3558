//! `resources/terraform.yaml`: the names of resources, functions and properties in the Terraform provider `scaleway/scaleway`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The path of the file with the names.
pub const FILE: &str = "resources/terraform.yaml";

/// The names in the Terraform provider.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerraformFile {
    /// Resources by token, without the package.
    pub resources: BTreeMap<String, TerraformName>,
    /// Functions by token, without the package.
    pub functions: BTreeMap<String, TerraformName>,
}

/// A resource or data source.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerraformName {
    /// Its type, such as `scaleway_vpc`.
    pub name: String,
    /// Property path (`rules.ports`) to attribute, where the attribute is not the property in snake case.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Property paths of strings that are lists of at most one string in Terraform.
    #[serde(default)]
    pub lists: BTreeSet<String>,
}
