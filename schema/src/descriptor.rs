//! The descriptor language: the words in which `resources/` says what we offer.
//!
//! These types are the language; they know nothing of the API documents it refers to. Unknown words are refused.
//!
//! # Conventions
//!
//! - Property names are camelCase. A property's field on the wire is its name in snake_case unless `wire` says otherwise.
//! - Types, enum values and formats come from the API document; `type` and `check` are written only where it is silent.
//! - A *source* is where a request takes a value from. `$id` is the resource's uuid, `$locality` its region or zone,
//!   `$project` and `$organization` what the provider works in, `$wire.a.b` (or `$wire.rules[].ip`, which plucks) a field
//!   of the resource's wire object, `$before.a` a field as it was sent before the change under way, `$instanceId` the bare
//!   wire form of that property, `$resource.id` of what stands inside of an input; everything else is a literal.
//! - Path parameters find their source by themselves: `region` and `zone` are the locality or its region, a parameter named like a
//!   property (in snake_case, or as its `wire` says) is that property, and the one that is left is the uuid, or, in an
//!   id without `{id}`, the part of the id that no other parameter took.
//! - What an answer does not hold is not read: such an input says `wire: { send: … }`. Parts of the id and the region or
//!   zone are known from the id anyway.
//! - Durations are written `250ms`, `5s`, `2m30s`, `1h`.

pub mod catalog_words;
mod component;
mod property;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use component::{Component, Method, Part};
pub use property::{Check, InputWord, KnownList, KnownWord, Property, WireWord};

/// `resources/<product>/product.yaml`: what all resources of a product share.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Product {
    /// The API document, without its ending (`registry.v1`).
    #[serde(default)]
    pub api: String,
    /// What kind of place its resources live in: ids begin with it.
    #[serde(default)]
    pub locality: LocalityWord,
    /// The time limit of every operation, unless the resource says otherwise.
    pub timeout: String,
    /// How long a 403 may be rights that have not spread yet.
    #[serde(default)]
    pub denied_window: Option<String>,
    /// Inputs that every component of the folder has.
    #[serde(default)]
    pub shared: BTreeMap<String, Property>,
    /// Ids that are imported may end with `@` and the project, and calls are made for the project of the resource.
    #[serde(default)]
    pub project_in_id: bool,
}

/// What kind of place resources live in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LocalityWord {
    /// Ids read `fr-par/<uuid>`.
    Region,
    /// Ids read `fr-par-1/<uuid>`.
    Zone,
    /// Ids are bare.
    #[default]
    None,
}

