//! The properties of a resource: what they hold, how they are named on the wire, and how changes of them count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One property of a resource or of an object inside it.
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the descriptor language")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Property {
    /// What it holds, as the user sees it.
    pub kind: Kind,
    /// Whether and how the program gives it.
    #[serde(skip_serializing_if = "Input::is_no")]
    pub input: Input,
    /// The field of requests it is sent in: a path of field names (`encryption.enabled`). Absent: never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// The field of answers it is read from: a path of field names. Absent: never read, the state keeps what was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// A change needs a new resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// The API fills it when the program does not, so its absence in a program is never a change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    /// Never shown or stored in the clear.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// Sent, never compared, never kept among the outputs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    /// Told by the API only when the resource is created: kept from then on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub told_once: bool,
    /// Can be switched on, never off again; a live `true` where the program says `false` is no drift.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
    /// No two of the kind may have the same value at once: a replacement with the same one deletes first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// May change in place, but giving it or taking it away needs a new resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lasting: bool,
    /// Matters only at creation: a later change is none.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// The switch beside it that leaves it to others: while that is on, it is neither sent, compared nor read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// Written into the inputs when the program does not give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// How the user's form becomes the wire form and back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convert: Option<Convert>,
    /// User's value (as text) to wire value, where the two have different words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Json>,
    /// Which differences are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equal: Option<Equal>,
    /// What a value must satisfy.
    #[serde(skip_serializing_if = "Checks::is_empty")]
    pub checks: Checks,
    /// The user writes a list of at most one element where the wire has an object.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// Another spelling of the named property: both are read, either is sent, and switching is no change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<String>,
    /// A change of this property sends the named one again, although that one did not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resends: Option<String>,
    /// Tells `synced` or `drifted`: whether what the API says of the named property is what the program wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_of: Option<String>,
    /// An output made of others, whose names stand in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Inputs whose change changes this output: unknown in the preview of such a change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// The wire value that is sent when the property is removed from the program; absent: the empty value of its kind, or
    /// nothing where the API fills it in (`computed`): the current value is kept then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<Json>,
    /// How a changed map is sent, where sending it whole would be wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// Why it should not be used any more and what to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Of a component: how much of the value decides which resources are created, and must be known in a preview.
    #[serde(skip_serializing_if = "Decides::is_nothing")]
    pub decides: Decides,
}

/// What a property holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A text.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    List(Box<Kind>),
    /// Values by free keys.
    Map(Box<Kind>),
    /// An object with known properties.
    Object(BTreeMap<String, Property>),
    /// A file, by its text, path or address: changed when its hash is another.
    Asset,
    /// Files together: a directory, an archive file or parts by name. Changed when its hash is another.
    Archive,
    /// Either: a file that holds everything, or files together.
    File,
    /// Anything.
    Any,
}

/// Whether and how the program gives a property.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// Output only.
    #[default]
    No,
    /// May be given.
    Optional,
    /// Must be given.
    Required,
    /// A name: made from the resource's logical name when not given.
    Auto,
    /// May be given; else the provider's is used, and never written into the inputs.
    Provider(ProviderDefault),
}

impl Input {
    fn is_no(&self) -> bool {
        *self == Self::No
    }
}

/// What a resource inherits from its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProviderDefault {
    /// The region.
    Region,
    /// The zone.
    Zone,
    /// The project.
    Project,
    /// The organization.
    Organization,
}

/// Pairs of pure functions between the user's form and the wire form; each obeys decode(encode(x)) = x for normal x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Convert {
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the bare uuid; comes back with the resource's locality in front.
    LocalizedId,
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the bare uuid, and bare it stays.
    BareId,
    /// Gigabytes (10^9) to bytes.
    Gigabytes,
    /// Megabytes (10^6) to bytes.
    Megabytes,
    /// Whole seconds to Scaleway's duration text (`300` to `"300s"`).
    Seconds,
    /// Go's duration text (`"1m30s"`) to Scaleway's (`"90s"`).
    Duration,
    /// RFC 3339 text, cut to seconds when read.
    Timestamp,
    /// Any text to its base64; the state holds base64 too, as the peer's does.
    Base64,
    /// Reads base64 as the text it holds; for outputs only.
    Base64Text,
    /// A map of texts to a list of `{name, value}`.
    NameValueList,
    /// A map of texts to a list of `{key, value}`; comes back from one of `{key, hashed_value}`.
    KeyValueList,
    /// A JSON text to the JSON it holds, and back to a text without blanks.
    JsonText,
    /// `true` to an empty object, `false` to nothing.
    Presence,
    /// A project to `<project>:<project>`, as Object Storage names owners.
    Owner,
    /// A URL, read without its scheme; for outputs only.
    Host,
    /// A number on the wire, a text for the user.
    Text,
    /// An IP address or a block; an address alone gains its full prefix length.
    Cidr,
    /// A map whose keys are in lower case on the wire, as the names of headers are.
    LowerKeys,
    /// A text in small letters.
    LowerCase,
    /// A text without the white space around it, such as the end of the line that a file ends with.
    Trimmed,
    /// Localizes like `LocalizedId`, in the zone of the wire object instead of the resource's own locality.
    Zoned,
    /// Localizes like `LocalizedId`, in the region of the zone that the resource is in.
    RegionalId,
    /// An id of several parts, such as `fr-par-1/<server>/<interface>`, to its last part, and bare it stays.
    LastPart,
}

