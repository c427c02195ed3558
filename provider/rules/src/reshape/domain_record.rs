//! DNS records: names and data in the form that is sent, and the outputs that come from the zone.
//!
//! A geo IP record also contains its default data. The zone of the record was read into `zone`.

use serde_json::{Value as Json, json};

use crate::dns;
use crate::wire::{self, Wire};

/// The dynamic record configurations, each with the list that must not be empty.
const LISTS: [(&str, &str); 3] =
    [("geo_ip_config", "matches"), ("weighted_config", "weighted_ips"), ("view_config", "views")];

/// Converts name and data to the form that is sent; a priority in the data becomes the record's priority.
pub(super) fn encode(wire: &mut Wire) {
    let (zone, kind) = (text(wire, "dns_zone"), text(wire, "type"));
    if let Some(name) = wire::get(wire, "name").and_then(Json::as_str) {
        let name = dns::relative_name(name, &zone);
        wire.insert("name".to_owned(), Json::from(name));
    }
    if let Some(data) = wire::get(wire, "data").and_then(Json::as_str).map(str::to_owned) {
        wire.insert("data".to_owned(), Json::from(dns::sent_data(&kind, &data, &zone)));
        // Check rejects a `priority` that differs from the data, so a different one is from before an update.
        if let Some(priority) = dns::priority_in_data(&kind, &data) {
            wire.insert("priority".to_owned(), Json::from(priority));
        }
    }
    for (config, list) in LISTS {
        if wire.get(config).and_then(|config| config.get(list)).is_some_and(wire::is_empty) {
            wire.insert(config.to_owned(), Json::Null);
        }
    }
    let usual = wire::get(wire, "data").cloned();
    if let (Some(Json::Object(places)), Some(usual)) = (wire.get_mut("geo_ip_config"), usual) {
        places.insert("default".to_owned(), usual);
    }
}

/// Adds the project and `root_zone` from the zone, and the full name from name and zone.
pub(super) fn decode(wire: &mut Wire) {
    let (zone, kind, name) = (text(wire, "dns_zone"), text(wire, "type"), text(wire, "name"));
    if let Some(data) = wire::get(wire, "data").and_then(Json::as_str) {
        let shown = dns::shown_data(&kind, data).to_owned();
        wire.insert("data".to_owned(), Json::from(shown));
    }
    if !zone.is_empty() {
        let full = if name.is_empty() { zone } else { format!("{name}.{zone}") };
        wire.insert("fqdn".to_owned(), Json::from(full));
    }
    if let Some(subdomain) = wire::get(wire, "zone.subdomain").and_then(Json::as_str) {
        let is_root = subdomain.is_empty();
        wire.insert("root_zone".to_owned(), json!(is_root));
    }
}

fn text(wire: &Wire, field: &str) -> String {
    wire::get(wire, field).and_then(Json::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn a_record_is_sent_in_canonical_form() {
        let wanted = json!({ "dns_zone": "example.org", "name": "@", "type": "MX", "data": "10 mail" });
        let sent = json!({
            "dns_zone": "example.org", "name": "", "type": "MX", "data": "mail.example.org.", "priority": 10,
        });
        assert_eq!(reshaped(encode, &wanted), sent);
        assert_eq!(reshaped(encode, &sent), sent);
    }

    #[test]
    fn a_geo_ip_record_contains_its_default_data() {
        let matches = json!([{ "countries": ["FR"], "data": "192.0.2.2" }]);
        let wanted = json!({ "type": "A", "data": "192.0.2.1", "geo_ip_config": { "matches": matches } });
        let sent = reshaped(encode, &wanted);
        assert_eq!(sent["geo_ip_config"], json!({ "matches": matches, "default": "192.0.2.1" }));
    }

    #[test]
    fn an_empty_list_is_an_ordinary_record() {
        let wanted = json!({ "type": "A", "data": "192.0.2.1", "weighted_config": { "weighted_ips": [] } });
        assert_eq!(reshaped(encode, &wanted)["weighted_config"], Json::Null);
    }

    #[test]
    fn outputs_of_the_zone_are_added() {
        let answer = json!({
            "dns_zone": "example.org", "name": "", "type": "TXT", "data": "\"a b\"",
            "zone": { "subdomain": "", "project_id": "p" },
        });
        let decoded = reshaped(decode, &answer);
        assert_eq!(
            (&decoded["data"], &decoded["fqdn"], &decoded["root_zone"]),
            (&json!("a b"), &json!("example.org"), &json!(true))
        );
        let below = json!({ "dns_zone": "a.example.org", "name": "www", "zone": { "subdomain": "a" } });
        let decoded = reshaped(decode, &below);
        assert_eq!((&decoded["fqdn"], &decoded["root_zone"]), (&json!("www.a.example.org"), &json!(false)));
    }

    #[test]
    fn any_json_survives_both_directions() {
        for odd in [
            json!({ "name": 1, "type": null, "data": [], "geo_ip_config": "a", "view_config": { "views": 5 }, "zone": [] }),
            json!({ "dns_zone": {}, "data": "x", "geo_ip_config": { "matches": [1] }, "zone": { "subdomain": 7 } }),
        ] {
            reshaped(encode, &odd);
            reshaped(decode, &odd);
        }
    }
}
