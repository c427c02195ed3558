//! `resources/provider.yaml`: what the package is called and what a program may tell the provider itself.
//!
//! Where a value comes from when the program does not tell it is not said here: the plugin reads environment and
//! profile, so that credentials never enter a stack's state.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The provider as a whole.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProviderFile {
    /// The name people read: `Scaleway for EvalAP`.
    pub display_name: String,
    /// What the package is for.
    pub doc: String,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// What the provider can be told, by name.
    pub settings: BTreeMap<String, Setting>,
}

/// One thing the provider can be told.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Setting {
    /// For the person at the keyboard: what it is, where it comes from when it is not given.
    pub doc: String,
    /// What it holds.
    #[serde(rename = "type", default)]
    pub kind: SettingKind,
    /// Never shown or stored in the clear.
    #[serde(default)]
    pub secret: bool,
}

/// What a setting holds. A stack's configuration gives every value as a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SettingKind {
    /// A text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// Texts by names; JSON in a stack's configuration.
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
