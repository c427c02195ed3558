//! The descriptor language: the format of the files in `resources/`.
//!
//! These types define the language and do not use the API documents. Unknown keys are rejected.
//!
//! # Conventions
//!
//! - Property names are camelCase. The field of a property in API requests and responses is its name in snake_case unless
//!   `wire` is set.
//! - Types, enum values and formats come from the API document; `type` and `check` are only for what it does not contain.
//! - A *source* is where a request takes a value from. `$id` is the resource's UUID, `$locality` its region or zone,
//!   `$project` and `$organization` those of the provider, `$wire.a.b` (or `$wire.rules[].ip`, for all elements) a field
//!   of the resource's wire object, `$before.a` a field before the current change, `$instanceId` the wire value of that
//!   property, `$resource.id` a part of an input, `$element` the element that a step with `each` is sent for; everything
//!   else is a literal.
//! - Path parameters get their source from their name: `region` and `zone` are the locality or its region, a parameter with
//!   the name of a property (in snake_case, or its `wire`) is that property, and the remaining one is the UUID, or, in an
//!   ID without `{id}`, the part of the ID that no other parameter uses.
//! - An input that is not in the response is not read, and has `wire: { send: … }`. Parts of the ID and the region or
//!   zone are always taken from the ID.
//! - Durations are written `250ms`, `5s`, `2m30s`, `1h`.

pub(crate) mod action;
pub mod catalog_words;
mod component;
pub mod example;
mod parent;
pub mod permissions;
mod property;
mod step;
pub mod terraform;
mod wait;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use action::Action;
pub use component::{Component, Method, Part};
pub use parent::{LookupParent, Within};
pub use property::{Check, InputWord, KnownList, KnownWord, Property, WireWord};
pub use step::Step;
pub use wait::{Each, Settles, Wait};

/// `resources/<product>/product.yaml`: settings of all resources of a product.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Product {
    /// Name of the API document without the file extension (`registry.v1`).
    #[serde(default)]
    pub api: String,
    /// Locality of the resources: the first part of their IDs.
    #[serde(default)]
    pub locality: LocalityWord,
    /// Timeout of every operation. `timeouts` of a resource overrides it.
    pub timeout: String,
    /// How long a 403 is retried after a change of permissions, until the change takes effect.
    #[serde(default)]
    pub denied_window: Option<String>,
    /// Inputs of every component in the directory.
    #[serde(default)]
    pub shared: BTreeMap<String, Property>,
    /// IDs to import may end with `@` and the project ID. Requests then use the project of the resource.
    #[serde(default)]
    pub project_in_id: bool,
}

/// Locality of resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LocalityWord {
    /// Regional; IDs are `fr-par/<uuid>`.
    Region,
    /// Zonal; IDs are `fr-par-1/<uuid>`.
    Zone,
    /// Global; IDs have no locality.
    #[default]
    None,
}

