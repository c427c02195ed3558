//! Resolves host names with the zones of the fake. This module does not depend on calls and changes nothing.

use super::domain::{RECORD, ZONE};
use crate::store::{Object, Store};

/// The maximum length of a chain of records; a longer one is a cycle.
const LONGEST_CHAIN: usize = 8;

/// The types of records that point to another name.
const LEADING: [&str; 2] = ["CNAME", "ALIAS"];

/// The result for a host name.
#[derive(Debug, PartialEq)]
pub(crate) enum Names {
    /// No zone of the fake contains the name: its records are unknown, and accepted.
    Elsewhere,
    /// A zone contains the name and has no record for it.
    Nowhere,
    /// The names that it points to, in order, at least one; in lower case, without the dot at the end.
    To(Vec<String>),
}

/// Domains of documentation (RFC 2606), which stand for domains whose DNS is not at Scaleway.
const EXAMPLES: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Whether a host name has this IP address. In the zones of the fake the records decide; below the external domains of the
/// seed, and below [`EXAMPLES`], each name has every address; all others have none.
pub(crate) fn resolves_to(store: &Store, external_domains: &[String], host: &str, address: &str) -> bool {
    let name = final_name(store, host);
    if let Some(addresses) = recorded_addresses(store, &name) {
        return addresses.iter().any(|other| other == address);
    }
    let mut external = EXAMPLES.into_iter().chain(external_domains.iter().map(String::as_str));
    external.any(|domain| within(&name, domain).is_some())
}

/// The IP addresses that a host name has in the zones of the fake; `None` if no zone contains it.
pub(crate) fn addresses(store: &Store, host: &str) -> Option<Vec<String>> {
    recorded_addresses(store, &final_name(store, host))
}

/// The data of the address records of a name; `None` if no zone contains it.
fn recorded_addresses(store: &Store, name: &str) -> Option<Vec<String>> {
    let zone = zone_of(store, name)?;
    let relative = within(name, zone)?;
    let records = store.of(&RECORD).filter(|record| {
        record.hidden_text("dns_zone") == zone
            && ["A", "AAAA"].contains(&record.text("type"))
            && record.text("name").eq_ignore_ascii_case(relative)
    });
    Some(records.map(|record| record.text("data").to_owned()).collect())
}

/// The name at the end of the chain of records.
fn final_name(store: &Store, host: &str) -> String {
    match follow(store, host) {
        Names::To(chain) => chain.last().cloned().unwrap_or_default(),
        Names::Elsewhere | Names::Nowhere => normal_form(host),
    }
}

/// Follows the records of a name.
pub(crate) fn follow(store: &Store, host: &str) -> Names {
    let mut chain = Vec::new();
    let mut name = normal_form(host);
    while chain.len() < LONGEST_CHAIN {
        let Some(zone) = zone_of(store, &name) else { break };
        let Some(next) = record_of(store, zone, &name).map(|record| target(record, zone)) else {
            if chain.is_empty() {
                return Names::Nowhere;
            }
            break;
        };
        chain.push(next.clone());
        name = next;
    }
    if chain.is_empty() { Names::Elsewhere } else { Names::To(chain) }
}

/// The most specific zone that contains a name.
fn zone_of<'s>(store: &'s Store, name: &str) -> Option<&'s str> {
    let zones = store.of(&ZONE).map(|zone| zone.id.as_str());
    zones.filter(|zone| within(name, zone).is_some()).max_by_key(|zone| zone.len())
}

fn record_of<'s>(store: &'s Store, zone: &str, name: &str) -> Option<&'s Object> {
    let relative = within(name, zone)?;
    store.of(&RECORD).find(|record| {
        record.hidden_text("dns_zone") == zone
            && LEADING.contains(&record.text("type"))
            && record.text("name").eq_ignore_ascii_case(relative)
    })
}

/// The name relative to the zone; empty for the zone itself.
fn within<'n>(name: &'n str, zone: &str) -> Option<&'n str> {
    let head = name.strip_suffix(&normal_form(zone))?;
    if head.is_empty() { Some("") } else { head.strip_suffix('.') }
}

/// The target of a record: a name without a dot is relative to the zone.
fn target(record: &Object, zone: &str) -> String {
    let data = record.text("data");
    if data.contains('.') { normal_form(data) } else { normal_form(&format!("{data}.{zone}")) }
}

fn normal_form(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::object;

    fn store(records: &[(&str, &str)]) -> Store {
        let mut store = Store::default();
        store.insert(Object::new(&ZONE, "", "shop.example.org", object(json!({}))));
        for (name, data) in records {
            let fields = object(json!({ "name": name, "type": "CNAME", "data": data }));
            let mut record = Object::new(&RECORD, "", name, fields);
            record.hidden.insert("dns_zone".to_owned(), json!("shop.example.org"));
            store.insert(record);
        }
        store
    }

    #[test]
    fn name_is_resolved_through_all_records() {
        let store = store(&[("www", "front"), ("front", "Web.Functions.example.net.")]);
        let found = follow(&store, "WWW.shop.example.org.");
        assert_eq!(found, Names::To(vec!["front.shop.example.org".into(), "web.functions.example.net".into()]));
        assert_eq!(follow(&store, "none.shop.example.org"), Names::Nowhere);
        assert_eq!(follow(&store, "www.workshop.example.org"), Names::Elsewhere);
    }

    #[test]
    fn cycle_of_records_ends() {
        let store = store(&[("one", "two"), ("two", "one")]);
        let Names::To(chain) = follow(&store, "one.shop.example.org") else { panic!("it leads somewhere") };
        assert_eq!(chain.len(), LONGEST_CHAIN);
    }
}
