//! Endpoints, encryption and backups of database instances in requests and responses.

#![allow(clippy::unwrap_used)]

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_public_endpoint_is_requested_with_an_empty_object() {
    assert_eq!(encoded(&Instance, &json!({ "load_balancer": {} }))["init_endpoints"], json!([{ "load_balancer": {} }]));
}

#[test]
fn a_private_endpoint_gets_the_address_of_the_program_or_one_of_ipam() {
    let spec = |wishes: Json| {
        encoded(&Instance, &json!({ "private_network": wishes }))["init_endpoints"][0]["private_network"].clone()
    };
    let ipam = json!({ "private_network_id": "p", "ipam_config": {} });
    assert_eq!(spec(json!({ "private_network_id": "p" })), ipam);
    assert_eq!(spec(json!({ "private_network_id": "p", "provisioning_mode": "ipam" })), ipam);
    let named = json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24" });
    assert_eq!(spec(json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24" })), named);
    assert_eq!(
        spec(json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24", "provisioning_mode": "static" })),
        named
    );
    let both = spec(json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24", "provisioning_mode": "ipam" }));
    assert_eq!(both, json!({ "private_network_id": "p", "service_ip": "10.0.0.2/24", "ipam_config": {} }));
}

#[test]
fn the_private_endpoint_comes_first() {
    let expected =
        encoded(&Instance, &json!({ "load_balancer": {}, "private_network": { "private_network_id": "p" } }));
    let kinds: Vec<&String> = expected["init_endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|spec| spec.as_object().unwrap().keys())
        .collect();
    assert_eq!(kinds, ["private_network", "load_balancer"]);
}

#[test]
fn without_endpoint_inputs_no_endpoints_are_requested() {
    assert_eq!(encoded(&Instance, &json!({ "name": "a" })), json!({ "name": "a" }));
    for wishes in [json!(null), json!({}), json!({ "private_network_id": null }), json!("p")] {
        let expected = encoded(&Instance, &json!({ "private_network": wishes, "load_balancer": null }));
        assert_eq!(expected.get("init_endpoints"), None);
    }
}

#[test]
fn encryption_has_another_name_in_upgrades() {
    let expected = encoded(&Instance, &json!({ "encryption": { "enabled": true } }));
    assert_eq!(expected, json!({ "encryption": { "enabled": true }, "enable_encryption": true }));
    assert_eq!(encoded(&Instance, &json!({ "encryption": null })), json!({ "encryption": null }));
}

#[test]
fn a_schedule_without_a_next_run_is_disabled() {
    let off = |schedule: Json| {
        decoded(&Instance, &json!({ "backup_schedule": schedule }))["backup_schedule"]["disabled"].clone()
    };
    assert_eq!(off(json!({ "disabled": false, "next_run_at": null })), json!(true));
    assert_eq!(off(json!({ "disabled": false, "next_run_at": "2026-06-24T08:57:46Z" })), json!(false));
    assert_eq!(off(json!({ "disabled": false })), json!(false));
}

#[test]
fn unexpected_json_is_unchanged() {
    for unexpected in [json!({ "backup_schedule": 7 }), json!({ "backup_schedule": { "next_run_at": 7 } })] {
        assert_eq!(decoded(&Instance, &unexpected), unexpected);
    }
    for unexpected in [json!({ "private_network": [], "encryption": 7 }), json!({ "load_balancer": true })] {
        assert_eq!(encoded(&Instance, &unexpected), unexpected);
    }
}

fn object(json: Json) -> Object {
    Value::from(json).as_object().cloned().unwrap_or_default()
}

fn failures(olds: Json, inputs: Json) -> Vec<String> {
    let mut failures = Vec::new();
    Instance.check(&object(olds), &object(inputs), &mut failures);
    failures.into_iter().map(|failure| format!("{} {}", failure.path, failure.reason)).collect()
}

#[test]
fn a_size_of_a_local_disk_and_a_downgrade_are_rejected() {
    for (olds, inputs, start) in [
        (json!({}), json!({ "volumeSizeInGb": 10 }), "volumeSizeInGb conflicts with the volume type lssd"),
        (json!({ "engine": "MySQL-8" }), json!({ "engine": "MySQL-5" }), "engine cannot be downgraded"),
    ] {
        let failures = failures(olds, inputs);
        assert!(failures.len() == 1 && failures[0].starts_with(start), "{failures:?}");
    }
    for inputs in
        [json!({ "snapshotId": "s", "volumeSizeInGb": 10 }), json!({ "volumeType": "sbs_5k", "volumeSizeInGb": 10 })]
    {
        assert_eq!(failures(json!({}), inputs), [""; 0]);
    }
}

#[test]
fn only_a_restored_instance_inherits_inputs() {
    assert_eq!(Instance.inherited(&object(json!({ "snapshotId": "s" }))), OF_SNAPSHOT);
    assert_eq!(Instance.inherited(&object(json!({}))), [""; 0]);
}

#[test]
fn a_restored_instance_differs_from_the_program_in_backups_and_the_public_endpoint() {
    for (inputs, unlike) in [
        (json!({ "privateNetwork": {} }), (false, &[][..])),
        (json!({ "snapshotId": "s" }), (true, &["disableBackup"])),
        (json!({ "snapshotId": "s", "privateNetwork": {} }), (true, &["disableBackup", "loadBalancer"])),
        (json!({ "snapshotId": "s", "privateNetwork": {}, "loadBalancer": {} }), (true, &["disableBackup"])),
    ] {
        assert_eq!(Instance.differences_of_new(&object(inputs)), unlike);
    }
}

#[test]
fn an_import_contains_no_address_that_ipam_chose() {
    for (is_ipam, left) in
        [(true, json!({ "enableIpam": true })), (false, json!({ "enableIpam": false, "ipNet": "a" }))]
    {
        let mut inputs = object(json!({ "privateNetwork": { "enableIpam": is_ipam, "ipNet": "a" } }));
        Instance.imported(&mut inputs);
        assert_eq!(inputs, object(json!({ "privateNetwork": left })));
    }
}
