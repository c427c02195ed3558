//! Kubernetes clusters in responses, checks and diffs.

use proptest::prelude::*;
use value::Value;

use super::super::{decoded, replaces};
use super::*;

const FILE: &str = "apiVersion: v1\nclusters:\n- name: \"c\"\n  cluster:\n    certificate-authority-data: Y2E=\n    server: https://c.example.org:6443\nusers:\n- name: c-admin\n  user:\n    token: t-1\n";

#[test]
fn the_kubeconfig_is_read_from_the_file() {
    let read = decoded(&Cluster, &json!({ "kubeconfig_file": { "content": BASE64.encode(FILE) } }));
    let config = &read["kubeconfigs"][0];
    assert_eq!((&config["host"], &config["token"]), (&json!("https://c.example.org:6443"), &json!("t-1")));
    assert_eq!((&config["cluster_ca_certificate"], &config["config_file"]), (&json!("Y2E="), &json!(FILE)));
    assert_eq!(decoded(&Cluster, &json!({}))["kubeconfigs"], json!([]));
}

proptest! {
    #[test]
    fn any_kubeconfig_file_is_read(content in ".*") {
        let read = decoded(&Cluster, &json!({ "kubeconfig_file": { "content": BASE64.encode(&content) } }));
        prop_assert_eq!(&read["kubeconfigs"][0]["config_file"], &json!(content));
        decoded(&Cluster, &json!({ "kubeconfig_file": { "content": content } }));
    }
}

#[test]
fn a_cluster_with_automatic_upgrades_has_a_minor_version() {
    for (enabled, version) in [(true, "1.35"), (false, "1.35.3")] {
        let read = decoded(&Cluster, &json!({ "version": "1.35.3", "auto_upgrade": { "enabled": enabled } }));
        assert_eq!(read["version"], version);
    }
    assert!(is_version("1.35.3", "1.35") && is_version("1.35.3", "1.35.3"));
    assert!(!is_version("1.35.3", "1.3") && !is_version("1.35.3", "1.35.4"));
    assert_eq!(decoded(&Version, &json!({ "name": "1.35.3" }))["minor"], "1.35");
}

#[test]
fn the_form_of_the_version_depends_on_automatic_upgrades() {
    let upgrades = |enable: Value| Value::from([("enable".to_owned(), enable)].into_iter().collect::<Object>());
    for (version, upgrade, fails) in [
        ("1.35", None, true),
        ("1.35.3", None, false),
        ("1.35", Some(upgrades(Value::from(true))), false),
        ("1.35.3", Some(upgrades(Value::from(true))), true),
        ("1.35", Some(upgrades(Value::from(false))), true),
        ("1.35", Some(upgrades(Value::UNKNOWN)), false),
        ("1.35", Some(Value::UNKNOWN), false),
    ] {
        let mut inputs: Object = [("version".to_owned(), Value::from(version))].into_iter().collect();
        inputs.extend(upgrade.map(|upgrade| ("autoUpgrade".to_owned(), upgrade)));
        let mut failures = Vec::new();
        Cluster.check(&Object::new(), &inputs, &mut failures);
        assert_eq!(!failures.is_empty(), fails, "{version} {inputs:?}");
    }
}

#[test]
fn only_a_larger_control_plane_of_the_same_kind_is_a_change_in_place() {
    for (old, new, replaced) in [
        ("kapsule", "kapsule-dedicated-4", false),
        ("kapsule-dedicated-4", "kapsule-dedicated-16", false),
        ("kapsule-dedicated-8", "kapsule-dedicated-4", true),
        ("kapsule-dedicated-4", "kapsule", true),
        ("kapsule", "multicloud", true),
        ("multicloud-dedicated-4", "kapsule-dedicated-8", true),
        ("kapsule", "kapsule-dedicated-huge", false),
    ] {
        assert_eq!(replaces(&Cluster, "type", Value::from(old), Value::from(new)), replaced, "{old} to {new}");
    }
}
