//! The settings of the provider: their names, what they hold, and how texts become that. Knows no source.

use std::collections::BTreeMap;

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Any text.
    Text,
    /// An address of HTTP.
    Url,
    /// A whole number of at least this.
    Count(u32),
    /// Texts by names, as JSON.
    Texts,
    /// A word that names can end with.
    Word,
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

/// Every setting, as the schema offers them.
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
    Setting { name: "defaultTags", holds: Holds::Texts },
    Setting { name: "maxRetries", holds: Holds::Count(0) },
    Setting { name: "requestsPerSecond", holds: Holds::Count(1) },
    Setting { name: "maxConcurrentRequests", holds: Holds::Count(1) },
];

/// Names that stand among the settings without being ours: what Pulumi says about the plugin itself.
pub(super) const PULUMIS_OWN: [&str; 2] = ["version", "pluginDownloadURL"];

const fn text(name: &'static str) -> Setting {
    Setting { name, holds: Holds::Text }
}

impl Holds {
    /// What is wrong with a text that should be this.
    pub(super) fn wrong(self, text: &str) -> Option<String> {
        match self {
            Self::Text => None,
            Self::Url if url(text).is_some() => None,
            Self::Url => Some("must be an http or https URL, such as `https://api.scaleway.com`".to_owned()),
            Self::Count(least) if count(text).is_some_and(|number| number >= least) => None,
            Self::Count(least) => Some(format!("must be an integer of at least {least}")),
            Self::Texts if texts(text).is_some() => None,
            Self::Texts => Some("must be a map of strings, such as `{\"team\": \"data\"}`".to_owned()),
            Self::Word if is_word(text) => None,
            Self::Word => {
                Some("must consist of lower-case letters, digits and dashes, such as `production`".to_owned())
            }
        }
    }
}

/// Whether names can end with a text.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// An address of HTTP.
pub(super) fn url(text: &str) -> Option<client::Url> {
    let url = client::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// A whole number.
pub(super) fn count(text: &str) -> Option<u32> {
    text.parse().ok()
}

/// Texts by names; numbers and switches are taken as texts, since YAML makes such of them.
pub(super) fn texts(text: &str) -> Option<BTreeMap<String, String>> {
    let given: BTreeMap<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let plain = |(name, value): (String, serde_json::Value)| match value {
        serde_json::Value::String(text) => Some((name, text)),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Some((name, value.to_string())),
        _ => None,
    };
    given.into_iter().map(plain).collect()
}

/// Whether a text has the form of a region (`fr-par`). Keeps no list: Scaleway adds some.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 2 && parts.iter().all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The region of a text that has the form of a zone (`fr-par-1`).
pub(super) fn region_of(zone: &str) -> Option<&str> {
    let (region, number) = zone.rsplit_once('-')?;
    (is_region(region) && number.parse::<u8>().is_ok()).then_some(region)
}
