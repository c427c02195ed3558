//! Resources and functions: their properties, their calls, and what is waited for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::call::{Operation, Source, Step};
use crate::property::Property;

/// A kind of resource.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Resource {
    /// The token without the package (`registry/namespace:Namespace`).
    pub token: String,
    /// What it is called in messages (`registry namespace`).
    pub label: String,
    /// What kind of place it lives in.
    pub locality: Locality,
    /// The regions or zones that the API documents list: another one is worth a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub localities: Vec<String>,
    /// The parts of its Pulumi id, joined by `/`.
    pub id: Vec<IdPart>,
    /// Other forms its id may have, told apart by their constants: `{groupId}/user/{userId}`, `{groupId}/app/…`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<Vec<IdPart>>,
    /// The fields of answers that, joined by dots, are its name, where that stands for the uuid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_by: Vec<String>,
    /// The properties by name.
    pub properties: BTreeMap<String, Property>,
    /// The calls that make it, in order. Later ones are made only for inputs the earlier ones did not carry.
    pub create: Vec<Step>,
    /// The calls that read it. The first decides whether it exists and is the one that is polled.
    pub read: Vec<Step>,
    /// The calls that change it, in order; each is made only if something it carries changed.
    pub update: Vec<Step>,
    /// The calls that remove it.
    pub delete: Vec<Step>,
    /// What to wait for, if it takes time to settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// How long each operation may take when the program does not say.
    pub timeouts: Timeouts,
    /// The resource it is a part of: changes take turns, and each waits until that one has settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// Answers that mean the resource does not exist any more although it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
    /// Imported ids may end with `@` and the project, and calls are made for the project of the resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub project_in_id: bool,
    /// The last part of the id takes all that is left, slashes too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub id_rest: bool,
    /// Milliseconds over which a 403 may be rights that have not spread yet: tried again, with a word to the user.
    #[serde(skip_serializing_if = "is_zero")]
    pub denied_window_ms: u64,
    /// Which permission set each of its calls takes, by the operation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, Permission>,
    /// What is lost when it goes: a replacement warns of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_data: Option<String>,
    /// The pure pair of functions that turns the wire object into one where each property has a field of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reshape: Option<String>,
    /// What makes it where no call does (`engine/src/local/`): the stack's state is all that keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// Scaleway has discontinued it, and this is used instead: nobody is called, none can be made, and those there were are
    /// gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discontinued: Option<String>,
    /// What cannot be said as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special: Option<Special>,
    /// How all that exist are found; without it Scaleway knows of none, as of what is `local` or
    /// `discontinued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
    /// Groups of properties of which exactly one must be given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties of which at least one must be given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_least_one: Vec<Vec<String>>,
    /// Groups of properties of which at most one may be given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_most_one: Vec<Vec<String>>,
    /// Property to the properties that must be given with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requires: BTreeMap<String, Vec<String>>,
}

impl Resource {
    /// Every form its id may have.
    pub fn id_forms(&self) -> impl Iterator<Item = &[IdPart]> {
        std::iter::once(self.id.as_slice()).chain(self.other_ids.iter().map(Vec::as_slice))
    }

    /// The property that a property is another spelling of; itself, if it is none.
    pub fn stem<'a>(&'a self, name: &'a str) -> &'a str {
        self.properties.get(name).and_then(|property| property.same.as_deref()).unwrap_or(name)
    }
}

/// A permission set that is enough for a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Its name (`ContainerRegistryFullAccess`).
    pub set: String,
    /// The call only looks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads: bool,
    /// It must hold for the organization, not for a project of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
}

/// What kind of place a resource lives in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Locality {
    /// A region, such as `fr-par`.
    Region,
    /// A zone, such as `fr-par-1`.
    Zone,
    /// Nowhere in particular.
    #[default]
    Global,
}

/// One part of a Pulumi id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdPart {
    /// The region or zone.
    Locality,
    /// The resource's own uuid (the field `id` on the wire).
    Id,
    /// The bare wire form of a property.
    Property(String),
    /// A constant.
    Literal(String),
}