/// `resources/<product>/<resource>.yaml`: one resource and its lookup function.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Resource {
    /// The Pulumi token without the package: `registry/namespace:Namespace`.
    pub token: String,
    /// Flat tokens of `pulumiverse_scaleway`: `index/registryNamespace:RegistryNamespace`. Each becomes a deprecated
    /// class with the same properties. A stack can change from one to the other.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Name in messages, in lower case: `registry namespace`.
    pub label: String,
    /// Description: what it is and when to use it. Lists show the first sentence only.
    pub doc: String,
    /// Deprecation message: the reason and the replacement. Pulumi shows it for every use.
    #[serde(default)]
    pub deprecated: Option<String>,
    /// Scaleway has discontinued it, including the API. The value is the replacement to use. No request is sent: it
    /// cannot be created, updated or looked up, and Read reports it as deleted. It is deprecated, has no example, and
    /// its properties need a `type`, because no API document contains them.
    #[serde(default)]
    pub discontinued: Option<String>,
    /// The data that is lost with it and cannot be restored from the program: `every database in it`. A preview of a
    /// replacement warns about it.
    #[serde(default)]
    pub holds_data: Option<String>,
    /// Objects that the API creates with it because the program names none, such as a public address. They are deleted after it.
    #[serde(default)]
    pub created_with: Option<CreatedWith>,
    /// A function without a resource: the inputs select objects, every call runs the read steps and returns their
    /// properties. To return a list, a step sets `into` to a property. With a `lookup`, the object can be looked up but
    /// not created, and only that function is offered.
    #[serde(default)]
    pub function: bool,
    /// API document, if not the product's.
    #[serde(default)]
    pub api: Option<String>,
    /// Locality, if not the product's.
    #[serde(default)]
    pub locality: Option<LocalityWord>,
    /// Format of the id: `{region}/{instanceId}/{name}`. The last part may contain slashes (`{key*}`). Default: the
    /// locality, if any, and `{id}`. Several formats, each with a distinguishing constant, are separated by ` | `.
    #[serde(default)]
    pub id: Option<String>,
    /// For objects without a uuid: fields of the response that form the name, joined by dots, as the value of `{id}`.
    /// Empty fields are omitted: `[subdomain, domain]`.
    #[serde(default)]
    pub named_by: Vec<String>,
    /// An action on an existing object, such as a restart, instead of an object. `create` performs it, `read` reads the
    /// object, and `wait` waits until the object is ready again. A change of any input, and of the input `triggers`,
    /// which every action has, performs it again. A delete sends no request.
    #[serde(default)]
    pub action: Option<Action>,
    /// Steps of a create, in order. Later steps run only for inputs that earlier steps did not send.
    #[serde(default)]
    pub create: Steps,
    /// Steps of a read. The first one determines whether the object exists, and is the one that is polled.
    #[serde(default)]
    pub read: Steps,
    /// Steps of an update, in order. A step runs only if one of its fields changed. Absent: every change replaces the
    /// resource.
    #[serde(default)]
    pub update: Steps,
    /// Steps of a delete. Absent: a delete sends no request.
    #[serde(default)]
    pub delete: Steps,
    /// Statuses to wait for. Needs an `x-wait` in the API document of the polled operation, or `passing`.
    #[serde(default)]
    pub wait: Option<Wait>,
    /// Timeouts by operation (`create`, `read`, `update`, `delete`), if not the product's.
    #[serde(default)]
    pub timeouts: BTreeMap<String, String>,
    /// The parent resource, and the property with its ID. Changes to parts of one parent are made one at a time, each
    /// after the parent is ready.
    #[serde(default)]
    pub within: Option<Within>,
    /// Responses with status 200 that mean that the object is deleted.
    #[serde(default)]
    pub deleted_if: Option<catalog_words::DeletedIf>,
    /// Handler of a local resource or function (`provider/rules/src/local/`), without API requests. The Pulumi
    /// state is the only storage.
    #[serde(default)]
    pub local: Option<String>,
    /// A handler (`special/` in `provider/rules/src` and `provider/engine/src`) for behaviour that a descriptor cannot
    /// express, and the operations that it calls.
    #[serde(default)]
    pub special: Option<Special>,
    /// Fields of responses that are composed of other fields, such as an ARN, to the end of their format: parts separated
    /// by colons or slashes, each a prefix and a field in braces: `TopicArn: "project-{project_id}:{Name}"`. The fields
    /// are added to responses and to the elements of the list.
    #[serde(default)]
    pub composed: BTreeMap<String, String>,
    /// Groups of properties; exactly one of each group must be set.
    #[serde(default)]
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties; at least one of each group must be set.
    #[serde(default)]
    pub at_least_one: Vec<Vec<String>>,
    /// Groups of properties; at most one of each group may be set.
    #[serde(default)]
    pub at_most_one: Vec<Vec<String>>,
    /// For a property, the properties that must be set with it.
    #[serde(default)]
    pub requires: BTreeMap<String, Vec<String>>,
    /// The lookup function.
    #[serde(default)]
    pub lookup: Option<Lookup>,
    /// How existing objects are listed: for List, imports by name, and imports of a whole project. Default: `list` of
    /// the lookup.
    #[serde(default)]
    pub listing: Option<Listing>,
    /// Properties by name.
    pub properties: BTreeMap<String, Property>,
}

/// One operation ID, or a list of operation IDs and steps.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Steps {
    /// No request.
    #[default]
    None,
    /// `create: CreateNamespace`.
    Operation(String),
    /// `delete: { call: DeleteProject, retry: [resource_not_usable] }`.
    One(Box<Step>),
    /// Several steps, in order.
    Many(Vec<StepOrOperation>),
}

/// An element of a list of steps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum StepOrOperation {
    /// An operation ID.
    Operation(String),
    /// An operation with settings.
    Step(Box<Step>),
}

impl Steps {
    /// Whether there are no steps.
    pub fn is_none(&self) -> bool {
        self.steps().is_empty()
    }

    /// All steps in order, in each of the notations.
    pub fn steps(&self) -> Vec<Step> {
        match self {
            Self::None => Vec::new(),
            Self::Operation(call) => vec![Step::of(call)],
            Self::One(step) => vec![step.as_ref().clone()],
            Self::Many(steps) => steps.iter().map(StepOrOperation::step).collect(),
        }
    }
}

impl StepOrOperation {
    /// The step.
    pub fn step(&self) -> Step {
        match self {
            Self::Operation(call) => Step::of(call),
            Self::Step(step) => step.as_ref().clone(),
        }
    }
}

