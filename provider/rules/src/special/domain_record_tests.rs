//! DNS records in requests, and their outputs.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_record_is_sent_in_canonical_form() {
    let wanted = json!({ "dns_zone": "example.org", "name": "@", "type": "MX", "data": "10 mail" });
    let sent = json!({
        "dns_zone": "example.org", "name": "", "type": "MX", "data": "mail.example.org.", "priority": 10,
    });
    assert_eq!(encoded(&Record, &wanted), sent);
    assert_eq!(encoded(&Record, &sent), sent);
}

#[test]
fn a_geo_ip_record_contains_its_default_data() {
    let matches = json!([{ "countries": ["FR"], "data": "192.0.2.2" }]);
    let wanted = json!({ "type": "A", "data": "192.0.2.1", "geo_ip_config": { "matches": matches } });
    let sent = encoded(&Record, &wanted);
    assert_eq!(sent["geo_ip_config"], json!({ "matches": matches, "default": "192.0.2.1" }));
}

#[test]
fn an_empty_list_is_an_ordinary_record() {
    let wanted = json!({ "type": "A", "data": "192.0.2.1", "weighted_config": { "weighted_ips": [] } });
    assert_eq!(encoded(&Record, &wanted)["weighted_config"], Json::Null);
}

#[test]
fn outputs_of_the_zone_are_added() {
    let answer = json!({
        "dns_zone": "example.org", "name": "", "type": "TXT", "data": "\"a b\"",
        "zone": { "subdomain": "", "project_id": "p" },
    });
    let shown = decoded(&Record, &answer);
    assert_eq!(
        (&shown["data"], &shown["fqdn"], &shown["root_zone"]),
        (&json!("a b"), &json!("example.org"), &json!(true))
    );
    let below = json!({ "dns_zone": "a.example.org", "name": "www", "zone": { "subdomain": "a" } });
    let shown = decoded(&Record, &below);
    assert_eq!((&shown["fqdn"], &shown["root_zone"]), (&json!("www.a.example.org"), &json!(false)));
}

#[test]
fn any_json_survives_both_directions() {
    for odd in [
        json!({ "name": 1, "type": null, "data": [], "geo_ip_config": "a", "view_config": { "views": 5 }, "zone": [] }),
        json!({ "dns_zone": {}, "data": "x", "geo_ip_config": { "matches": [1] }, "zone": { "subdomain": 7 } }),
    ] {
        encoded(&Record, &odd);
        decoded(&Record, &odd);
    }
}
