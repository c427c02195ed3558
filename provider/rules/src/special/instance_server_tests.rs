//! Instances in requests, responses and plans.

use value::Data;

use super::super::{decoded, encoded, replaces};
use super::*;
use crate::operation::{Change, ChangeKind};

fn object(json: Json) -> Object {
    let Data::Object(object) = Value::from(json).into_data() else { unreachable!("tests use objects") };
    object
}

fn diff(paths: &[&str], olds: Json, news: Json) -> Diff {
    let (olds, news) = (object(olds), object(news));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let request = DiffRequest { olds: &olds, old_inputs: &olds, news: &news, ignore_changes: &[], now };
    let mut diff = Diff::default();
    for path in paths {
        let update = Change { kind: ChangeKind::Update, replace: false };
        diff.changes.insert(path.parse().unwrap(), update);
    }
    Server.adjust_diff(&request, &mut diff);
    diff
}

fn failures(olds: Json, inputs: Json) -> Vec<String> {
    let mut failures = Vec::new();
    Server.check(&object(olds), &object(inputs), &mut failures);
    failures.into_iter().map(|failure| failure.path.to_string()).collect()
}

#[test]
fn a_request_has_the_root_volume_as_number_0() {
    let wire = json!({ "name": "web", "root_volume": { "size": 1, "perf_iops": 5000, "boot": true } });
    assert_eq!(encoded(&Server, &wire)["volumes"], json!({ "0": { "size": 1, "boot": true } }));
    let wire = json!({ "name": "web", "root_volume": { "id": "a" } });
    assert_eq!(encoded(&Server, &wire)["volumes"], json!({ "0": { "id": "a", "name": "web" } }));
    let wire = json!({ "root_volume": { "perf_iops": 5000 } });
    assert_eq!(encoded(&Server, &wire).get("volumes"), None);
}

#[test]
fn a_request_has_the_addresses_of_either_property() {
    for (wire, ids) in [
        (json!({ "ip_ids": ["a", "b"] }), json!(["a", "b"])),
        (json!({ "ip_id": "a" }), json!(["a"])),
        (json!({ "ip_id": null }), json!([])),
        (json!({ "ip_ids": null }), json!([])),
    ] {
        assert_eq!(encoded(&Server, &wire)["public_ips"], ids, "{wire}");
    }
    assert_eq!(encoded(&Server, &json!({})).get("public_ips"), None);
}

#[test]
fn volumes_are_read_in_the_order_of_their_numbers() {
    let wire = json!({
        "volumes": {
            "10": { "id": "d" }, "2": { "id": "c" }, "1": { "id": "b" },
            "0": { "id": "a", "volume_type": "sbs_volume", "boot": false },
        },
        "root_block_volume": { "id": "a", "name": "root", "size": 5, "specs": { "perf_iops": 15000 } },
    });
    let read = decoded(&Server, &wire);
    assert_eq!(read["additional_volume_ids"], json!(["b", "c", "d"]));
    let root = json!({
        "id": "a", "volume_type": "sbs_volume", "boot": false, "name": "root", "size": 5, "perf_iops": 15000,
    });
    assert_eq!((&read["root_volume"], &read["root_volumes"]), (&root, &json!([root])));
}

#[test]
fn the_dynamic_address_is_not_an_input() {
    let wire = json!({ "public_ips": [{ "id": "a", "dynamic": true }, { "id": "b", "dynamic": false }] });
    let read = decoded(&Server, &wire);
    assert_eq!((&read["ip_ids"], &read["ip_id"]), (&json!(["b"]), &json!("b")));
}

#[test]
fn a_server_has_an_image_or_a_root_volume() {
    assert_eq!(failures(json!({}), json!({})), ["image"]);
    assert_eq!(failures(json!({}), json!({ "image": "a", "rootVolume": { "volumeId": "b" } })), ["image"]);
    assert!(failures(json!({}), json!({ "image": "a", "rootVolume": { "sizeInGb": 1 } })).is_empty());
    assert!(failures(json!({}), json!({ "rootVolume": { "volumeId": "b" } })).is_empty());
}

#[test]
fn the_type_is_not_changed_in_a_placement_group() {
    let old = json!({ "image": "a", "type": "DEV1-S", "placementGroupId": "g" });
    assert_eq!(failures(old.clone(), json!({ "image": "a", "type": "DEV1-M", "placementGroupId": "g" })), ["type"]);
    assert!(failures(old.clone(), json!({ "image": "a", "type": "DEV1-M" })).is_empty());
    assert!(failures(old, json!({ "image": "a", "type": "dev1-s", "placementGroupId": "g" })).is_empty());
}

#[test]
fn cloud_init_is_set_once() {
    let inputs = json!({ "image": "a", "cloudInit": "b", "userData": { "cloud-init": "c" } });
    assert_eq!(failures(json!({}), inputs), ["cloudInit"]);
}

#[test]
fn spellings_of_an_image_are_not_a_change() {
    let live = "fr-par-1/11111111-1111-1111-1111-111111111111";
    for (old, new, changes) in [
        ("ubuntu_noble", "ubuntu-noble", 0),
        ("ubuntu_noble", "11111111-1111-1111-1111-111111111111", 0),
        ("ubuntu_noble", "22222222-2222-2222-2222-222222222222", 1),
        ("ubuntu_noble", "debian_bookworm", 1),
        (live, "ubuntu_noble", 1),
    ] {
        let found = diff(&["image"], json!({ "image": old, "imageId": live }), json!({ "image": new }));
        assert_eq!(found.changes.len(), changes, "{old} to {new}");
    }
}

#[test]
fn a_smaller_or_local_root_volume_is_replaced() {
    for (kind, old, new, replaced) in
        [("sbs_volume", 10, 20, false), ("sbs_volume", 20, 10, true), ("l_ssd", 10, 20, true)]
    {
        let root = |size: i32| json!({ "rootVolume": { "volumeType": kind, "sizeInGb": size } });
        let found = diff(&["rootVolume.sizeInGb"], root(old), root(new));
        assert_eq!(found.replaces(), replaced, "{kind} from {old} to {new}");
    }
}

#[test]
fn a_changed_type_stops_the_server_or_replaces_it() {
    let found = diff(&["type"], json!({ "state": "started" }), json!({}));
    assert!(!found.replaces() && found.warnings.len() == 1);
    let found = diff(&["type"], json!({ "state": "stopped" }), json!({}));
    assert!(!found.replaces() && found.warnings.is_empty());
    let found = diff(&["type"], json!({}), json!({ "replaceOnTypeChange": true }));
    assert!(found.replaces() && found.warnings.is_empty());
    assert!(!replaces(&Server, "type", Value::from("DEV1-S"), Value::from("DEV1-M")));
}

#[test]
fn a_changed_cloud_init_is_a_warning() {
    let found = diff(&["cloudInit"], json!({}), json!({ "cloudInit": "a" }));
    assert_eq!(found.warnings.len(), 1);
}

#[test]
fn outputs_have_the_label_and_the_addresses_of_the_program() {
    let mut state = object(json!({ "image": "11111111-1111-1111-1111-111111111111", "ipId": "a", "ipIds": ["a"] }));
    Server.adjust_state(&object(json!({ "image": "ubuntu_noble", "ipIds": ["a"] })), &Wire::new(), &mut state);
    assert_eq!(state, object(json!({ "image": "ubuntu_noble", "ipIds": ["a"] })));
}
