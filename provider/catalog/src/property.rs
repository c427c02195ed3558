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

/// Conversions between the value of the user and the value in requests: pairs of pure functions with decode(encode(x))
/// = x for normalized x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Convert {
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the uuid; read with the locality of the resource as prefix.
    LocalizedId,
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the uuid; read without a prefix.
    BareId,
    /// Gigabytes (10^9) to bytes.
    Gigabytes,
    /// Megabytes (10^6) to bytes.
    Megabytes,
    /// Integer seconds to Scaleway's duration string (`300` to `"300s"`).
    Seconds,
    /// Go's duration string (`"1m30s"`) to Scaleway's (`"90s"`).
    Duration,
    /// RFC 3339 timestamp, truncated to seconds when read.
    Timestamp,
    /// A string to base64; the state contains base64 too, as in `pulumiverse_scaleway`.
    Base64,
    /// Decodes base64; for outputs only.
    Base64Text,
    /// A map of strings to a list of `{name, value}`.
    NameValueList,
    /// A map of strings to a list of `{key, value}`; read from a list of `{key, hashed_value}`.
    KeyValueList,
    /// A JSON string to JSON, read as a string without white space.
    JsonText,
    /// `true` to an empty object, `false` to null.
    Presence,
    /// A project id to `<project>:<project>`, the owner format of Object Storage.
    Owner,
    /// A URL, read without its scheme; for outputs only.
    Host,
    /// A number in requests, a string for the user.
    Text,
    /// An IP address or CIDR block; an address gets its full prefix length.
    Cidr,
    /// A map with lower-case keys in requests, such as HTTP headers.
    LowerKeys,
    /// A string in lower case.
    LowerCase,
    /// A string without leading and trailing white space, such as the newline at the end of a file.
    Trimmed,
    /// Like `LocalizedId`, with the zone of the wire object instead of the locality of the resource.
    Zoned,
    /// Like `LocalizedId`, with the region of the zone of the resource.
    RegionalId,
    /// An id with several parts, such as `fr-par-1/<server>/<interface>`, to its last part; read as the last part.
    LastPart,
}

/// Equivalent values: differences that are not changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Equal {
    /// Order and duplicates of list elements.
    Unordered,
    /// Upper and lower case.
    IgnoreCase,
    /// Values that result in the same request, after the other inputs and `reshape` are applied.
    Sent,
    /// A string and its argon2id hash, key by key.
    Argon2id,
    /// A string and its base64.
    Base64,
    /// Two spellings of the same timestamp.
    Instant,
    /// Two spellings of the same duration.
    Duration,
    /// An id with and without its locality.
    Locality,
    /// Two spellings of the same path (`/a//b/` and `/a/b`).
    CleanPath,
    /// Two spellings of the same CIDR block.
    Cidr,
    /// Two equivalent JSON strings.
    Json,
    /// Two spellings of the same SSH public key: with or without comment or trailing newline.
    SshKey,
    /// Two equivalent policies: JSON in which a single value equals a list with one element, and the order of actions,
    /// resources and principals is ignored.
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
    /// New and changed keys with their value, unchanged keys with an empty string, removed keys omitted.
    EmptyKeeps,
    /// New and changed keys with their value, removed keys with null, unchanged keys omitted.
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

/// Format of a string.
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
    /// A timestamp of RFC 3339.
    Timestamp,
    /// A date, such as `2027-01-31`.
    Date,
    /// A duration in Go's format.
    Duration,
    /// An IPv4 or IPv6 address or CIDR block.
    Cidr,
    /// An IPv4 address or CIDR block.
    Ipv4Cidr,
    /// A CIDR block without host bits.
    CidrNetwork,
    /// An e-mail address.
    Email,
    /// A host name, such as `api.example.org`.
    Hostname,
    /// A cron expression with five fields, or `@hourly` and similar.
    Cron,
    /// A time zone name, such as `Europe/Paris`.
    TimeZone,
    /// The path of an HTTP request, starting with a slash.
    HttpPath,
    /// An HTTP or HTTPS URL.
    HttpUrl,
    /// The value of an HTTP header: one line of visible characters.
    HeaderValue,
    /// A header value that Object Storage returns unchanged: printable ASCII characters without leading or trailing
    /// space.
    AsciiHeader,
    /// A JSON object as a string.
    JsonObject,
    /// A port.
    Port,
    /// An SSH public key in one line, as in `authorized_keys`.
    SshKey,
    /// An IPv4 or IPv6 address.
    Ip,
    /// The MAC address of a network interface.
    Mac,
    /// A name of lower-case letters, digits and dashes that starts with a letter.
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
