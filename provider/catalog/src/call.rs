//! The API calls of a resource, as templates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One call to create, read, update or delete a resource, with its conditions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the descriptor language")]
pub struct Step {
    /// The API operation.
    pub call: Operation,
    /// The response is a list: selects an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<Find>,
    /// The response is a list: only elements whose fields equal these values. Unset values are ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Source>,
    /// The field of the resource's wire object that stores the response. Default: merged into the top level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// With a path such as `nodes[].addresses`: the field of an element of the response, and the field that it equals in the element of
    /// the other list that it is stored in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, String>,
    /// The field of the response that contains the object, beside other fields that are merged with it. `runs[]` is the first
    /// object of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The path of the string in the response that ends with the ID of the new object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_from: Option<String>,
    /// The condition of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// In a create: the call creates the object instead of the first one, if its condition holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub instead: bool,
    /// Not found (404) is not an error: the fields of the response stay absent. Permission denied (403) of a read is none either,
    /// and keeps the state of the properties that are read from the response.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Temporary preconditions (412), such as `resource_not_usable`: retried until the timeout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<String>,
    /// Substrings of messages of rejections that end when something outside of Scaleway exists, with a description of what is
    /// awaited, in which `{hostname}` is replaced by that property. Retried until the timeout.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub awaits: BTreeMap<String, String>,
    /// One call for each changed field, in the order of `call.body`, instead of one call for all fields.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_by_one: bool,
    /// Time in milliseconds for which a 404 immediately after the creation is retried.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing_window_ms: u64,
    /// The list is empty for a new resource, so a create omits the call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_when_new: bool,
    /// The properties that this call reads, if it reads only some: they are absent if not set, and permission denied (403) is
    /// a warning and keeps their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// The operation that is called instead if all fields of the body are empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_if_empty: Option<Operation>,
    /// One call for each element of a list that the program adds or removes, instead of one call for the whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// The response is a list of elements with a status: it is read again while one of them is transient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settles: Option<Settles>,
    /// The create succeeds if the object exists: this read comes first and must not find it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<Box<Step>>,
    /// The create can be in another project than that of the program: this call deletes the object again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Box<Step>>,
}

/// The elements of a list that a step is repeated for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// The field of requests with the desired elements, or with the only one. Absent: the program desires none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The path of the current elements in responses; `ip[].id` selects a field of each element. Empty for all desired elements.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub live: String,
    /// Which elements.
    pub of: EachOf,
}

/// Which elements of a list a step is repeated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum EachOf {
    /// Desired elements that do not exist. A desired element exists if a current one has all its fields.
    Added,
    /// Elements that exist and are not desired.
    Removed,
    /// The desired value of a field with one value, if it has another one.
    Replaced,
    /// All desired elements, because each is a request that leaves no element, such as the purge of a cache.
    All,
}

/// The status of the elements of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// The status field of an element.
    pub field: String,
    /// Its transient values.
    pub passing: Vec<String>,
    /// Its values that mean failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

impl Step {
    /// A step with only an operation.
    pub fn of(call: Operation) -> Self {
        Self {
            call,
            find: None,
            only: BTreeMap::new(),
            into: None,
            beside: BTreeMap::new(),
            object: None,
            id_from: None,
            when: None,
            instead: false,
            optional: false,
            retry: Vec::new(),
            awaits: BTreeMap::new(),
            one_by_one: false,
            missing_window_ms: 0,
            empty_when_new: false,
            reads: Vec::new(),
            call_if_empty: None,
            each: None,
            settles: None,
            existing: None,
            undo: None,
        }
    }

    /// The fields of its body; empty if it has no body.
    pub fn fields(&self) -> &[String] {
        self.call.body.as_ref().map_or(&[], |body| &body.fields)
    }
}

/// An operation of the API, with the data to build its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The operation's ID in the API document (`CreateNamespace`).
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path with parameters in braces (`/registry/v1/regions/{region}/namespaces/{namespace_id}`).
    pub path: String,
    /// The sources of the path parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Source>,
    /// The query parameters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Query>,
    /// The body, if the operation has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The response is a paginated list: the field with its elements (`namespaces`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// The response is the object that the first `read` step returns, so that step is omitted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returns_object: bool,
    /// The format in which the API differs from the others.
    #[serde(default, skip_serializing_if = "WireFormat::is_usual")]
    pub format: WireFormat,
    /// How the response is checked to be about the requested object.
    #[serde(default, skip_serializing_if = "Identity::is_none")]
    pub identity: Identity,
    /// The wire format of an operation of Object Storage: `Shape` of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Json>,
    /// The wire format of an operation of queues or topics: `MessageFormat` of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messaging: Option<Json>,
}

/// The format of bodies, pages and queries, in an API that differs from Scaleway's other APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireFormat {
    /// The field of the response that contains the object: `ip` for `{ "ip": {...} }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapper: Option<String>,
    /// The query parameter with the page size, if it is not `page_size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<String>,
    /// Query parameters whose lists are sent as one string with commas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<String>,
    /// Bodies are plain text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_text: bool,
    /// Pages of a list have tokens instead of numbers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_tokens: bool,
}

impl WireFormat {
    /// Whether it is the format of most APIs.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The properties of queues, topics and subscriptions with the credentials of their requests.
pub const MESSAGING_CREDENTIALS: [&str; 2] = ["accessKey", "secretKey"];

/// How a response identifies its object. Empty for lists, Object Storage, queues and topics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The field that repeats the last parameter of the path: `id` for `{instance_id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<String>,
    /// The name of that parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The response of the delete has no body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// If no field repeats the parameter: the fields of the response; at least one of them is always set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Identity {
    /// Whether the response cannot be checked.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A query parameter and its source.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The parameter's name.
    pub name: String,
    /// Its source. A parameter without a value is omitted.
    pub from: Source,
}

/// The fields of a body.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The top-level fields of the operation: only these fields of the resource's wire object are sent, in this order.
    pub fields: Vec<String>,
    /// All fields are sent, not only changed ones (PUT).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Fields that are sent in addition to the changed fields, such as identifiers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Source>,
    /// Fields with another name in this operation: usual name to name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
}

/// The source of a value in a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The region or zone of the resource.
    Locality,
    /// The region of the zone that the resource is in.
    Region,
    /// The UUID of the resource, the `{id}` of its ID.
    Id,
    /// The wire value of a property, without region or zone even if the property is localized.
    Property(String),
    /// A path in the resource's wire object; `rules[].ip` selects a field of each element.
    Wire(String),
    /// A path in the wire object of the old inputs, before the update in progress.
    Before(String),
    /// The element of the list that the call is repeated for: a field of it, or itself if empty.
    Element(String),
    /// A constant.
    Literal(Json),
    /// The values as one string, if all are known: an ARN.
    Joined(Vec<Source>),
    /// The first value that is not empty, otherwise the last one.
    First(Vec<Source>),
    /// A list of values; unknown ones are omitted.
    List(Vec<Source>),
    /// An object of values; unknown ones are omitted.
    Fields(BTreeMap<String, Source>),
    /// The project of the provider, if the resource sets none.
    Project,
    /// The organization of the provider, if the resource sets none.
    Organization,
}

/// Selects an element of a list: the one whose fields all equal these values exactly.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// Field of an element to the source of its value.
    pub by: BTreeMap<String, Source>,
    /// The value, such as `latest`, that selects the first element of the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The path of the elements in those of the response: `alerts[].notifications[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The field that gets the ID of the object that contains the element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer: Option<String>,
}

/// A condition on an input.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The property. In an update it must also be changed.
    pub property: String,
    /// The required value. Absent: the property must be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Json>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde requires a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
