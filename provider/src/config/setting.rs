//! The settings of the provider: their names, their types, and how strings are parsed.

use std::collections::BTreeMap;

/// The type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Any string.
    Text,
    /// An HTTP URL.
    Url,
    /// An integer with this minimum.
    Count(u32),
    /// A map of strings, as JSON.
    Map,
    /// A suffix of names.
    Word,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

/// All settings of the schema.
pub(super) const SETTINGS: &[Setting] = &[
    text("accessKey"),
    text("secretKey"),
    text("projectId"),
    text("organizationId"),
    text("region"),
    text("zone"),
    Setting { name: "apiUrl", holds: Holds::Url },
    Setting { name: "s3Endpoint", holds: Holds::Url },
    Setting { name: "probeEndpoint", holds: Holds::Url },
    text("profile"),
    Setting { name: "environment", holds: Holds::Word },
    text("component"),
    text("owner"),
    text("costCentre"),
    Setting { name: "defaultTags", holds: Holds::Map },
    Setting { name: "maxRetries", holds: Holds::Count(0) },
    Setting { name: "requestsPerSecond", holds: Holds::Count(1) },
    Setting { name: "maxConcurrentRequests", holds: Holds::Count(1) },
];

/// Settings of Pulumi for the plugin itself.
pub(super) const PULUMIS_OWN: [&str; 2] = ["version", "pluginDownloadURL"];

const fn text(name: &'static str) -> Setting {
    Setting { name, holds: Holds::Text }
}

impl Holds {
    /// The problem of a string of this type.
    pub(super) fn wrong(self, text: &str) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Url if url(text).is_some() => None,
            Self::Url => Some("must be an http or https URL, such as `https://api.scaleway.com`".to_owned()),
            Self::Count(least) if count(text).is_some_and(|number| number >= least) => None,
            Self::Count(least) => Some(format!("must be an integer of at least {least}")),
            Self::Map if string_map(text).is_some() => None,
            Self::Map => Some("must be a map of strings, such as `{\"team\": \"data\"}`".to_owned()),
            Self::Word if is_word(text) => None,
            Self::Word => {
                Some("must consist of lower-case letters, digits and dashes, such as `production`".to_owned())
            }
        }
    }
}

/// Whether a string is a valid suffix of names.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// An HTTP URL.
pub(super) fn url(text: &str) -> Option<client::Url> {
    let url = client::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// An integer.
pub(super) fn count(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// A map of strings; numbers and booleans become strings, because YAML parses unquoted values as such.
pub(super) fn string_map(text: &str) -> Option<BTreeMap<String, String>> {
    let given: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let plain = |(name, value): (String, serde_json::Value)| match value {
        serde_json::Value::String(text) => Some((name, text)),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Some((name, value.to_string())),
        _ => None,
    };
    given.into_iter().map(plain).collect()
}
