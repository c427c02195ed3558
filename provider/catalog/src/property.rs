//! The properties of a resource: types, fields in requests and responses, checks, and the effects of changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::checks::Checks;

/// One property of a resource or of an object inside it.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the descriptor language")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Property {
    /// Its type in a program.
    pub kind: Kind,
    /// Whether it is an input.
    #[serde(skip_serializing_if = "Input::is_output")]
    pub input: Input,
    /// The field in requests: a path of field names (`encryption.enabled`). `[field]` at its end adds an element to a list. Absent: never
    /// sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// The field in responses: a path of field names, in which `[]` and `[field]` select elements. Absent: never read, the state keeps the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// A change replaces the resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// The API sets it if the program does not, so a missing input is not a change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    /// Secret: masked in output and encrypted in the state.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// Sent, but not compared, and not an output.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    /// Returned by the API only when the resource is created; the state keeps it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub returned_once: bool,
    /// Can be enabled but not disabled, or increased but not decreased; `true` in the API and `false` in the program is not drift.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
    /// The input with the beginning of automatic names, instead of the logical name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The suffix of names while a boolean input is true, and only then.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub suffix_if: BTreeMap<String, String>,
    /// Two resources cannot have the same value: a replacement with the same value deletes first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Elements of the list are added in place, but removing one replaces the resource; so does a smaller number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub growing: bool,
    /// If a response does not contain the value any more, that of the state is kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub kept_if_absent: bool,
    /// Updated in place, but adding or removing it replaces the resource.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub replace_if_added_or_removed: bool,
    /// Used only at creation: a later change has no effect.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub create_only: bool,
    /// The boolean property that ends the management: while it is true, this property is used at creation only, and not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_only_if: Option<String>,
    /// The property that disables management: while it is true, or a string, this property is not sent, compared or read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// The boolean property that this one needs: without it, `true` is an error, and nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    /// Added to the inputs if the program does not set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// The conversion between the value in a program and the wire value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convert: Option<Convert>,
    /// Value in a program (as a string) to wire value, if the two differ. A list contains all values of responses; the first is sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Json>,
    /// Which differences are not changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equal: Option<Equal>,
    /// The validation rules.
    #[serde(skip_serializing_if = "Checks::is_empty")]
    pub checks: Checks,
    /// A list of at most one element in a program, an object on the wire.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub single: bool,
    /// An alias of the named property: both are read, either is sent, and switching between them is not a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<String>,
    /// A change of this property sends the named property too, even if that is unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resends: Option<String>,
    /// If the named property is set, a create sends this one by the handler (`special`), after the first step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handled_if: Option<String>,
    /// An output `synced` or `drifted`: whether the named property has the same value in the API and in the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_of: Option<String>,
    /// In requests and responses a list with the value as its only element.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub list_of_one: bool,
    /// The object in requests for each element of a list: `$element` is the element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element_as: Option<BTreeMap<String, Json>>,
    /// In requests an object with the elements of a list by their numbers, from this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbered_from: Option<u32>,
    /// The value in requests if the program sets neither the property nor another one of its group. `$name` is the value of
    /// another property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unset: Option<Json>,
    /// The element that the API adds to the list, as a template. It is left out unless the program sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// The template of an output, with names of other properties in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Inputs whose changes also change this output, which is then unknown in a preview.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// The value if no response contains the field, such as a default that the API omits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<Json>,
    /// The wire value that is sent if the property is removed from the program. Absent: the empty value of its type, or
    /// nothing if the API sets it (`computed`), which keeps the current value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear: Option<Json>,
    /// How a changed map is sent, if it is not sent as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// The deprecation message: the reason, and the replacement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// For inputs of components: how much of the value decides which resources are created, and must be known in a preview.
    #[serde(skip_serializing_if = "Decides::is_nothing")]
    pub decides: Decides,
}

/// The type of a property.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A string.
    #[default]
    String,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// A list.
    List(Box<Kind>),
    /// A map with arbitrary keys.
    Map(Box<Kind>),
    /// An object with known properties.
    Object(BTreeMap<String, Property>),
    /// An asset: text, file or URL. Changed if its hash is.
    Asset,
    /// An archive: directory, archive file, or assets by name. Changed if its hash is.
    Archive,
    /// An asset or an archive.
    File,
    /// Any value.
    Any,
}

