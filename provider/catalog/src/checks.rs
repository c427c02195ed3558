//! The validation rules of a property.

use serde::{Deserialize, Serialize};

/// Validation rules. For lists and maps they apply to each element, except the number of items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// The allowed values.
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// Values that the API rejects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_in: Vec<String>,
    /// Why `true` is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<String>,
    /// The minimum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The maximum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The documented minimum of Scaleway: a smaller number is only a warning, because limits change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_min: Option<f64>,
    /// The documented maximum of Scaleway: a larger number is only a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual_max: Option<f64>,
    /// Numbers that are allowed regardless of the other rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<f64>,
    /// The number must be a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub divisible_by: Option<u32>,
    /// The minimum number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// The maximum number of characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// The allowed characters of a string, such as `a-zA-Z0-9_$-`: a list of characters and ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<String>,
    /// The format of the string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// The maximum number of items of a list or keys of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// The maximum number of characters of a key of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_key_length: Option<u32>,
    /// The allowed characters of a key of a map, in the format of `characters`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_characters: Option<String>,
    /// Groups of properties of an object, or of each object of a list: exactly one of each must be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exactly_one: Vec<Vec<String>>,
    /// Groups of properties of an object, or of each object of a list: at least one of each must be set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_least_one: Vec<Vec<String>>,
    /// Values known at some date: another value is accepted with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

impl Checks {
    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Values that existed at a date. Scaleway adds values, so other values are not rejected.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The name of such a value in messages (`permission set`).
    pub called: String,
    /// The date of the list (`2026-03-20`).
    pub as_of: String,
    /// The values, in groups by the properties that they can be combined with.
    pub groups: Vec<KnownGroup>,
}

/// Known values that can be combined with the same properties.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownGroup {
    /// The values.
    pub values: Vec<String>,
    /// A sibling property that conflicts with these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unless: Option<String>,
    /// The reason of the conflict and the fix: the end of a sentence that begins with the value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// Format of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// A UUID.
    Uuid,
    /// A UUID with its region or zone in front.
    LocalizedUuid,
    /// A UUID with or without its region or zone.
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
    /// A name of letters, digits, hyphens and underscores, and `.fifo` at the end of some names.
    MessagingName,
    /// The name of a bucket.
    BucketName,
    /// A policy of a bucket.
    BucketPolicy,
    /// A password of a database or Redis user: 8 to 128 characters, with an upper case letter, a lower case letter, a digit and a
    /// special character. Not checked if the stored input is the same.
    DatabasePassword,
}
