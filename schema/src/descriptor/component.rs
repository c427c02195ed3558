//! The keys of a component: its inputs and outputs, and its child resources.
//!
//! Code (`provider/components`) creates the child resources; this module defines everything that users see.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Property;

/// `resources/evalap/<component>.yaml`: one component. A file with `parts` is one.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Component {
    /// The Pulumi token without the package: `evalap/database:Database`.
    pub token: String,
    /// Name in messages, in lower case: `database`.
    pub label: String,
    /// Description. Lists show the first sentence only.
    pub doc: String,
    /// Child resources, by their names in `overrides`.
    pub parts: BTreeMap<String, Part>,
    /// Inputs, in addition to those of all components in the directory.
    #[serde(default)]
    pub inputs: BTreeMap<String, Property>,
    /// Outputs.
    #[serde(default)]
    pub outputs: BTreeMap<String, Property>,
    /// Methods.
    #[serde(default)]
    pub methods: BTreeMap<String, Method>,
}

/// A child resource of a component.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Part {
    /// Token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// Condition under which it is created, as a phrase: without `privateNetworkId`.
    #[serde(default)]
    pub when: Option<String>,
    /// There can be several. Their names are this name, a dash and a suffix.
    #[serde(default)]
    pub many: bool,
}

/// A method of a component.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Method {
    /// Description.
    pub doc: String,
    /// Inputs.
    #[serde(default)]
    pub inputs: BTreeMap<String, Property>,
    /// Outputs.
    pub outputs: BTreeMap<String, Property>,
}
