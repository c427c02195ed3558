//! Components: their inputs, outputs and methods. The crate `components` creates their resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::property::Property;

/// A component type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Component {
    /// The token without the package (`evalap/database:Database`).
    pub token: String,
    /// Its name in messages (`database`).
    pub label: String,
    /// The inputs by name.
    pub inputs: BTreeMap<String, Property>,
    /// The outputs by name.
    pub outputs: BTreeMap<String, Property>,
    /// The tokens of its child resources, by their keys in `overrides`.
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
    /// The outputs by name.
    pub outputs: BTreeMap<String, Property>,
}
