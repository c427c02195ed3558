//! The keys of a property: its type, its fields in API requests and responses, and the effect of a change.

use std::collections::BTreeMap;

use catalog::{Convert, Decides, Equal, Format, Merge};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One property.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the descriptor language")]
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Property {
    /// Description for users: meaning, unit, default, effect of a change. Markdown, full sentences.
    pub doc: String,
    /// `true` is optional, `required` is required, `auto` is an automatic name from the logical name, `provider` is
    /// inherited from the provider. Absent: output only.
    pub input: InputWord,
    /// Field in API requests and responses: a path, `none`, or `{ send: …, read: … }`. Default: the name in snake_case
    /// for both. In responses, `products[].name` is the list of the `name` of every product, `endpoints[public].ip` the `ip` of
    /// the first endpoint with an object `public`, and `resource[type=custom]` the element (or the object) with that value.
    /// `ip[0].id` is the `id` of the first element, `ip[address=IPv6].id` that of the first element with an IPv6 address.
    /// `extension[]` is the list of the fields of an object. `.` is the object itself: the properties of this one are fields beside it.
    /// `[type=custom]` is the object itself if it has that value. `address | prefix` is the first of these fields that is set. In requests,
    /// `endpoints[public]` adds an element to a list, if it has an object `public`. `{provider}_settings` is the field whose name
    /// contains the value of the field `provider` beside it.
    pub wire: Option<WireWord>,
    /// Type, if the API document does not contain it: `string`, `integer`, `number`, `boolean`, `list<string>`,
    /// `map<string>`, `object`, `list<object>`; `asset`, `archive` and `file` (either) are files, sent by a special
    /// handler.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Name of the object type, if not the default (name of the parent and singular of the property).
    pub type_name: Option<String>,
    /// A change replaces the resource.
    pub replace: bool,
    /// The API fills in an omitted input, so omitting it is not a change.
    pub computed: bool,
    /// Secret: encrypted in the state and never printed.
    pub secret: bool,
    /// Sent, but not compared and not an output.
    pub write_only: bool,
    /// Returned by the API at creation only, and kept in the state.
    pub returned_once: bool,
    /// Can be enabled but not disabled, or increased but not decreased.
    pub one_way: bool,
    /// Input with the beginning of automatic names, instead of the logical name. The program sets one of the two.
    pub prefix: Option<String>,
    /// Suffix of names while a boolean input is true: `{ fifoQueue: .fifo }`. Other names must not have it.
    pub suffix_if: BTreeMap<String, String>,
    /// Unique value: a replacement that keeps the value deletes the old object first. Automatic names (`input: auto`)
    /// are unique unless this is `false`.
    pub unique: Option<bool>,
    /// Elements of the list can be added in place; removing one replaces the resource. A number can be increased in
    /// place; a smaller one replaces the resource.
    pub growing: bool,
    /// If a response does not contain the value any more, the last known one is kept: the volume of a snapshot after
    /// the volume was deleted.
    pub kept_if_absent: bool,
    /// Can be updated in place, but adding or removing it replaces the resource.
    pub replace_if_added_or_removed: bool,
    /// Used at creation only, such as whether an e-mail is sent. A later change has no effect.
    pub create_only: bool,
    /// Boolean property: while it is true, this one is used at creation only, such as a size that is changed automatically later. It is not
    /// read, and a later change has no effect.
    pub create_only_if: Option<String>,
    /// Property that disables this one: while it is true, or a string, this property is not sent, compared or read.
    pub unless: Option<String>,
    /// Boolean property that this one needs: without it, `true` is an error, and nothing is sent.
    pub only_if: Option<String>,
    /// Default, added to the inputs.
    pub default: Option<Json>,
    /// Conversion between the value of the user and the value in requests.
    pub convert: Option<Convert>,
    /// Values of the user and the corresponding values in requests. If several values in responses correspond to one, they
    /// are a list; the first one is sent.
    pub values: BTreeMap<String, Json>,
    /// Equivalent values: which differences are not changes.
    pub equal: Option<Equal>,
    /// Validation in addition to the API document.
    pub check: Check,
    /// An object in requests, a list with at most one element for the user.
    pub single: bool,
    /// Alias of the named property.
    pub same: Option<String>,
    /// A change of this property sends the named property again.
    pub resends: Option<String>,
    /// If the named property is set, a create sends this one by the handler (`special`), after the first step.
    pub handled_if: Option<String>,
    /// `synced` or `drifted`: whether the API's value of the named property equals the input.
    pub drift_of: Option<String>,
    /// In requests and responses a list with the value as its only element.
    pub list_of_one: bool,
    /// Object in requests for each element of the list: `{ id: $element }`. For properties of the resource itself.
    pub element_as: Option<BTreeMap<String, Json>>,
    /// In requests the list is an object with the numbers of the elements as its fields, from this number. In responses,
    /// `volumes[]` is the list. For properties of the resource itself.
    pub numbered_from: Option<u32>,
    /// Value in requests if the program sets neither the property nor another one of its group (`atMostOne`), in the form of requests.
    /// `$forwardPort` is the value of another property. For properties of the resource itself.
    pub unset: Option<Json>,
    /// Element that the API adds to the list: a string, or a property in braces. It is left out unless the program sets it.
    pub added: Option<String>,
    /// Output composed of other properties: `https://{name}.s3.{region}.scw.cloud`.
    pub template: Option<String>,
    /// Inputs that change this output, so that the preview of a change shows it as unknown.
    pub follows: Vec<String>,
    /// Value if no response contains the field, such as a default that the API omits.
    pub absent: Option<Json>,
    /// Value that is sent when the input is removed from the program, if not the empty value of its type. A `computed`
    /// property without it keeps its current value, so specify the documented default here.
    pub clear: Option<Json>,
    /// How a changed map is sent.
    pub merge: Option<Merge>,
    /// Deprecation message: the reason and the replacement.
    pub deprecated: Option<String>,
    /// For components: how much of the value decides which resources are created, and must be known at preview.
    pub decides: Decides,
    /// Optional output, even if the default rule makes it required.
    pub maybe_absent: bool,
    /// Properties of the object, or of the elements of the list of objects.
    pub properties: BTreeMap<String, Property>,
}

