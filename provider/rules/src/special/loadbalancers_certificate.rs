//! Certificates of load balancers: the API returns the domain names outside of the `letsencrypt` object of requests.

use serde_json::{Map, Value as Json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Certificate;

impl Special for Certificate {
    /// Adds the object with the domain names to a certificate of Let's Encrypt.
    fn decode(&self, wire: &mut Wire) {
        if wire::get(wire, "type").and_then(Json::as_str) != Some("letsencrypt") {
            return;
        }
        let names = ["common_name", "subject_alternative_name"].iter();
        let names = names.filter_map(|name| Some(((*name).to_owned(), wire::get(wire, name)?.clone())));
        let names: Map<String, Json> = names.filter(|(_, json)| !wire::is_empty(json)).collect();
        wire.insert("letsencrypt".to_owned(), Json::Object(names));
    }
}

#[cfg(test)]
#[path = "loadbalancers_certificate_tests.rs"]
mod tests;
