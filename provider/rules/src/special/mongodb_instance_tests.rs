//! Tests of the rules of MongoDB instances.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn an_instance_without_a_network_has_a_public_endpoint() {
    let public = json!({ "public_network": {} });
    let private = json!({ "private_network": { "private_network_id": "a" } });
    for (wire, endpoints) in [
        (json!({}), json!([public])),
        (json!({ "private_network": { "private_network_id": "a" } }), json!([private])),
        (json!({ "private_network": null }), json!([public])),
        (json!({ "private_network": { "private_network_id": "a" }, "public_network": {} }), json!([private, public])),
    ] {
        assert_eq!(encoded(&Instance, &wire)["endpoints"], endpoints, "{wire}");
    }
}

#[test]
fn the_smallest_volume_is_the_default_without_a_snapshot() {
    let size = |wire: &Json| encoded(&Instance, wire)["volume"]["size_bytes"].clone();
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k" } })), SMALLEST_VOLUME);
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k", "size_bytes": 10 } })), 10);
    assert_eq!(size(&json!({ "volume": { "type": "sbs_5k" }, "snapshot_id": "a" })), Json::Null);
}

#[test]
fn a_private_endpoint_has_its_host_names_and_addresses() {
    let wire = json!({
        "endpoints": [{ "dns_record": "a.internal", "private_network": {} }, { "dns_record": "b", "public_network": {} }],
        "private_ips": [{ "address": "172.16.0.2/22" }],
    });
    let endpoints = &decoded(&Instance, &wire)["endpoints"];
    assert_eq!(endpoints[0]["dns_records"], json!(["a.internal"]));
    assert_eq!(endpoints[0]["ips"], json!(["172.16.0.2"]));
    assert!(endpoints[1].get("ips").is_none());
}

#[test]
fn a_public_endpoint_beside_a_private_network_is_a_change() {
    let inputs =
        |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Object::new().into())).collect::<Object>();
    for (old, new, is_changed) in [
        (&["privateNetwork"][..], &["privateNetwork", "publicNetwork"][..], true),
        (&["privateNetwork", "publicNetwork"], &["privateNetwork"], true),
        (&[], &["privateNetwork", "publicNetwork"], true),
        (&[], &["publicNetwork"], false),
        (&["privateNetwork"], &[], false),
    ] {
        let (olds, news) = (inputs(old), inputs(new));
        let (now, state) = (jiff::Timestamp::UNIX_EPOCH, Object::new());
        let request = DiffRequest { olds: &state, old_inputs: &olds, news: &news, ignore_changes: &[], now };
        let mut diff = Diff::default();
        Instance.adjust_diff(&request, &mut diff);
        assert_eq!(diff.changes.contains_key(&Path::root("publicNetwork")), is_changed, "{old:?} {new:?}");
    }
}

#[test]
fn an_endpoint_that_an_import_found_is_not_a_change() {
    let inputs =
        |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Object::new().into())).collect::<Object>();
    let (state, news) = (inputs(&["privateNetwork", "publicNetwork"]), inputs(&["privateNetwork", "publicNetwork"]));
    let (imported, now) = (inputs(&["privateNetwork"]), jiff::Timestamp::UNIX_EPOCH);
    let request = DiffRequest { olds: &state, old_inputs: &imported, news: &news, ignore_changes: &[], now };
    let mut diff = Diff::default();
    Instance.adjust_diff(&request, &mut diff);
    assert!(diff.changes.is_empty());
}
