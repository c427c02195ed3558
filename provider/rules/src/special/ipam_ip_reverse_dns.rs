//! Reverse DNS names of IPAM addresses: the entry of this resource in the list of an address.
//!
//! A descriptor is not sufficient because requests replace the whole list, which has the entries of other resources, and responses
//! also contain names that Scaleway assigns.

use std::net::IpAddr;

use serde_json::{Value as Json, json};
use value::{Object, Value};

use super::hooks::Special;
use crate::wire::{self, Wire};

/// The list in requests and responses.
pub const LIST: &str = "reverses";

/// The field with the address of the inputs.
const ADDRESS: &str = "reverse_address";

/// The suffix of names that Scaleway assigns.
const ASSIGNED: &str = ".scw.cloud";

/// See the module.
pub(super) struct IpReverseDns;

impl Special for IpReverseDns {
    /// The list of a request has the entry of this resource; the engine adds the others.
    fn encode(&self, wire: &mut Wire) {
        let Some(hostname) = wire.get(LIST).and_then(Json::as_str).map(str::to_owned) else { return };
        let address = wire.get(ADDRESS).and_then(Json::as_str).map(canonical);
        wire.insert(LIST.to_owned(), json!([{ "hostname": hostname, "address": address }]));
    }

    fn adjust_state(&self, inputs: &Object, answers: &Wire, state: &mut Object) {
        let given = inputs.text("address");
        let Some((address, hostname)) = own(answers, given) else { return };
        // The program may spell the address in another way.
        let address = given.map_or(address, str::to_owned);
        for (name, text) in [("address", address), ("hostname", hostname)] {
            let is_secret = inputs.get(name).is_some_and(Value::is_secret);
            state.insert(name.to_owned(), Value::from(text).secret_if(is_secret));
        }
    }

    fn is_gone(&self, desired: &Wire, answers: &Wire) -> bool {
        let address = wire::text(desired, ADDRESS);
        // The response to a change does not contain the list, and another read step may not have been performed.
        answers.contains_key(LIST) && own(answers, address).is_none()
    }
}

/// Address and host name of the entry with this address; of the first entry for an import.
pub fn own(answers: &Wire, address: Option<&str>) -> Option<(String, String)> {
    let address = address.map(canonical);
    entries(answers).find(|(other, _)| address.as_ref().is_none_or(|address| address == other))
}

/// The list to send: the current entries without those of these addresses, and this entry.
pub fn merged(answers: &Wire, removed: &[&str], entry: Option<&Json>) -> Json {
    let removed: Vec<String> = removed.iter().copied().map(canonical).collect();
    let others = entries(answers).filter(|(address, _)| !removed.contains(address));
    let others = others.map(|(address, hostname)| json!({ "hostname": hostname, "address": address }));
    others.chain(entry.cloned()).collect()
}

/// Address and host name of each entry that Scaleway did not assign.
fn entries(answers: &Wire) -> impl Iterator<Item = (String, String)> {
    let list = answers.get(LIST).and_then(Json::as_array).into_iter().flatten();
    list.filter_map(|entry| {
        let hostname = entry["hostname"].as_str()?.trim_end_matches('.');
        let address = canonical(entry["address"].as_str()?);
        (!hostname.ends_with(ASSIGNED)).then(|| (address, hostname.to_owned()))
    })
}

/// The spelling of an address in responses.
fn canonical(address: &str) -> String {
    address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), |address| address.to_string())
}

#[cfg(test)]
#[path = "ipam_ip_reverse_dns_tests.rs"]
mod tests;
