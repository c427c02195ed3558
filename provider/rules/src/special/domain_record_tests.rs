//! DNS records in requests, and their outputs.

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_record_is_sent_in_canonical_form() {
    let expected = json!({ "dns_zone": "example.org", "name": "@", "type": "MX", "data": "10 mail" });
    let sent = json!({
        "dns_zone": "example.org", "name": "", "type": "MX", "data": "mail.example.org.", "priority": 10,
    });
    assert_eq!(encoded(&Record, &expected), sent);
    assert_eq!(encoded(&Record, &sent), sent);
}

#[test]
fn a_geo_ip_record_contains_its_default_data() {
    let matches = json!([{ "countries": ["FR"], "data": "192.0.2.2" }]);
    let expected = json!({ "type": "A", "data": "192.0.2.1", "geo_ip_config": { "matches": matches } });
    let sent = encoded(&Record, &expected);
    assert_eq!(sent["geo_ip_config"], json!({ "matches": matches, "default": "192.0.2.1" }));
}

#[test]
fn an_empty_list_is_an_ordinary_record() {
    let expected = json!({ "type": "A", "data": "192.0.2.1", "weighted_config": { "weighted_ips": [] } });
    assert_eq!(encoded(&Record, &expected)["weighted_config"], Json::Null);
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

fn object(json: Json) -> Object {
    Value::from(json).as_object().cloned().unwrap_or_default()
}

#[test]
fn data_and_priority_are_validated_together() {
    let failed = |inputs: Json| {
        let mut failures = Vec::new();
        Record.check(&Object::new(), &object(inputs), &mut failures);
        failures.into_iter().map(|failure| failure.path.to_string()).collect::<Vec<_>>()
    };
    for (inputs, wrong) in [
        (json!({ "type": "A", "data": "192.0.2.1" }), vec![]),
        (json!({ "type": "A", "data": "mail.example.org" }), vec!["data"]),
        (json!({ "type": "MX", "data": "10 mail", "priority": 10 }), vec![]),
        (json!({ "type": "MX", "data": "10 mail", "priority": 20 }), vec!["priority"]),
        (json!({ "type": "A", "views": [{ "data": "192.0.2.1" }, { "data": "no" }] }), vec!["views[1].data"]),
        (json!({ "type": "A", "geoIp": { "matches": [{ "data": "no" }] } }), vec!["geoIp.matches[0].data"]),
        (json!({ "data": "anything" }), vec![]),
    ] {
        assert_eq!(failed(inputs.clone()), wrong, "{inputs}");
    }
}

#[test]
fn a_changed_priority_is_shown_in_data_that_contains_one() {
    for (kind, given, returned, live, shown) in [
        ("MX", "10 mail.example.org.", "10 mail.example.org.", 10, "10 mail.example.org."),
        ("MX", "10 mail.example.org.", "mail.example.org.", 20, "20 mail.example.org."),
        ("MX", "mail.example.org.", "mail.example.org.", 20, "mail.example.org."),
        // As recorded, the API fills in 0 for SRV records.
        ("SRV", "5 0 443 a.example.org.", "0 443 a.example.org.", 0, "0 443 a.example.org."),
    ] {
        let mut state = object(json!({ "data": returned, "priority": live }));
        let inputs = object(json!({ "type": kind, "data": given }));
        Record.adjust_state(&inputs, &Wire::new(), &mut state);
        assert_eq!(state.text("data"), Some(shown), "{kind} {given} {live}");
    }
}

#[test]
fn an_import_of_the_zone_itself_has_an_empty_name() {
    let mut inputs = object(json!({ "type": "MX" }));
    Record.imported(&mut inputs);
    assert_eq!(inputs.text("name"), Some(""));
    let mut inputs = object(json!({ "name": "www" }));
    Record.imported(&mut inputs);
    assert_eq!(inputs.text("name"), Some("www"));
}
