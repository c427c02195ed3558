//! The format of the files in `kinds/`; `README.md` there explains it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A group of operations with permission sets of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    /// The name of the resource in responses with status 403.
    pub(crate) resource: String,
    /// Parts of operation IDs; if empty, all operations of the document that belong to no earlier area.
    #[serde(default)]
    pub(crate) operations: Vec<String>,
    /// Whether the sets apply to the organization instead of a project.
    #[serde(default)]
    pub(crate) organization: bool,
    #[serde(default)]
    pub(crate) read: Vec<String>,
    #[serde(default)]
    pub(crate) full: Vec<String>,
    /// Operations with a set of their own, which the read sets do not include.
    #[serde(default)]
    pub(crate) finer: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// The first part of the names of the kinds.
    pub(super) product: String,
    /// The host in Scaleway resource names.
    pub(super) srn: Option<String>,
    pub(super) permissions: Vec<Area>,
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, u16>,
    #[serde(default)]
    pub(super) undeclared: Vec<String>,
    #[serde(default)]
    pub(super) kinds: BTreeMap<String, KindFacts>,
}

/// The facts about a kind. `README.md` in `kinds/` explains each field.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KindFacts {
    pub(crate) noun: String,
    pub(crate) missing: Option<MissingFacts>,
    pub(crate) required: Vec<String>,
    pub(crate) exactly_one: Vec<Vec<String>>,
    pub(crate) renamed: BTreeMap<String, String>,
    pub(crate) derived: BTreeMap<String, Derived>,
    pub(crate) creates: BTreeMap<String, CreateFacts>,
    pub(crate) in_order: Vec<String>,
    pub(crate) default: Map<String, Value>,
    pub(crate) set: Map<String, Value>,
    pub(crate) absent: Vec<String>,
    pub(crate) hidden: Vec<String>,
    pub(crate) unique: Option<Unique>,
    pub(crate) parents: BTreeMap<String, Parent>,
    pub(crate) status: StatusFacts,
    pub(crate) then: Map<String, Value>,
    pub(crate) created_response: Map<String, Value>,
    pub(crate) changed_response: Map<String, Value>,
    pub(crate) nanoseconds: bool,
    pub(crate) counts: BTreeMap<String, By>,
    pub(crate) embeds: BTreeMap<String, By>,
    pub(crate) lists: BTreeMap<String, By>,
    pub(crate) joins: BTreeMap<String, JoinFacts>,
    pub(crate) conditions: Vec<ConditionFacts>,
    pub(crate) removed_with: Vec<By>,
    pub(crate) kept_by: Vec<By>,
    pub(crate) filters: BTreeMap<String, String>,
    pub(crate) contains: Vec<String>,
    pub(crate) ignored: Vec<String>,
    pub(crate) actions: BTreeMap<String, Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum MissingFacts {
    Resource(String),
    Message(String),
    Unnamed,
    Denied,
    DeniedRead(String),
}

/// A field whose value another field determines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Derived {
    /// The path of the other field.
    pub(crate) from: String,
    /// The values by those of the other field.
    pub(crate) values: BTreeMap<String, Value>,
}

/// A further operation that creates an object.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CreateFacts {
    pub(crate) required: Vec<String>,
    pub(crate) set: Map<String, Value>,
}

/// Fields whose values together occur once in a region or zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unique {
    pub(crate) fields: Vec<String>,
    pub(crate) help: String,
}

/// The kind of the object that a field of the request names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parent {
    pub(crate) kind: String,
    /// The verbs (`create`, `update`, `delete`) that are rejected while the parent's status is transient.
    #[serde(default)]
    pub(crate) settled: Vec<String>,
    /// Fields whose values are the parent's; hidden if no response shows them.
    #[serde(default)]
    pub(crate) take: Vec<String>,
}

/// Objects of a kind whose field names this object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct By {
    pub(crate) kind: String,
    pub(crate) field: String,
    /// Why the object cannot be deleted.
    #[serde(default)]
    pub(crate) help: String,
}

/// The object that a field shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinFacts {
    pub(crate) kind: String,
    /// The field of this object, shown or hidden, that names it.
    pub(crate) by: String,
    /// Paths of lists that are empty in it.
    #[serde(default)]
    pub(crate) empty: Vec<String>,
}

/// A field that has a value while another object exists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionFacts {
    pub(super) field: String,
    pub(super) value: Value,
    pub(super) kind: String,
    /// Fields of the other object, each with the field of this one that has the same value.
    pub(super) equal: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusFacts {
    pub(super) field: Option<String>,
    pub(super) created: Option<String>,
    pub(super) settled: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) updated_by: BTreeMap<String, String>,
    pub(super) deleted: Option<String>,
    pub(super) transient: Option<Vec<String>>,
}