/// What a resource that takes time to settle is waited for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The field of the answer that tells (`status`).
    pub field: String,
    /// Its values that pass by themselves.
    pub passing: Vec<String>,
    /// Its values with which the resource has settled. Any other value is one that this version does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<String>,
    /// Its values that mean failure, once they are seen twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// The field with the API's reason for a failure (`error_message`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The answer to a change still tells the status from before it: only a look tells.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lagging: bool,
    /// How long a failed status must last before it is believed, in milliseconds; 0 is the usual time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub doubt_ms: u64,
    /// The longest pause between two looks, in milliseconds.
    pub cap_ms: u64,
    /// The shortest time to ready that was recorded, in milliseconds: looks are sparser before half of it.
    #[serde(default)]
    pub ready_after_ms: u64,
}

/// Limits of operations, in seconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// Of a create, waiting included.
    pub create: u32,
    /// Of a read.
    pub read: u32,
    /// Of an update, waiting included.
    pub update: u32,
    /// Of a delete, waiting included.
    pub delete: u32,
}

/// The resource that another one is a part of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The property that names it.
    pub property: String,
    /// Its token without the package.
    pub token: String,
}

/// Answers that mean "gone".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// A field that is null as long as the resource exists (`deletion_requested_at`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// A field that is not null as long as the resource exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unset: Option<String>,
    /// A field and its values that mean gone (`status`: `deleting`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Vec<String>>,
    /// A list field and what it holds as long as the resource exists; what is not known does not count.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing_from: BTreeMap<String, Source>,
}

/// A resource whose operations data cannot say; the engine holds a handler of this name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// The handler's name (`rdb.instance`).
    pub handler: String,
    /// The operations it calls beside the steps, by their id: only these, so that the compiler can check them.
    pub operations: BTreeMap<String, Operation>,
}

/// How all resources of a kind are found, in one place and one project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Listing {
    /// The operation that lists them. Without it there is at most one for each `of`, or for the project, and reading it
    /// tells whether it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<Operation>,
    /// Where in an element of the list the resource stands, if it is not the element; `replicas[]` if it holds several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The field of an element that people know it by.
    pub name: String,
    /// What they are parts of, one of these: the operation is called once for each of those that exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Within>,
    /// Fields and the values they have in elements that are meant, where the list holds other things too.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<Json>>,
    /// Fields and values of elements that are not meant, such as those that Scaleway keeps by itself. A text that begins
    /// with `*` stands for all that end like it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub without: BTreeMap<String, Vec<Json>>,
    /// The import of a whole project leaves them out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// Elements carry no time of creation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// What may select some of them, by the names of properties (`region`, `projectId`, `instanceId`).
    pub inputs: Vec<String>,
}

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The token without the package (`registry/getNamespace:getNamespace`).
    pub token: String,
    /// What it does: finds one resource, or takes inputs for what it asks.
    pub lookup: Lookup,
    /// What it asks and returns, if it does not find a resource: read steps and properties as a resource has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Box<Resource>>,
}

/// Finds one existing resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The resource's token without the package: how its id is formed, and how it is read.
    pub resource: String,
    /// The inputs by name; `send` and `convert` say how they become query parameters and id parts.
    pub inputs: BTreeMap<String, Property>,
    /// The input that holds the resource's id, bare or localized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How it is found without its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<LookupBy>,
    /// How the resource this one belongs to is found when its id is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LookupParent>,
    /// Calls that only the function makes, after those that read the resource.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Step>,
    /// Outputs the resource does not have, or has in another form: read from the same wire object, and returned beside
    /// the resource's own properties and its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Property>,
    /// Properties of the resource that are not returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// Finding a resource without its id: listed, compared exactly, refused when two fit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupBy {
    /// The operation that lists candidates.
    pub list: Operation,
    /// Where in an element of the list the candidate stands, if it is not the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// Field of a candidate to the input it must equal; inputs not given do not count. Of lists, the candidate's must
    /// hold the input's.
    pub find: BTreeMap<String, Source>,
}

/// Finding the resource that another one belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupParent {
    /// The input that would hold its id.
    pub property: String,
    /// How it is found.
    pub by: LookupBy,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
