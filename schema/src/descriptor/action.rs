//! Actions on existing objects, and the input that all of them have.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InputWord, Property, WireWord};

/// An action on an existing object. Exactly one of `accepted`, `repeatable` and `creates` is set: it determines what follows
/// a request whose response is ambiguous.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Action {
    /// Property with the ID of the object (`instanceId`). It is the first part of the ID of the action.
    pub target: String,
    /// Statuses of the object that show that the request was accepted (`restarting`). Without one of them, the request
    /// is sent again within some seconds, and not at all later.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// Performing the action twice has the same result as once, so that the request is sent again.
    #[serde(default)]
    pub repeatable: bool,
    /// The action creates an object of its own, such as the run of a job: `read` reads it, the ID of the action is its ID, and
    /// `listing` finds it after an ambiguous response. The action stays in the state if the object is deleted.
    #[serde(default)]
    pub creates: bool,
    /// The target no longer exists afterwards, such as a promoted read replica: "not found" shows that the request was accepted
    /// and that the action is complete, and the action stays in the state.
    #[serde(default)]
    pub ends_target: bool,
}

/// The name of the input that performs an action again.
const TRIGGERS: &str = "triggers";

/// Adds the inputs that all actions have.
pub(crate) fn complete(properties: &mut BTreeMap<String, Property>) {
    properties.entry(TRIGGERS.to_owned()).or_insert_with(|| Property {
        doc: "Arbitrary values, such as the version of an application or `settings` of the object. Changing this performs \
              the action again."
            .to_owned(),
        input: InputWord::Yes,
        kind: Some("map<any>".to_owned()),
        wire: Some(WireWord::Both("none".to_owned())),
        replace: true,
        ..Property::default()
    });
}
