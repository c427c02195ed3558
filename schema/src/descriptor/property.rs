//! The words for one property: what it is, where it is on the wire, and how changes of it count.

use std::collections::BTreeMap;

use catalog::{Convert, Decides, Equal, Format, Merge};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One property.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the language")]
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Property {
    /// For the person at the keyboard: what it is, unit, default, what a change does. Markdown, full sentences.
    pub doc: String,
    /// `true` may be given, `required` must be, `auto` is a name made from the logical name, `provider` is inherited.
    /// Absent: output only.
    pub input: InputWord,
    /// Its field on the wire: a path, `none`, or `{ send: …, read: … }`. Default: its name in snake_case, both ways.
    pub wire: Option<WireWord>,
    /// Its type where the API document does not tell: `string`, `integer`, `number`, `boolean`, `list<string>`,
    /// `map<string>`, `object`, `list<object>`; `asset`, `archive` and `file` (either) are files, sent by a
    /// special handler.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The name of its object type, where the rule (parent's name + singular of its own) gives another.
    pub type_name: Option<String>,
    /// A change needs a new resource.
    pub replace: bool,
    /// The API fills it when the program does not, so absence is no change.
    pub computed: bool,
    /// Never shown or stored in the clear.
    pub secret: bool,
    /// Sent, never compared, never among the outputs.
    pub write_only: bool,
    /// Told by the API at creation only, and kept from then on.
    pub told_once: bool,
    /// Can be switched on, never off.
    pub one_way: bool,
    /// No two of the kind may have the same value at once: a replacement that keeps it deletes the old one first. Names that
    /// can be made (`input: auto`) are so anyway.
    pub unique: bool,
    /// May change in place, but giving it or taking it away needs a new resource.
    pub lasting: bool,
    /// Matters only at creation, such as whether a mail is sent: a later change is none.
    pub once: bool,
    /// The switch beside it that leaves this to others: while it is on, this is neither sent, compared nor read.
    pub unless: Option<String>,
    /// Written into the inputs when not given.
    pub default: Option<Json>,
    /// How the user's form becomes the wire form and back.
    pub convert: Option<Convert>,
    /// User's value to wire value, where the words differ.
    pub values: BTreeMap<String, Json>,
    /// Which differences are none.
    pub equal: Option<Equal>,
    /// What a value must satisfy, beyond what the API document says.
    pub check: Check,
    /// A list of at most one element for the user, an object on the wire.
    pub single: bool,
    /// Another spelling of the named property.
    pub same: Option<String>,
    /// A change of this sends the named property again.
    pub resends: Option<String>,
    /// `synced` or `drifted`: whether the API's value of the named property is the wanted one.
    pub drift_of: Option<String>,
    /// An output that is made of others: `https://{name}.s3.{region}.scw.cloud`.
    pub made: Option<String>,
    /// Inputs whose change changes this output, so that a preview of such a change must not show the old value.
    pub follows: Vec<String>,
    /// The wire value that is sent when the property is removed from the program, if not the empty value of its type. A
    /// `computed` property keeps its current value without it, so it names the documented default here.
    pub clear: Option<Json>,
    /// How a changed map is sent.
    pub merge: Option<Merge>,
    /// Why not to use it, and what instead.
    pub deprecated: Option<String>,
    /// Of a component: how much of the value decides which resources are created, and must be known in a preview.
    pub decides: Decides,
    /// May be absent among the outputs although the rule says it is always there.
    pub maybe_absent: bool,
    /// The properties of its object, or of the elements of its list of objects.
    pub properties: BTreeMap<String, Property>,
}

impl Property {
    /// The field of requests that the descriptor names, if it names one.
    pub fn sent_field(&self) -> Option<&str> {
        match self.wire.as_ref()? {
            WireWord::Both(path) => Some(path.as_str()).filter(|path| *path != "none"),
            WireWord::Each { send, .. } => send.as_deref(),
        }
    }
}

/// How the program gives a property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(from = "RawInput", into = "RawInput")]
pub enum InputWord {
    /// Output only.
    #[default]
    No,
    /// May be given.
    Yes,
    /// Must be given.
    Required,
    /// A name made from the logical name.
    Auto,
    /// Inherited from the provider.
    Provider,
}

/// As written: a boolean or a word.
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

/// A property's field on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum WireWord {
    /// One path for requests and answers, or `none`.
    Both(String),
    /// Different paths; an absent one means it is not sent, or not read.
    Each {
        /// In requests.
        #[serde(default)]
        send: Option<String>,
        /// In answers.
        #[serde(default)]
        read: Option<String>,
    },
}

/// What a value must satisfy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Check {
    /// The values the API takes, if the API document's list is not it.
    #[serde(rename = "enum")]
    pub allowed: Vec<String>,
    /// Values the API refuses.
    pub not_in: Vec<String>,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
    /// The smallest number within Scaleway's documented limits: a smaller one is accepted with a warning at preview,
    /// since limits change and quotas can be raised.
    pub usual_min: Option<f64>,
    /// The largest number within Scaleway's documented limits: a larger one is accepted with a warning at preview.
    pub usual_max: Option<f64>,
    /// Numbers that are right although they are out of these bounds.
    pub also: Vec<f64>,
    /// The number must be a multiple of this.
    pub divisible_by: Option<u32>,
    /// The fewest characters.
    pub min_length: Option<u32>,
    /// The most characters.
    pub max_length: Option<u32>,
    /// The characters it may consist of: `a-zA-Z0-9_$-`.
    pub characters: Option<String>,
    /// What the text must be.
    pub format: Option<Format>,
    /// The most items.
    pub max_items: Option<u32>,
    /// The most characters of a key.
    pub max_key_length: Option<u32>,
    /// The characters a key may consist of, written like `characters`.
    pub key_characters: Option<String>,
    /// Values that were known on some day: another one is taken, with a warning at preview that proposes the nearest,
    /// even where the API document has an enum: for sets that grow.
    /// A list that several properties or many values need stands in a file of its own: `known: permission_sets` is
    /// `permission_sets.known.yaml` beside the descriptor.
    pub known: Option<KnownWord>,
}

/// A list of known values, or the name of its file.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum KnownWord {
    /// The file's name without `.known.yaml`.
    File(String),
    /// The list itself.
    List(KnownList),
}

/// Values that were known on some day.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KnownList {
    /// What one of them is called in messages: `permission set`.
    pub called: String,
    /// The day the list was made: `2026-03-20`.
    pub as_of: String,
    /// The values, by what they go with.
    pub groups: Vec<KnownGroup>,
}

/// Known values that go with the same things.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KnownGroup {
    /// A property beside it that these do not go with: both together are worth a warning.
    #[serde(default)]
    pub unless: Option<String>,
    /// Why not, and what to do: the end of a sentence that begins with the value.
    #[serde(default)]
    pub because: String,
    /// The values.
    pub values: Vec<String>,
}