/// `resources/<product>/<resource>.yaml`: one resource and its lookup function.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Resource {
    /// The Pulumi token without the package: `registry/namespace:Namespace`.
    pub token: String,
    /// Its older, flat tokens, as the peer has them: `index/registryNamespace:RegistryNamespace`. Each is offered as a
    /// class of its own with the same properties, marked deprecated; stacks may change from one to another.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it is called in messages, in lower case: `registry namespace`.
    pub label: String,
    /// What it is and when one needs it: the first sentence stands alone in lists.
    pub doc: String,
    /// Why not to use it, and what instead: told wherever a program uses it.
    #[serde(default)]
    pub deprecated: Option<String>,
    /// Scaleway has withdrawn it, API and all; the text says what to use instead. Nobody is called: none can be made, changed
    /// or found, and one that a state still holds is gone. It is deprecated for that, it has no example, as none could run,
    /// and its properties say their `type`, which no document tells.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// What is lost when it goes, and cannot be made again from the program: `every database in it`. A preview that
    /// replaces the resource warns of that.
    #[serde(default)]
    pub holds_data: Option<String>,
    /// It is a function that asks and makes nothing: inputs select, the read steps are made each time it is called, and what
    /// they tell is returned. A list is returned by a step whose answers go `into` a property of its own. With a `lookup` it
    /// is a thing that can be found and not made, and that function is all that is offered of it.
    #[serde(default)]
    pub function: bool,
    /// Another API document than the product's.
    #[serde(default)]
    pub api: Option<String>,
    /// Another kind of place than the product's.
    #[serde(default)]
    pub locality: Option<LocalityWord>,
    /// The form of the id: `{region}/{instanceId}/{name}`; the last part may take the rest, slashes too (`{key*}`).
    /// Default: the locality, if any, and `{id}`. Several forms, told apart by a constant in each, are separated by ` | `.
    #[serde(default)]
    pub id: Option<String>,
    /// It has no uuid: these fields of answers, joined by dots, are its name and stand for `{id}`. An empty one is left
    /// out: `[subdomain, domain]`.
    #[serde(default)]
    pub named_by: Vec<String>,
    /// The calls that make it, in order; later ones only for inputs that earlier ones did not carry.
    #[serde(default)]
    pub create: Steps,
    /// The calls that read it. The first tells whether it exists, and is the one polled.
    #[serde(default)]
    pub read: Steps,
    /// The calls that change it, in order, each only if something it carries changed. Absent: every change replaces.
    #[serde(default)]
    pub update: Steps,
    /// The calls that remove it. Absent: it is only forgotten.
    #[serde(default)]
    pub delete: Steps,
    /// What to wait for. Needs an `x-wait` in the API document of the polled operation, or `passing`.
    #[serde(default)]
    pub wait: Option<Wait>,
    /// Other time limits than the product's, by operation (`create`, `read`, `update`, `delete`).
    #[serde(default)]
    pub timeouts: BTreeMap<String, String>,
    /// The property and the resource it is a part of: changes take turns, and each waits until that one has settled.
    #[serde(default)]
    pub within: Option<Within>,
    /// Answers that mean "gone" although the API still answers.
    #[serde(default)]
    pub gone: Option<catalog_words::Gone>,
    /// A pure pair of functions (`engine/src/reshape/`) that gives each property a wire field of its own.
    #[serde(default)]
    pub reshape: Option<String>,
    /// What makes it where Scaleway has no part in it (`engine/src/local/`): nobody is called, no document says anything, and
    /// the stack's state is all that keeps it.
    #[serde(default)]
    pub local: Option<String>,
    /// A handler (`engine/src/special/`) for what data cannot say, and the operations it calls.
    #[serde(default)]
    pub special: Option<Special>,
    /// Groups of properties of which exactly one must be given.
    #[serde(default)]
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties of which at least one must be given.
    #[serde(default)]
    pub at_least_one: Vec<Vec<String>>,
    /// Groups of properties of which at most one may be given.
    #[serde(default)]
    pub at_most_one: Vec<Vec<String>>,
    /// Property to the properties that must be given with it.
    #[serde(default)]
    pub requires: BTreeMap<String, Vec<String>>,
    /// The function that finds an existing one.
    #[serde(default)]
    pub lookup: Option<Lookup>,
    /// How all that exist are found, for List, imports by name, and imports of a whole project. Default: what the lookup
    /// lists.
    #[serde(default)]
    pub listing: Option<Listing>,
    /// The properties, by name.
    pub properties: BTreeMap<String, Property>,
}

/// One operation id, or a list of operation ids and steps.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Steps {
    /// Nothing is called.
    #[default]
    None,
    /// `create: CreateNamespace`.
    Operation(String),
    /// `delete: { call: DeleteProject, retry: [resource_not_usable] }`.
    One(Box<Step>),
    /// Several, in order.
    Many(Vec<StepOrOperation>),
}

/// An element of a list of steps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum StepOrOperation {
    /// Just an operation id.
    Operation(String),
    /// An operation with more to say.
    Step(Box<Step>),
}

impl Steps {
    /// Whether nothing is called.
    pub fn is_none(&self) -> bool {
        self.steps().is_empty()
    }

    /// All steps in order, whatever way they were written.
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
    fn step(&self) -> Step {
        match self {
            Self::Operation(call) => Step::of(call),
            Self::Step(step) => step.as_ref().clone(),
        }
    }
}

