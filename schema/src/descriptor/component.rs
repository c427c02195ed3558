//! The words for a component: what it takes, what it tells, and the parts it is made of.
//!
//! What is made of the inputs is code (`provider/components`); everything a user can see is said here.

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
    /// What it is called in messages, in lower case: `database`.
    pub label: String,
    /// What it makes and promises: the first sentence stands alone in lists.
    pub doc: String,
    /// What it is made of, by the name that `overrides` knows it by.
    pub parts: BTreeMap<String, Part>,
    /// What the program gives, beside what all components of the folder share.
    #[serde(default)]
    pub inputs: BTreeMap<String, Property>,
    /// What it tells.
    #[serde(default)]
    pub outputs: BTreeMap<String, Property>,
    /// What it can be asked.
    #[serde(default)]
    pub methods: BTreeMap<String, Method>,
}

/// A part of a component.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Part {
    /// Its token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// When it is made, if not always: `with `privateNetworkId``.
    #[serde(default)]
    pub when: Option<String>,
    /// There may be several: the names are this one, a dash, and what tells them apart.
    #[serde(default)]
    pub many: bool,
}

/// Something a component can be asked.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Method {
    /// What it tells.
    pub doc: String,
    /// What it needs to know.
    #[serde(default)]
    pub inputs: BTreeMap<String, Property>,
    /// What comes back.
    pub outputs: BTreeMap<String, Property>,
}