impl Kind {
    /// The properties of an object, also of those in a list or map. Empty for other types.
    pub fn properties(&self) -> impl Iterator<Item = (&String, &Property)> {
        let mut kind = self;
        while let Kind::List(element) | Kind::Map(element) = kind {
            kind = element;
        }
        let properties = if let Kind::Object(properties) = kind { Some(properties) } else { None };
        properties.into_iter().flatten()
    }
}

/// Whether a property is an input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// Output only.
    #[default]
    No,
    /// Optional.
    Optional,
    /// Required.
    Required,
    /// A name. Default: an automatic name from the logical name of the resource.
    Auto,
    /// Optional. Default: the value of the provider, which is not added to the inputs.
    Provider(ProviderDefault),
}

impl Input {
    fn is_output(&self) -> bool {
        *self == Self::No
    }
}

/// A default value from the provider configuration.
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
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the UUID; read with the locality of the resource as prefix.
    LocalizedId,
    /// `"fr-par/<uuid>"` or `"<uuid>"` to the UUID; read without a prefix.
    BareId,
    /// Gigabytes (10^9) to bytes.
    Gigabytes,
    /// Megabytes (10^6) to bytes.
    Megabytes,
    /// Integer seconds to Scaleway's duration string (`300` to `"300s"`).
    Seconds,
    /// Go's duration string (`"1m30s"`) to Scaleway's (`"90s"`).
    Duration,
    /// Go's duration string (`"1m30s"`) to integer milliseconds (`90000`).
    Milliseconds,
    /// RFC 3339 timestamp, truncated to seconds when read.
    Timestamp,
    /// A string to base64, also one that is base64 already; the state contains the base64 too.
    Base64,
    /// A string, which is base64 in requests and responses.
    Base64Text,
    /// A string to base64, unless it is base64 already; the state contains the string as given.
    Base64OrText,
    /// A map of strings to a list of `{name, value}`.
    NameValueList,
    /// A map of strings to a list of `{key, value}`; read from a list of `{key, hashed_value}`.
    KeyValueList,
    /// An object of booleans to the list of those of its fields that are true.
    FlagList,
    /// A JSON string to JSON, read as a string without white space.
    JsonText,
    /// `true` to an empty object, `false` to null.
    Presence,
    /// A project ID to `<project>:<project>`, the owner format of Object Storage.
    Owner,
    /// A URL, read without its scheme; for outputs only.
    Host,
    /// A data source of Cockpit, read as the URL that clients push to: its `url` with the path of its `type`; for outputs
    /// only.
    PushUrl,
    /// An amount of money, read as a string such as `€ 12.50`; for outputs only.
    Money,
    /// A number in requests, a string for the user.
    Text,
    /// An IP address or CIDR block; an address gets its full prefix length.
    Cidr,
    /// An IP address to a CIDR block of one address; read as the address.
    HostCidr,
    /// An IP address, returned with the prefix length of its subnet.
    Address,
    /// Whether an IP address is an IPv6 address: a boolean in requests, read from the address.
    IsIpv6,
    /// A date to midnight UTC of that day.
    Date,
    /// `false` is not sent, and is read if the field is absent. A string, such as `Enabled`, is `true`.
    OnlyTrue,
    /// A map with lower-case keys in requests, such as HTTP headers.
    LowerKeys,
    /// A string in lower case.
    LowerCase,
    /// A string that is read in upper case.
    UpperCase,
    /// A string in lower case, with underscores instead of hyphens.
    Underscores,
    /// A string without leading and trailing white space, such as the newline at the end of a file.
    Trimmed,
    /// Like `LocalizedId`, with the zone of the wire object instead of the locality of the resource.
    Zoned,
    /// Like `LocalizedId`, with the region of the zone of the resource.
    RegionalId,
    /// The ID of a topic (`fr-par/<project>/<name>`) to its ARN.
    TopicArn,
    /// An ID with several parts, such as `fr-par-1/<server>/<interface>`, to its last part; read as the last part.
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
    /// Values that result in the same request, with the other inputs and the handler (`special`).
    Sent,
    /// A string and its argon2id hash, key by key.
    Argon2id,
    /// Not a rule of its own: an old input that is the base64 of the new one is equal if the output shows it, as in states of
    /// `pulumiverse_scaleway`.
    Base64,
    /// Two spellings of the same timestamp.
    Instant,
    /// Two spellings of the same duration.
    Duration,
    /// An ID with and without its locality.
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

/// The default wire field of a property: `privateNetworkId` is `private_network_id`.
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