/// A call and the conditions under which it is made.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the language")]
pub struct Step {
    /// The operation's id in the API document.
    pub call: String,
    /// The API document, if it is not the resource's own (`ipam.v1`).
    #[serde(default)]
    pub api: Option<String>,
    /// The answer is a list (paged), and the resource is the one element whose fields equal these sources:
    /// `find: { name: $name }`. Where the operation has a query parameter of that name, it is sent too.
    #[serde(default)]
    pub find: BTreeMap<String, Json>,
    /// Of a list that goes `into` a field, only the elements whose fields equal these sources, as far as those are given:
    /// `only: { name: $name }`.
    #[serde(default)]
    pub only: BTreeMap<String, Json>,
    /// The answer is a list that holds the resource alone, because `query` names it. An empty list says that it is gone.
    #[serde(default)]
    pub alone: bool,
    /// Where the answer goes in the wire object. For a list (without `find`) its elements go there, all pages.
    #[serde(default)]
    pub into: Option<String>,
    /// Made only if this property has this value (null: is given at all); in an update it must have changed too.
    #[serde(default)]
    pub when: BTreeMap<String, Json>,
    /// 404 and 403 are no errors here.
    #[serde(default)]
    pub optional: bool,
    /// Preconditions (412) that pass by themselves: tried again until the timeout.
    #[serde(default)]
    pub retry: Vec<String>,
    /// Rejections that pass once something outside is there: a part of the message or of its details, and what is
    /// awaited, in which `{hostname}` stands for that property. Tried again until the timeout, with a status that names
    /// what is awaited: `awaits: { could not validate domain: the DNS record of {hostname} }`.
    #[serde(default)]
    pub awaits: BTreeMap<String, String>,
    /// One call for each changed field instead of one for all, in the order of `fields`.
    #[serde(default)]
    pub one_by_one: bool,
    /// How long a 404 right after the resource was made is not believed.
    #[serde(default)]
    pub missing_window: Option<String>,
    /// A resource just created has an empty list here, so its creation need not ask.
    #[serde(default)]
    pub empty_when_new: bool,
    /// One aspect of a thing that is read in several calls, and the properties it tells: what is not set (`x-not-set` of
    /// the document) is absent, and a refusal (403) is a warning that leaves these properties as they are.
    #[serde(default)]
    pub tells: Vec<String>,
    /// The operation that is called instead when everything the step would carry is empty (`DeleteBucketTagging`).
    #[serde(default)]
    pub emptied: Option<String>,
    /// Send every field, not only what changed. Default: true for PUT.
    #[serde(default)]
    pub whole: Option<bool>,
    /// Only these body fields. Default: every field of the operation's body that a property sends.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Body fields and their sources, sent with whatever else is.
    #[serde(default)]
    pub with: BTreeMap<String, Json>,
    /// Path parameters and their sources, where the names do not tell: `path: { data_source_id: $datasourceId }`.
    #[serde(default)]
    pub path: BTreeMap<String, Json>,
    /// Query parameters and their sources.
    #[serde(default)]
    pub query: BTreeMap<String, Json>,
    /// Fields this operation spells differently: usual name to its name, or to a path (`email: member.email`).
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
}

impl Step {
    fn of(call: &str) -> Self {
        Self { call: call.to_owned(), ..Self::default() }
    }
}

/// What to wait for.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Wait {
    /// The field that tells. Default: the one named in the API document.
    #[serde(default)]
    pub field: Option<String>,
    /// Its values that pass by themselves. Default: those named in the API document.
    #[serde(default)]
    pub passing: Vec<String>,
    /// Its values that mean failure once they are seen twice.
    #[serde(default)]
    pub failed: Vec<String>,
    /// The field with the API's own reason for a failure.
    #[serde(default)]
    pub reason: Option<String>,
    /// The answer to a change still tells the status from before it: it is looked at once more before it is believed.
    #[serde(default)]
    pub lagging: bool,
    /// How long a failed status must last before it is believed, where it is known to pass by itself. Default: `2s`.
    #[serde(default)]
    pub doubt: Option<String>,
    /// The longest pause between two looks (`5s` for quick kinds, `15s` for databases).
    pub cap: String,
    /// The shortest recorded time to ready.
    #[serde(default)]
    pub ready_after: Option<String>,
}