impl Property {
    /// The request field that the descriptor sets, if any.
    pub fn sent_field(&self) -> Option<&str> {
        match self.wire.as_ref()? {
            WireWord::Both(path) => Some(path.as_str()).filter(|path| *path != "none"),
            WireWord::Each { send, .. } => send.as_deref(),
        }
    }
}

/// Whether and how a property is an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(from = "RawInput", into = "RawInput")]
pub enum InputWord {
    /// Output only.
    #[default]
    No,
    /// Optional input.
    Yes,
    /// Required input.
    Required,
    /// Automatic name from the logical name.
    Auto,
    /// Inherited from the provider.
    Provider,
}

/// As written: a boolean or a string.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
enum RawInput {
    Flag(bool),
    Word(RawWord),
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum RawWord {
    Required,
    Auto,
    Provider,
}

impl From<RawInput> for InputWord {
    fn from(raw: RawInput) -> Self {
        match raw {
            RawInput::Flag(false) => Self::No,
            RawInput::Flag(true) => Self::Yes,
            RawInput::Word(RawWord::Required) => Self::Required,
            RawInput::Word(RawWord::Auto) => Self::Auto,
            RawInput::Word(RawWord::Provider) => Self::Provider,
        }
    }
}

impl From<InputWord> for RawInput {
    fn from(word: InputWord) -> Self {
        match word {
            InputWord::No => Self::Flag(false),
            InputWord::Yes => Self::Flag(true),
            InputWord::Required => Self::Word(RawWord::Required),
            InputWord::Auto => Self::Word(RawWord::Auto),
            InputWord::Provider => Self::Word(RawWord::Provider),
        }
    }
}

/// Field of a property in API requests and responses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum WireWord {
    /// One path for requests and responses, or `none`.
    Both(String),
    /// Different paths; without `send` it is not sent, without `read` not read.
    Each {
        /// In requests.
        #[serde(default)]
        send: Option<String>,
        /// In responses.
        #[serde(default)]
        read: Option<String>,
    },
}

/// Validation of a value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Check {
    /// Allowed values, if different from the API document.
    #[serde(rename = "enum")]
    pub allowed: Vec<String>,
    /// Values that the API rejects.
    pub not_in: Vec<String>,
    /// Why `true` is rejected, for an input of `pulumiverse_scaleway` that Scaleway does not support: the end of a sentence.
    pub unsupported: Option<String>,
    /// Minimum.
    pub min: Option<f64>,
    /// Maximum.
    pub max: Option<f64>,
    /// Minimum of Scaleway's documented limits: a smaller number is accepted with a warning at preview, because limits
    /// change and quotas can be raised.
    pub usual_min: Option<f64>,
    /// Maximum of Scaleway's documented limits: a larger number is accepted with a warning at preview.
    pub usual_max: Option<f64>,
    /// Additional numbers that are valid outside of these limits.
    pub also: Vec<f64>,
    /// The number must be a multiple of this.
    pub divisible_by: Option<u32>,
    /// Minimum number of characters.
    pub min_length: Option<u32>,
    /// Maximum number of characters.
    pub max_length: Option<u32>,
    /// Allowed characters: `a-zA-Z0-9_$-`.
    pub characters: Option<String>,
    /// Format of the string.
    pub format: Option<Format>,
    /// Maximum number of items.
    pub max_items: Option<u32>,
    /// Maximum number of characters of a key.
    pub max_key_length: Option<u32>,
    /// Allowed characters of a key, in the format of `characters`.
    pub key_characters: Option<String>,
    /// Groups of properties of the object, or of each object of the list; exactly one of each group must be set.
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties of the object, or of each object of the list; at least one of each group must be set.
    pub at_least_one: Vec<Vec<String>>,
    /// Known values, for sets that grow: another value is accepted with a warning at preview that suggests the nearest
    /// one, even if the API document has an enum. A long list, or one for several properties, is in a separate file:
    /// `known: permission_sets` is `permission_sets.known.yaml` in the same directory.
    pub known: Option<KnownWord>,
}

/// A list of known values, or the name of its file.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum KnownWord {
    /// Name of the file without `.known.yaml`.
    File(String),
    /// The list.
    List(KnownList),
}

/// Known values at a date.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KnownList {
    /// Name of a value in messages: `permission set`.
    pub called: String,
    /// Date of the list: `2026-03-20`.
    pub as_of: String,
    /// The values, in groups.
    pub groups: Vec<KnownGroup>,
}

/// Known values that can be used together with the same properties.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KnownGroup {
    /// A property that cannot be used together with these values: both together cause a warning.
    #[serde(default)]
    pub unless: Option<String>,
    /// Reason and advice: the end of a sentence that starts with the value.
    #[serde(default)]
    pub because: String,
    /// The values.
    pub values: Vec<String>,
}
