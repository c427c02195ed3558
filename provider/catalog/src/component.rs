//! Components: what they take and tell. What they make is code, in a crate of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::property::Property;

/// A kind of component.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Component {
    /// The token without the package (`evalap/database:Database`).
    pub token: String,
    /// What it is called in messages (`database`).
    pub label: String,
    /// The inputs by name.
    pub inputs: BTreeMap<String, Property>,
    /// The outputs by name.
    pub outputs: BTreeMap<String, Property>,
    /// The tokens of its parts, by the names that are the keys of `overrides`.
    pub parts: BTreeMap<String, String>,
    /// The methods by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub methods: BTreeMap<String, Method>,
}

/// A method of a component.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Method {
    /// The arguments by name, without the component itself.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Property>,
    /// What comes back, by name.
    pub outputs: BTreeMap<String, Property>,
}