/// Objects that the API creates with a resource because the program names none. Their IDs are stored in an output when the
/// resource is created. After a delete, those that no other object uses are deleted.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatedWith {
    /// Output that stores their IDs: with `returnedOnce` and `wire: none`.
    pub property: String,
    /// Output that contains them after the create: an ID or a list of IDs.
    pub from: String,
    /// Inputs that name existing objects instead: then none is stored.
    pub unless: Vec<String>,
    /// Input and the value with which they are kept: `keptIf: { releaseIp: false }`.
    #[serde(default)]
    pub kept_if: BTreeMap<String, Json>,
    /// Request that reads one. Its ID is `$element`.
    pub read: StepOrOperation,
    /// Field of that response with the ID of the object that uses it. An object that another one uses is kept, with a warning.
    pub used_by: String,
    /// Request that deletes one. Its ID is `$element`.
    pub delete: StepOrOperation,
}

/// A handler and its operations.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Special {
    /// Name of the handler (`databases.instance`).
    pub handler: catalog::Handler,
    /// IDs of the operations that it calls in addition to the steps; `ipam.v1:ListIPs` is in another API document.
    #[serde(default)]
    pub operations: Vec<String>,
}

/// The function that looks up an existing resource.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lookup {
    /// Token of the function without the package: `registry/getNamespace:getNamespace`.
    pub token: String,
    /// Flat tokens: `index/getRegistryNamespace:getRegistryNamespace`.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Description.
    pub doc: String,
    /// Input with the ID of the resource, with or without locality. Absent: the ID is composed of the inputs.
    #[serde(default)]
    pub id: Option<String>,
    /// Operation that lists candidates if the ID is not set (all pages).
    #[serde(default)]
    pub list: Option<String>,
    /// Path of the resource in an element of that list, if not the element itself.
    #[serde(default)]
    pub element: Option<String>,
    /// Inputs that must equal the field of a candidate with that name (snake case). Also sent as query parameters if
    /// the operation has them. An error about missing inputs names the first one.
    #[serde(default)]
    pub by: Vec<String>,
    /// The choice between several candidates that match. Default: several are an error.
    #[serde(default)]
    pub newest: Option<catalog::Newest>,
    /// Required inputs.
    #[serde(default)]
    pub required: Vec<String>,
    /// Additional inputs and outputs. The properties of the resource are outputs of the function, and those in `id`,
    /// `by`, `required` and `inputs` are also inputs.
    #[serde(default)]
    pub properties: BTreeMap<String, Property>,
    /// Other properties of the resource that are optional inputs (`region`, `projectId`).
    #[serde(default)]
    pub inputs: Vec<String>,
    /// Additional read steps of the function, after those of the resource. Their responses are merged.
    #[serde(default)]
    pub read: Steps,
    /// How the parent resource is looked up if its ID is not set.
    #[serde(default)]
    pub parent: Option<LookupParent>,
    /// Properties of the resource that the function does not return.
    #[serde(default)]
    pub without: Vec<String>,
}

/// How all objects of a resource type in one locality and one project are listed.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Listing {
    /// Operation that lists them (all pages). Default: the lookup's. If `deletedIf` has `missingFrom`, it lists the objects
    /// that contain these lists, and each element of the lists is one object.
    pub list: Option<String>,
    /// Path of the object in an element of that list, if not the element itself; `replicas[]` if an element contains
    /// several. Default: the lookup's.
    pub element: Option<String>,
    /// Field with the name of an element. Default: `name`, or the last part of the ID.
    pub name: Option<String>,
    /// Parent resource, if the list operation needs one: it is called for each parent.
    pub of: Option<Within>,
    /// Alternative parent resource: the list operation is also called for each of these.
    pub or_of: Option<Within>,
    /// At most one object for each `of`, or for the project. It is read instead of listed.
    pub single: bool,
    /// Filter: fields and values of the elements to include, if the list contains other objects.
    pub only: BTreeMap<String, Vec<Json>>,
    /// Filter: fields and values of the elements to exclude, such as objects that Scaleway manages: `{ is_default:
    /// [true] }`. A string that starts with `*` matches all values with that suffix. Parts of an excluded element are
    /// listed.
    pub without: BTreeMap<String, Vec<Json>>,
    /// An element of the list is the object that the first read returns, with the same values: concurrent reads of many
    /// objects are answered from one list. A test compares both in recordings.
    pub complete: bool,
    /// The creation time of an element is not the time of its create request: an address keeps the time of its first use.
    pub undated: bool,
    /// Reason why `list-project` excludes these objects: another resource includes them, or they may be very many. List
    /// and imports include them.
    pub excluded_from_project: Option<String>,
}
