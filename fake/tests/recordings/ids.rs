//! The IDs and host names of the fake that correspond to recorded ones.
//!
//! This module does not depend on kinds.

use std::collections::{BTreeMap, BTreeSet};

use recordings::Exchange;
use serde_json::Value;

/// Recorded IDs and those of the fake.
#[derive(Default)]
pub(crate) struct Ids {
    of_fake: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Ids {
    /// Derives pairs from two responses to the same request: an ID in both corresponds to itself, and IDs at the same
    /// place correspond to each other.
    pub(crate) fn learn(&mut self, recorded: &Value, answered: &Value) {
        let in_answer: BTreeSet<_> = all_ids(answered).into_iter().collect();
        for id in all_ids(recorded).iter().filter(|id| in_answer.contains(*id)) {
            self.pair(id, id);
        }
        self.learn_places(recorded, answered);
    }

    /// Adds a pair, unless one of the IDs has a pair already.
    pub(crate) fn pair(&mut self, recorded: &str, answered: &str) {
        if !self.of_fake.contains_key(recorded) && !self.taken.contains(answered) {
            self.of_fake.insert(recorded.to_owned(), answered.to_owned());
            self.taken.insert(answered.to_owned());
        }
    }

    fn learn_places(&mut self, recorded: &Value, answered: &Value) {
        match (recorded, answered) {
            (Value::String(recorded), Value::String(answered)) if is_id(recorded) && is_id(answered) => {
                self.pair(recorded, answered);
            }
            (Value::String(recorded), Value::String(answered)) => {
                // DNS records contain the host names later, and filters the names of nodes.
                for name in [host_of_container, name_of_node] {
                    if let (Some(recorded), Some(answered)) = (name(recorded), name(answered)) {
                        self.pair(recorded, answered);
                    }
                }
            }
            (Value::Object(recorded), Value::Object(answered)) => {
                for (name, recorded) in recorded {
                    if let Some(answered) = answered.get(name) {
                        self.learn_places(recorded, answered);
                    }
                }
            }
            (Value::Array(recorded), Value::Array(answered)) if recorded.len() == answered.len() => {
                for (recorded, answered) in in_order(recorded).into_iter().zip(in_order(answered)) {
                    self.learn_places(recorded, answered);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn contains(&self, recorded: &str) -> bool {
        self.of_fake.contains_key(recorded)
    }

    /// A string with all recorded IDs replaced.
    pub(crate) fn translate(&self, text: &str) -> String {
        let mut translated = text.to_owned();
        for (recorded, answered) in &self.of_fake {
            if recorded != answered && translated.contains(recorded.as_str()) {
                translated = translated.replace(recorded.as_str(), answered);
            }
        }
        translated
    }

    /// A value with all recorded IDs replaced, at any depth.
    pub(crate) fn translated(&self, value: &Value) -> Value {
        serde_json::from_str(&self.translate(&value.to_string())).unwrap()
    }
}

/// Whether a string has the form of an id: a UUID, an access key, or the public key of a NATS account.
pub(crate) fn is_id(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(hex);
    let nats = || text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    uuid || (text.len() == 20 && text.starts_with("SCW")) || (text.len() == 56 && text.starts_with('A') && nats())
}

/// The host name in the endpoint of a container.
fn host_of_container(text: &str) -> Option<&str> {
    text.strip_prefix("https://").filter(|host| host.contains(".functions.fnc.") && host.ends_with(".scw.cloud"))
}

/// The name of a Kubernetes node, which ends with the first digits of its ID.
fn name_of_node(text: &str) -> Option<&str> {
    let (_, end) = text.strip_prefix("scw-")?.rsplit_once('-')?;
    (end.len() >= 6 && end.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

/// The elements of a list; the two IP addresses of one object, whose order is not defined, by their version.
fn in_order(list: &[Value]) -> Vec<&Value> {
    let mut elements: Vec<&Value> = list.iter().collect();
    if list.len() == 2 {
        elements.sort_by_key(|element| (element["version"].to_string(), element["is_ipv6"].to_string()));
    }
    elements
}

/// All strings that are IDs, at any depth.
pub(crate) fn all_ids(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if is_id(text) => vec![text.clone()],
        Value::Object(fields) => fields.values().flat_map(all_ids).collect(),
        Value::Array(elements) => elements.iter().flat_map(all_ids).collect(),
        _ => Vec::new(),
    }
}

/// The values of the fields `id`, at any depth.
pub(crate) fn ids_in(value: &Value) -> Vec<String> {
    strings(value, "id").into_iter().filter(|id| is_id(id)).collect()
}

/// All strings in fields with this name, at any depth.
pub(crate) fn strings(value: &Value, name: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get(name).and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(|value| strings(value, name))).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(|element| strings(element, name)).collect(),
        _ => Vec::new(),
    }
}

/// The IDs in a request.
pub(crate) fn ids_in_request(exchange: &Exchange) -> Vec<String> {
    let target = exchange.target.split(['/', '?', '&', '=']).filter(|text| is_id(text)).map(str::to_owned);
    target.chain(all_ids(&exchange.request)).collect()
}
