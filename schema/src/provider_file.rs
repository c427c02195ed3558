//! `resources/provider.yaml`: the name of the package and the settings of the provider.
//!
//! Environment variables and profiles, which the plugin reads for settings that are not set, are not in this file, so that
//! credentials do not enter the state of a stack.

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
    /// Options of the SDK generators and of Pulumi's program generators, by language. The description and the names of
    /// the modules are added.
    #[serde(default)]
    pub languages: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
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
    Strings,
}

impl SettingKind {
    /// The name of the type in a Pulumi schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Strings => "object",
        }
    }
}