/// Differences that are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Equal {
    /// The order of a list, and repeated elements.
    Unordered,
    /// Upper and lower case.
    IgnoreCase,
    /// Whatever is sent as the same, once the inputs beside it and the `reshape` have had their say.
    Sent,
    /// A plain text and its argon2id hash, key by key.
    Argon2id,
    /// A plain text and its base64.
    Base64,
    /// Two spellings of one instant.
    Instant,
    /// Two spellings of one duration.
    Duration,
    /// An id with and without its locality.
    Locality,
    /// Two spellings of one path (`/a//b/` and `/a/b`).
    CleanPath,
    /// Two spellings of one block of addresses.
    Cidr,
    /// Two JSON texts with the same meaning.
    Json,
    /// Two spellings of one SSH public key: with and without its comment, with a line's end or without.
    SshKey,
    /// Two policies with the same meaning: JSON in which one thing stands for a list of it, and the order of actions,
    /// resources and principals says nothing.
    Policy,
}

/// How much of an input of a component decides which resources are created. Pulumi previews the creation of each resource,
/// so that much must be known in a preview; the rest may be an output that is unknown until the update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Decides {
    /// Nothing: the input only sets properties of resources.
    #[default]
    Nothing,
    /// The keys of a map or an object, or the number of elements of a list; its values or elements may be unknown.
    Keys,
    /// The value, with everything in it.
    Value,
}

impl Decides {
    /// Whether the input may be unknown in a preview.
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// How a changed map is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Merge {
    /// New and changed keys with their value, kept keys with an empty text, dropped keys not at all.
    EmptyKeeps,
    /// New and changed keys with their value, dropped keys with null, kept keys not at all.
    NullDrops,
}

/// What a value must satisfy; for lists and maps the rules hold for each element, except the number of items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// The values the API takes.
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// Values the API refuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_in: Vec<String>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The smallest number within Scaleway's documented limits: a smaller one is worth a warning, since limits change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_min: Option<f64>,
    /// The largest number within Scaleway's documented limits: a larger one is worth a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_max: Option<f64>,
    /// Numbers that are right although the other rules say otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<f64>,
    /// The number must be a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divisible_by: Option<u32>,
    /// The fewest characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// The most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The characters a text may consist of, such as `a-zA-Z0-9_$-`; letters, digits and ranges only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<String>,
    /// What the text must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The most items of a list or keys of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// The most characters of a key of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_key_length: Option<u32>,
    /// The characters a key of a map may consist of, written like `characters`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_characters: Option<String>,
    /// Values known on some day: another one is taken, with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

impl Checks {
    /// Whether everything satisfies these.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Values that were known when the list was made. Scaleway adds some, so no other is refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What one of them is called in messages (`permission set`).
    pub called: String,
    /// The day the list was made (`2026-03-20`).
    pub as_of: String,
    /// The values, by what they go with.
    pub groups: Vec<KnownGroup>,
}

/// Known values that go with the same things.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownGroup {
    /// The values.
    pub values: Vec<String>,
    /// A property beside it that these do not go with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// Why they do not, and what to do: the end of a sentence that begins with the value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// What a text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// A uuid.
    Uuid,
    /// A uuid with its region or zone in front.
    LocalizedUuid,
    /// A uuid with or without its region or zone.
    UuidOrLocalized,
    /// A region.
    Region,
    /// A zone.
    Zone,
    /// An instant of RFC 3339.
    Timestamp,
    /// A day, such as `2027-01-31`.
    Date,
    /// A duration as Go writes it.
    Duration,
    /// An IPv4 or IPv6 address or block.
    Cidr,
    /// An IPv4 address or block.
    Ipv4Cidr,
    /// A block of addresses without host bits.
    CidrNetwork,
    /// An e-mail address.
    Email,
    /// A host name, such as `api.example.org`.
    Hostname,
    /// When to do something again and again: five fields as cron takes them, or `@hourly` and the like.
    Cron,
    /// A time zone by its name, such as `Europe/Paris`.
    TimeZone,
    /// The path of an HTTP request, from its slash on.
    HttpPath,
    /// A URL that HTTP requests go to.
    HttpUrl,
    /// What may stand in a header of an HTTP request: one line of visible characters.
    HeaderValue,
    /// What a header of Object Storage returns unchanged: printable ASCII characters without a space at either end.
    AsciiHeader,
    /// A JSON object as text.
    JsonObject,
    /// A port.
    Port,
    /// An SSH public key in one line, as in `authorized_keys`.
    SshKey,
    /// An IPv4 or IPv6 address.
    Ip,
    /// The address of a network interface.
    Mac,
    /// A name of lower-case letters, digits and dashes that begins with a letter.
    Name,
    /// The name of a bucket.
    BucketName,
    /// A policy of a bucket.
    BucketPolicy,
}

/// The field a property has on the wire unless the catalog says otherwise: `privateNetworkId` is `private_network_id`.
pub fn usual_field(name: &str) -> String {
    let mut field = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            field.push('_');
        }
        field.push(character.to_ascii_lowercase());
    }
    field
}
