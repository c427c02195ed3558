//! Differences, and types of a Pulumi schema in the notation of `pulumiverse_scaleway`.

use std::fmt;

use serde_json::Value as Json;

/// One difference.
#[derive(Debug)]
pub(crate) struct Difference {
    /// `token`, `token.property` or `token.property.inner`.
    pub(crate) at: String,
    /// The kind of difference: `type`, `secret`, `replace` ...
    pub(crate) what: &'static str,
    /// Ours.
    pub(crate) ours: String,
    /// That of `pulumiverse_scaleway`.
    pub(crate) pulumiverse: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ours {}, pulumiverse {}", self.at, self.what, self.ours, self.pulumiverse)
    }
}

/// Adds a difference if the values differ.
#[expect(clippy::needless_pass_by_value, reason = "shorter comparisons")]
pub(crate) fn equal<T: PartialEq + fmt::Debug>(
    differences: &mut Vec<Difference>,
    at: &str,
    what: &'static str,
    ours: T,
    pulumiverse: T,
) {
    if ours != pulumiverse {
        differences.push(Difference {
            at: at.to_owned(),
            what,
            ours: format!("{ours:?}"),
            pulumiverse: format!("{pulumiverse:?}"),
        });
    }
}

/// A type in the notation of `pulumiverse_scaleway` (`list<object>`), and the token of its nested type.
pub(crate) fn type_of(spec: &Json) -> (String, Option<String>) {
    if let Some(reference) = spec["$ref"].as_str() {
        let token = reference.rsplit_once("#/types/").map_or(reference, |(_, token)| token);
        return ("object".to_owned(), Some(token.to_owned()));
    }
    match spec["type"].as_str().unwrap_or_default() {
        "array" => {
            let (element, token) = type_of(&spec["items"]);
            (format!("list<{element}>"), token)
        }
        "object" => {
            let (element, token) = type_of(&spec["additionalProperties"]);
            (format!("map<{element}>"), token)
        }
        "integer" => ("int".to_owned(), None),
        "boolean" => ("bool".to_owned(), None),
        other => (other.to_owned(), None),
    }
}

/// A type of `pulumiverse_scaleway`; its sets are lists in Pulumi.
pub(crate) fn pulumiverse_type(pulumiverse: &Json) -> String {
    pulumiverse["type"].as_str().unwrap_or_default().replace("set<", "list<")
}

/// A token without its package.
pub(crate) fn without_package(token: &str) -> &str {
    token.split_once(':').map_or(token, |(_, rest)| rest)
}

/// Whether a boolean is set.
pub(crate) fn flag(json: &Json, name: &str) -> bool {
    json[name].as_bool().unwrap_or(false)
}

/// Whether a list of names contains this one.
pub(crate) fn holds(list: &Json, name: &str) -> bool {
    list.as_array().into_iter().flatten().any(|item| item == name)
}
