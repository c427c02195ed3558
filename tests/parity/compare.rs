//! Differences, and how types of a Pulumi schema read in the peer's words.

use std::fmt;

use serde_json::Value as Json;

/// One thing in which we differ.
#[derive(Debug)]
pub(crate) struct Difference {
    /// `token`, `token.property` or `token.property.inner`.
    pub(crate) at: String,
    /// The kind of difference: `type`, `secret`, `replace` ...
    pub(crate) what: &'static str,
    /// Ours.
    pub(crate) ours: String,
    /// The peer's.
    pub(crate) peer: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: ours {}, the peer's {}", self.at, self.what, self.ours, self.peer)
    }
}

/// Notes a difference if there is one.
#[expect(clippy::needless_pass_by_value, reason = "the many comparisons read better without ampersands")]
pub(crate) fn equal<T: PartialEq + fmt::Debug>(
    differences: &mut Vec<Difference>,
    at: &str,
    what: &'static str,
    ours: T,
    peer: T,
) {
    if ours != peer {
        differences.push(Difference { at: at.to_owned(), what, ours: format!("{ours:?}"), peer: format!("{peer:?}") });
    }
}

/// A type in the peer's words (`list<object>`), and the token of the nested type it leads to.
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

/// A type of the peer; sets are lists to Pulumi.
pub(crate) fn peer_type(peer: &Json) -> String {
    peer["type"].as_str().unwrap_or_default().replace("set<", "list<")
}

/// A token without its package.
pub(crate) fn without_package(token: &str) -> &str {
    token.split_once(':').map_or(token, |(_, rest)| rest)
}

/// Whether a flag is set.
pub(crate) fn flag(json: &Json, name: &str) -> bool {
    json[name].as_bool().unwrap_or(false)
}

/// Whether a list of names holds this one.
pub(crate) fn holds(list: &Json, name: &str) -> bool {
    list.as_array().into_iter().flatten().any(|item| item == name)
}
