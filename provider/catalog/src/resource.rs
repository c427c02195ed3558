//! Resources and functions: their properties, API calls, and waits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::call::{Operation, Source, Step, When};
use crate::property::Property;
use crate::special::Special;

/// A resource type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Resource {
    /// The token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// Its name in messages (`registry namespace`).
    pub label: String,
    /// Whether it is regional, zonal or global.
    pub locality: Locality,
    /// The regions or zones in the API documents: another one is a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub localities: Vec<String>,
    /// The parts of its Pulumi ID, joined by `/`.
    pub id: Vec<IdPart>,
    /// Other formats of its ID, distinguished by their constants: `{groupId}/user/{userId}`, `{groupId}/app/…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<Vec<IdPart>>,
    /// The fields of responses that, joined by dots, are its name, if the name replaces the UUID in its ID.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_by: Vec<String>,
    /// Fields of responses that are composed of other fields, to the end of their format:
    /// `SubscriptionArn: "project-{project_id}:{topic_name}:{id}"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub composed: BTreeMap<String, String>,
    /// The properties by name.
    pub properties: BTreeMap<String, Property>,
    /// The calls that create it, in order. Later calls are made only for inputs that earlier calls did not send.
    pub create: Vec<Step>,
    /// The calls that read it. The first call decides whether it exists, and is used for polling.
    pub read: Vec<Step>,
    /// The calls that update it, in order. Each is made only if one of its fields changed.
    pub update: Vec<Step>,
    /// The calls that delete it.
    pub delete: Vec<Step>,
    /// The wait for its status, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// The default timeouts.
    pub timeouts: Timeouts,
    /// Its parent resource: operations hold a lock on the parent, and wait until the parent is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// Other types are parts of it (`within`), and use the same lock.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_parts: bool,
    /// Responses that mean that the resource is deleted although it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_if: Option<DeletedIf>,
    /// An ID for import may end with `@` and the project, and calls are made for the project of the resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub project_in_id: bool,
    /// The last part of the ID may contain slashes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub id_rest: bool,
    /// Time in milliseconds for which a 403 is retried, with a message, because new permissions take effect with a delay.
    #[serde(skip_serializing_if = "is_zero")]
    pub denied_window_ms: u64,
    /// The permission set that each operation requires.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, Permission>,
    /// The data that is lost when it is deleted: a replacement warns about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_data: Option<String>,
    /// Objects that the API creates with it because the program names none, and that are deleted after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_with: Option<Box<CreatedWith>>,
    /// The local implementation (`engine/src/local/`) of a resource without API calls, which exists in the state only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// An action on an existing object instead of an object: a create performs it once, and a delete makes no call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The replacement of a resource that Scaleway discontinued: no API calls are made, a create fails, and existing ones are
    /// treated as deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discontinued: Option<String>,
    /// The handler, if data cannot describe it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special: Option<Special>,
    /// How existing resources are listed. Absent for actions, and for `local` and `discontinued` resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// Groups of properties: exactly one of each group must be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties: at least one of each group must be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_least_one: Vec<Vec<String>>,
    /// Groups of properties: at most one of each group may be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_most_one: Vec<Vec<String>>,
    /// Property to the properties that must be set with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requires: BTreeMap<String, Vec<String>>,
}

/// Objects that the API creates with a resource, such as the public address of a load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreatedWith {
    /// The output that stores their IDs.
    pub property: String,
    /// The output that contains them after the create: an ID or a list of IDs.
    pub from: String,
    /// The inputs that name existing objects instead.
    pub unless: Vec<String>,
    /// A value of an input with which they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_if: Option<When>,
    /// The call that reads one; its element is the ID.
    pub read: Step,
    /// The field of that response with the ID of the object that uses it, which is empty if it is unused.
    pub used_by: String,
    /// The call that deletes one.
    pub delete: Step,
}

impl Resource {
    /// All formats of its ID.
    pub fn id_forms(&self) -> impl Iterator<Item = &[IdPart]> {
        std::iter::once(self.id.as_slice()).chain(self.other_ids.iter().map(Vec::as_slice))
    }

    /// Whether its handler calls operations of its own.
    pub fn has_special_calls(&self) -> bool {
        self.special.as_ref().is_some_and(|special| !special.operations.is_empty())
    }

    /// The calls of a create, in order: first the one that creates the object, which depends on the conditions that hold.
    pub fn creating(&self, holds: impl Fn(&When) -> bool) -> impl Iterator<Item = &Step> {
        let instead = self.create.iter().find(|step| step.instead && step.when.as_ref().is_some_and(&holds));
        let later = self.create.iter().skip(1).filter(|step| !step.instead);
        instead.or(self.create.first()).into_iter().chain(later)
    }

    /// The property that `name` is an alias of (`same`), otherwise `name`.
    pub fn stem<'a>(&'a self, name: &'a str) -> &'a str {
        self.properties.get(name).and_then(|property| property.same.as_deref()).unwrap_or(name)
    }
}

/// Whether a field is in the format of a composed field ([`Resource::composed`]).
pub fn is_composed_part(composed: &BTreeMap<String, String>, field: &str) -> bool {
    composed.values().any(|format| format.contains(&format!("{{{field}}}")))
}

/// A permission set that allows a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Its name (`ContainerRegistryFullAccess`).
    pub set: String,
    /// The call is a read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads: bool,
    /// The scope is the organization, not a project.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
}

/// The locality of a resource type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Locality {
    /// A region, such as `fr-par`.
    Region,
    /// A zone, such as `fr-par-1`.
    Zone,
    /// Neither regional nor zonal.
    #[default]
    Global,
}

