//! `resources/provider.yaml`: what the package is called and what a program may tell the provider itself.
//!
//! Where a value comes from when the program does not tell it is not said here: the plugin reads environment and
//! profile, so that credentials never enter a stack's state.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name and settings of the package.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProviderFile {
    /// Display name: `Scaleway for EvalAP`.
    pub display_name: String,
    /// Description.
    pub doc: String,
    /// Keywords for search.
    pub keywords: Vec<String>,
    /// Settings by name.
    pub settings: BTreeMap<String, Setting>,
}

/// A setting of the provider.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Setting {
    /// Description for users: meaning, and the default if it is not set.
    pub doc: String,
    /// Type of the value.
    #[serde(rename = "type", default)]
    pub kind: SettingKind,
    /// Secret: encrypted in the state and never printed.
    #[serde(default)]
    pub secret: bool,
}

/// Type of a setting. The stack configuration contains all values as strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SettingKind {
    /// A string.
    #[default]
    String,
    /// An integer.
    Integer,
    /// True or false.
    Boolean,
    /// A map of strings; JSON in the stack configuration.
    Texts,
}

impl SettingKind {
    /// Its name in a Pulumi schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Texts => "object",
        }
    }
}