/// The resource this one is a part of.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Within {
    /// The property that names it (`instanceId`).
    pub property: String,
    /// Its token without the package (`databases/instance:Instance`).
    pub token: String,
}

/// A handler and the operations it may call.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Special {
    /// The handler's name (`databases.instance`).
    pub handler: String,
    /// The ids of the operations it calls beside the steps; `ipam.v1:ListIPs` names another document.
    pub operations: Vec<String>,
}

/// The function that finds an existing resource.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lookup {
    /// The function's token without the package: `registry/getNamespace:getNamespace`.
    pub token: String,
    /// Its older, flat tokens: `index/getRegistryNamespace:getRegistryNamespace`.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it finds.
    pub doc: String,
    /// Why not to use it, and what instead.
    #[serde(default)]
    pub deprecated: Option<String>,
    /// The input that holds the resource's id, bare or localized. Absent: the id is composed of the inputs.
    #[serde(default)]
    pub id: Option<String>,
    /// The operation that lists candidates when the id is not given (all pages).
    #[serde(default)]
    pub list: Option<String>,
    /// Where in an element of that list the resource itself stands, if it is not the element.
    #[serde(default)]
    pub element: Option<String>,
    /// Inputs that are compared exactly with the candidate's field of that (snake case) name; also sent as query
    /// parameters where the operation has them. The first is the one that is said to be missing.
    #[serde(default)]
    pub by: Vec<String>,
    /// Inputs that must be given.
    #[serde(default)]
    pub required: Vec<String>,
    /// Inputs and outputs that the resource itself does not have. Its properties are outputs of the function anyway,
    /// and those named in `id`, `by`, `required` and `inputs` are inputs too.
    #[serde(default)]
    pub properties: BTreeMap<String, Property>,
    /// Further properties of the resource that may be given (`region`, `projectId`).
    #[serde(default)]
    pub inputs: Vec<String>,
    /// Calls that only the function makes, after those that read the resource; their answers are merged into its.
    #[serde(default)]
    pub read: Steps,
    /// How the resource this one belongs to is found when its id is not given.
    #[serde(default)]
    pub parent: Option<LookupParent>,
    /// Properties of the resource that the function does not return.
    #[serde(default)]
    pub without: Vec<String>,
}

/// How the resource that another one belongs to is found.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LookupParent {
    /// The input that would hold its id (`secretId`).
    pub property: String,
    /// The operation that lists candidates (all pages).
    pub list: String,
    /// Field of a candidate to the input it must equal: `{ name: secretName }`.
    pub by: BTreeMap<String, String>,
}

/// How all resources of a kind are found, in one place and one project.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Listing {
    /// The operation that lists them (all pages). Default: the lookup's. Where `gone` says what they are missing from, it
    /// lists what holds those lists, and each element of these is one of them.
    pub list: Option<String>,
    /// Where in an element of that list the resource itself stands, if it is not the element; `replicas[]` if an element
    /// holds several. Default: the lookup's.
    pub element: Option<String>,
    /// The field of an element that people know it by. Default: `name`, or the last part of the id.
    pub name: Option<String>,
    /// The property and the resource they are parts of, where the list asks for one: it is made for each of those.
    pub of: Option<Within>,
    /// What some of them are parts of instead: the list is asked for each of those too.
    pub or_of: Option<Within>,
    /// There is at most one for each `of`, or for the project: nothing is listed, its read tells whether it exists.
    pub single: bool,
    /// Fields and the values they have in elements that are meant, where the list holds other things too.
    pub only: BTreeMap<String, Vec<Json>>,
    /// Fields and values of elements that are not meant, such as those that Scaleway keeps by itself:
    /// `{ is_default: [true] }`. A text that begins with `*` stands for all that end like it. What such an element has as
    /// parts is listed nevertheless.
    pub without: BTreeMap<String, Vec<Json>>,
    /// Why the file for an import of a whole project leaves them out: another resource there covers them, or they may be
    /// very many. List and imports know them like all others.
    pub apart: Option<String>,
}
