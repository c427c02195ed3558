//! Waits: for the status of an object, and for the elements of a list.

use std::collections::BTreeMap;

use catalog::EachOf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Status to wait for.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wait {
    /// Status field. Default: the one in the API document.
    #[serde(default)]
    pub field: Option<String>,
    /// Boolean property: while it is `false`, creates and updates do not wait.
    #[serde(default)]
    pub only: Option<String>,
    /// Transient values. Default: those in the API document.
    #[serde(default)]
    pub passing: Vec<String>,
    /// Transient values of further fields: `{ vpc_status: [vpc_updating] }`. A field that is not set has the value `""`.
    #[serde(default)]
    pub also_passing: BTreeMap<String, Vec<String>>,
    /// Failed values, when read twice.
    #[serde(default)]
    pub failed: Vec<String>,
    /// An object with a failed status is replaced by the next update, because no change can repair it.
    #[serde(default)]
    pub replace_failed: bool,
    /// Field with the API's error message.
    #[serde(default)]
    pub reason: Option<String>,
    /// The response to an update contains the status from before it, so the object is read once more.
    #[serde(default)]
    pub lagging: bool,
    /// How long a failed status must last, if it is known to be transient. Default: `2s`.
    #[serde(default)]
    pub failed_for: Option<String>,
    /// Longest polling interval (`5s`, or `15s` for databases).
    pub cap: String,
    /// Shortest recorded time to ready.
    #[serde(default)]
    pub ready_after: Option<String>,
}

/// The elements of a list that a step is repeated for. The source `$element` is the element, `$element.name` a field of it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Each {
    /// Field of requests with the elements that the program sets, or with one value. Absent: none, so that every current element is removed.
    pub field: Option<String>,
    /// Path of the current elements in the wire object that the read steps, or earlier steps of a delete, fill:
    /// `private_networks`, `ip[].id`. Not for `all`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub live: String,
    /// Which elements.
    pub of: EachOf,
}

/// The status of the elements of a list. The list is read again while an element has a transient status.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settles {
    /// Status field of an element.
    pub field: String,
    /// Transient values.
    pub passing: Vec<String>,
    /// Failed values.
    #[serde(default)]
    pub failed: Vec<String>,
}
