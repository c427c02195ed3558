//! The keys of a request.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Each, Settles, StepOrOperation};

/// A request, and the conditions under which it is sent.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the descriptor language")]
pub struct Step {
    /// Operation ID in the API document.
    pub call: String,
    /// API document, if not the resource's (`ipam.v1`).
    #[serde(default)]
    pub api: Option<String>,
    /// The response is a list (all pages), and the resource is the one element whose fields equal these sources: `find:
    /// { name: $name }`. If the operation has a query parameter of that name, it is sent too.
    #[serde(default)]
    pub find: BTreeMap<String, Json>,
    /// With `find`: the value of a source that selects the first element of the list instead, such as `latest`.
    #[serde(default)]
    pub first: Option<String>,
    /// With `find`: path of the elements in those of the response, if they are lists inside of these:
    /// `alerts[].notifications[]`.
    #[serde(default)]
    pub element: Option<String>,
    /// With `element`: field that gets the ID of the object that contains the element: `budget_id`.
    #[serde(default)]
    pub outer: Option<String>,
    /// Only the first page of a list, as an object: a field beside the list is read.
    #[serde(default)]
    pub first_page: bool,
    /// Filter for a list that is stored `into` a field: only elements whose fields equal these sources, or are IP
    /// addresses in these CIDR blocks, if the sources are set: `only: { name: $name }`.
    #[serde(default)]
    pub only: BTreeMap<String, Json>,
    /// The response is a list with at most this resource, selected by `query`. An empty list means that it is deleted.
    #[serde(default)]
    pub single: bool,
    /// Path in the wire object that stores the response. For a list (without `find`), the elements of all pages.
    #[serde(default)]
    pub into: Option<String>,
    /// With `into` the elements of another list (`nodes[].private_ips`): a field of an element of the response, and the field of the other
    /// element that has the same value: `beside: { resource.name: name }`.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
    /// Field of the response that contains the object, if other fields are beside it, such as a secret: all are merged.
    /// `job_runs[]` is the first object of a list.
    #[serde(default)]
    pub object: Option<String>,
    /// Path of the string in the response to a create that ends with the ID of the new object, if the response does not
    /// contain the object: `task.href_result`.
    #[serde(default)]
    pub id_from: Option<String>,
    /// Condition: the property has this value (null: is set). In an update it must also have changed.
    #[serde(default)]
    pub when: BTreeMap<String, Json>,
    /// In a create: if `when` holds, this request creates the object instead of the first one, which is not sent.
    #[serde(default)]
    pub instead: bool,
    /// 404 and 403 are not errors.
    #[serde(default)]
    pub optional: bool,
    /// Precondition errors (412) that are transient: retried until the timeout.
    #[serde(default)]
    pub retry: Vec<String>,
    /// Errors that end when an external condition is met: a part of the message or of its details, and the condition,
    /// in which `{hostname}` is the value of that property. Retried until the timeout, with a status message about the
    /// condition: `awaits: { could not validate domain: the DNS record of {hostname} }`.
    #[serde(default)]
    pub awaits: BTreeMap<String, String>,
    /// One request for each changed field instead of one for all, in the order of `fields`.
    #[serde(default)]
    pub one_by_one: bool,
    /// How long a 404 after the create is retried.
    #[serde(default)]
    pub missing_window: Option<String>,
    /// The list is empty for a new resource, so a create does not read it.
    #[serde(default)]
    pub empty_when_new: bool,
    /// For an object that is read with several requests: the properties that this request reads. A setting that is not
    /// configured (`x-not-set` of the document) is absent. A 403 is a warning, and these properties keep their values.
    #[serde(default)]
    pub reads: Vec<String>,
    /// The operation to use instead if all fields of the step are empty (`DeleteBucketTagging`).
    #[serde(default)]
    pub call_if_empty: Option<String>,
    /// One request for each element of a list that is added or removed, instead of one for the whole list.
    #[serde(default)]
    pub each: Option<Each>,
    /// For a list that is stored `into` a field: wait while an element has a transient status.
    #[serde(default)]
    pub settles: Option<Settles>,
    /// In a create whose request succeeds if the object exists: the read that comes first and must not find it. After an ambiguous
    /// response the request is repeated.
    #[serde(default)]
    pub existing: Option<Box<StepOrOperation>>,
    /// In a create whose request ignores the project of the program: the request that deletes the object if its response has another
    /// project (`composed`).
    #[serde(default)]
    pub undo: Option<Box<StepOrOperation>>,
    /// Send all fields instead of the changed ones. Default: true for PUT.
    #[serde(default)]
    pub whole: Option<bool>,
    /// The body fields to send. Default: all fields of the operation's body that belong to a property.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Additional body fields and their sources, which can be inside of lists and objects: `secrets: [{ path: $element.path }]`.
    #[serde(default)]
    pub with: BTreeMap<String, Json>,
    /// Path parameters and their sources, if not determined by their names: `path: { data_source_id: $datasourceId }`.
    #[serde(default)]
    pub path: BTreeMap<String, Json>,
    /// Query parameters and their sources.
    #[serde(default)]
    pub query: BTreeMap<String, Json>,
    /// Fields with another name in this operation: usual name to the name or path (`email: member.email`).
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
}

impl Step {
    /// A step with only an operation.
    pub fn of(call: &str) -> Self {
        Self { call: call.to_owned(), ..Self::default() }
    }
}