/// One part of a Pulumi ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdPart {
    /// The region or zone.
    Locality,
    /// The UUID of the resource (the wire field `id`).
    Id,
    /// The wire value of a property, without region or zone.
    Property(String),
    /// A constant.
    Literal(String),
}

/// The wait for the status of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The status field (`status`).
    pub field: String,
    /// The boolean property that must not be `false`: otherwise creates and updates do not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Its transient values.
    pub passing: Vec<String>,
    /// The transient values of further fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also_passing: BTreeMap<String, Vec<String>>,
    /// Its final values. Any other value is unknown to this version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<String>,
    /// Its values that mean failure, if two reads return them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// An object with a failed status is replaced by the next update, because no change can repair it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace_failed: bool,
    /// The field with the API's reason for a failure (`error_message`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The response to a change contains the status before the change, so the status must be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lagging: bool,
    /// Minimum duration of a failed status in milliseconds before it is an error; 0: the default.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_for_ms: u64,
    /// Maximum polling interval in milliseconds.
    pub cap_ms: u64,
    /// The shortest recorded time until ready, in milliseconds: polling is less frequent before half of it.
    #[serde(default)]
    pub ready_after_ms: u64,
}

/// Timeouts of operations, in seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// Of a create, including waits.
    pub create: u32,
    /// Of a read.
    pub read: u32,
    /// Of an update, including waits.
    pub update: u32,
    /// Of a delete, including waits.
    pub delete: u32,
}

/// An action on an existing object, such as a restart.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Action {
    /// The property with the ID of the object.
    pub target: String,
    /// The statuses of the object that show that the request was accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// The request can be repeated if it is unknown whether it was accepted: performing the action twice has the same result.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeatable: bool,
    /// The action creates an object, which a list shows after an ambiguous response, such as the run of a job. Its ID is that of
    /// the object.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub creates: bool,
    /// The target no longer exists afterwards, such as a promoted read replica.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ends_target: bool,
}

impl Action {
    /// Whether the action stays in the state if the object that it reads does not exist.
    pub fn outlives_object(&self) -> bool {
        self.creates || self.ends_target
    }
}

/// The part of an action's ID that distinguishes it from other actions on the same object.
pub const RUN: &str = "run";

/// The parent of a resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The property with its ID.
    pub property: String,
    /// Its token without the package.
    pub token: String,
}

/// Responses that mean that a resource is deleted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedIf {
    /// A field that is null while the resource exists (`deletion_requested_at`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// A field that is not null while the resource exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unset: Option<String>,
    /// A field and its values that mean deleted (`status`: `deleting`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Vec<String>>,
    /// A list field and the value that it contains while the resource exists. An unknown value is ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing_from: BTreeMap<String, Source>,
}

/// How the resources of a type are listed, for one locality and one project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listing {
    /// The list operation. Absent: there is at most one for each `of` or for the project, and a read shows whether it
    /// exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<Operation>,
    /// The path of the resource in an element of the list, if it is not the element; `replicas[]` if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The field of an element with its display name.
    pub name: String,
    /// Their parent types: the operation is called once for each existing parent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Within>,
    /// Fields and their values in the elements of this type, if the list contains other elements too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<Json>>,
    /// Fields and values of excluded elements, such as those that Scaleway manages. A string that begins with `*` matches all
    /// strings with the same end.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub without: BTreeMap<String, Vec<Json>>,
    /// The import of a whole project excludes them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub excluded_from_project: bool,
    /// Elements have no creation time, or that of another object.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// An element has the same fields with the same values as the response of the first read, so that one list replaces
    /// many reads.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    /// The properties that filter the list (`region`, `projectId`, `instanceId`).
    pub inputs: Vec<String>,
}

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The token without the package (`registry/getNamespace:getNamespace`).
    pub token: String,
    /// The lookup of one resource, or the inputs of `standalone`.
    pub lookup: Lookup,
    /// The read steps and properties of a function that does not return a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standalone: Option<Box<Resource>>,
}

/// The lookup of one existing resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The token of the resource type without the package, which defines the ID and the read steps.
    pub resource: String,
    /// The inputs by name; `send` and `convert` define their query parameters and ID parts.
    pub inputs: BTreeMap<String, Property>,
    /// The input with the ID of the resource, with or without region or zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The lookup without an ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LookupBy>,
    /// The lookup of the parent resource, if its ID is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LookupParent>,
    /// Additional calls of the function, after the read steps of the resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Step>,
    /// Additional outputs, or outputs in another form: decoded from the same wire object, and returned with the properties and
    /// the ID of the resource.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Property>,
    /// Properties of the resource that are not returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// A lookup in a list, with exact comparison. Several matches are an error.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupBy {
    /// The operation that lists candidates.
    pub list: Operation,
    /// The path of the candidate in an element of the list, if it is not the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// Field of a candidate, or a path in it, to the input that it must equal. Unset inputs are ignored. A list of the candidate must contain
    /// the elements of the input.
    pub find: BTreeMap<String, Source>,
    /// If several candidates match: the one with the greatest value of a field, such as the time of the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Newest>,
}

/// The choice between several candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Newest {
    /// Field of a candidate. The candidate with the greatest value, in the order of strings, is used.
    pub field: String,
    /// Boolean input: if it is `false`, several matching candidates are an error.
    #[serde(rename = "if")]
    pub if_true: String,
}

/// The lookup of a parent resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupParent {
    /// The input with its ID.
    pub property: String,
    /// The lookup.
    pub by: LookupBy,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
