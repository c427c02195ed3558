//! The calls a resource makes, as values to fill in. Knows no HTTP client.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One call among those that create, read, update or delete a resource, with the conditions under which it is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The operation that is called.
    pub call: Operation,
    /// The answer is a list: which element of it is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<Find>,
    /// Of a list only the elements whose fields equal these, as far as those are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Source>,
    /// Where the answer goes in the resource's wire object; without it the answer is merged into its top level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// The call is made only if this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// A missing object (404) or a refusal (403) is no error: what the call would have told stays absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Preconditions (412) that pass by themselves, such as `resource_not_usable`: tried again until the timeout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry: Vec<String>,
    /// What messages of rejections contain that pass once something outside is there, and what is awaited; `{hostname}` in
    /// it stands for that property. Tried again until the timeout.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub awaits: BTreeMap<String, String>,
    /// One call for each changed field instead of one for all, in the order of `call.body`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_by_one: bool,
    /// Milliseconds over which a 404 right after the object was made is not believed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing_window_ms: u64,
    /// A resource that was just created has an empty list here: its creation need not ask.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_when_new: bool,
    /// One aspect of several, and the properties it tells: what is not set is absent, and a refusal (403) is a warning
    /// that leaves these properties as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<String>,
    /// What is called instead when everything the step would carry is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emptied: Option<Operation>,
}

impl Step {
    /// Just the call.
    pub fn of(call: Operation) -> Self {
        Self {
            call,
            find: None,
            only: BTreeMap::new(),
            into: None,
            when: None,
            optional: false,
            retry: Vec::new(),
            awaits: BTreeMap::new(),
            one_by_one: false,
            missing_window_ms: 0,
            empty_when_new: false,
            tells: Vec::new(),
            emptied: None,
        }
    }

    /// The fields its body may hold; none if it takes no body.
    pub fn fields(&self) -> &[String] {
        self.call.body.as_ref().map_or(&[], |body| &body.fields)
    }
}

/// An operation of the API with everything needed to form its request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The operation's id in the API document (`CreateNamespace`).
    pub id: String,
    /// The HTTP verb in capitals.
    pub method: String,
    /// The path with parameters in braces (`/registry/v1/regions/{region}/namespaces/{namespace_id}`).
    pub path: String,
    /// Where each path parameter comes from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Source>,
    /// Query parameters that are sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<Query>,
    /// The body, if the operation takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The answer is a list that comes in pages: the name of its elements in the answer (`namespaces`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// The answer is the object that the first `read` step would give, so that it need not be asked for again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answers_object: bool,
    /// What shows that its answer is about the object that was requested.
    #[serde(default, skip_serializing_if = "Identity::is_none")]
    pub identity: Identity,
    /// How it is spoken, if it is one of Object Storage, in the words of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<Json>,
}

/// What an answer of one object shows of its identity. Lists and Object Storage have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The field that repeats the last parameter of the path: `id` for `{instance_id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<String>,
    /// That parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// A delete that answers without a body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Where no field repeats it: the fields of the answer, of which at least one is always there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Identity {
    /// Whether nothing is known of what the answer shows.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A query parameter and where it comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The parameter's name.
    pub name: String,
    /// Its source; a parameter whose source has nothing is left out.
    pub from: Source,
}

/// What a body may hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The top-level fields the operation knows; of the resource's wire object only these are sent, in this order.
    pub fields: Vec<String>,
    /// Every field is sent at each call, not only what changed (PUT).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Fields that identify or must accompany the change: sent with whatever else is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Source>,
    /// Fields this operation spells differently: usual name to its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rename: BTreeMap<String, String>,
}

/// Where one value of a request comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// The region or zone of the resource.
    Locality,
    /// The region of the zone that the resource is in.
    Region,
    /// The resource's own uuid, the `{id}` of its id.
    Id,
    /// The wire form of a property, found by the property's name, bare even where the property is localized.
    Property(String),
    /// A path into the resource's wire object; `rules[].ip` plucks a field of each element.
    Wire(String),
    /// A path into the wire object as it was wanted before the change under way.
    Before(String),
    /// A constant.
    Literal(Json),
    /// The project the provider works in, if the resource names none.
    Project,
    /// The organization the provider works in, if the resource names none.
    Organization,
}

/// Which element of a list is the resource: the one whose fields all equal the given ones, exactly.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// Field of an element to where its value comes from.
    pub by: BTreeMap<String, Source>,
}

/// A condition on an input.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The property; in an update it must also have changed.
    pub property: String,
    /// The value it must have; absent: it must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Json>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
