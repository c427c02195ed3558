//! Redis clusters in requests, responses and diffs.

use proptest::prelude::*;

use super::super::{decoded, encoded, replaces};
use super::*;

proptest! {
    #[test]
    fn private_networks_are_returned_unchanged(id in "[0-9a-f]{8}", addresses in prop::collection::vec("[0-9.]{7}/22", 1..3)) {
        let given = json!({ "private_networks": [{ "id": id, "service_ips": addresses }] });
        let sent = encoded(&Cluster, &given);
        let read = decoded(&Cluster, &sent);
        prop_assert_eq!(&read["private_networks"][0]["id"], &json!(id));
        prop_assert_eq!(&read["private_networks"][0]["service_ips"], &json!(addresses));
    }
}

#[test]
fn endpoints_are_sent_for_private_networks_and_public_without_any() {
    for (given, sent) in [
        (json!({}), Json::Null),
        (json!({ "private_networks": [] }), json!([{ "public_network": {} }])),
        (
            json!({ "private_networks": [{ "id": "a" }] }),
            json!([{ "private_network": { "id": "a", "ipam_config": {} } }]),
        ),
        (
            json!({ "private_networks": [{ "id": "a", "service_ips": ["192.0.2.2/24"] }] }),
            json!([{ "private_network": { "id": "a", "service_ips": ["192.0.2.2/24"] } }]),
        ),
    ] {
        assert_eq!(encoded(&Cluster, &given)["endpoints"], sent, "{given}");
    }
}

#[test]
fn the_connection_string_escapes_the_password_and_is_secret() {
    let answers = json!({ "user_name": "app", "tls_enabled": true, "endpoints": [{ "ips": [], "port": 1 }, { "ips": ["192.0.2.2"], "port": 6379 }] });
    let answers = answers.as_object().expect("an object").clone();
    for (inputs, url) in [
        (Object::new(), "rediss://app@192.0.2.2:6379"),
        (
            [("password".to_owned(), Value::from("a/b@c"))].into_iter().collect(),
            "rediss://app:a%2Fb%40c@192.0.2.2:6379",
        ),
    ] {
        let mut state = Object::new();
        Cluster.adjust_state(&inputs, &answers, &mut state);
        assert_eq!(state.text("connectionString"), Some(url));
        assert!(state.given("connectionString").is_some_and(Value::is_secret));
    }
    let mut state = Object::new();
    Cluster.adjust_state(&Object::new(), &Wire::new(), &mut state);
    assert!(state.is_empty(), "a cluster without an address has no connection string");
}

#[test]
fn a_cluster_of_one_node_and_a_smaller_one_are_replaced() {
    for (old, new, replaced) in [(1, 3, true), (1, 2, true), (3, 5, false), (5, 3, true), (2, 3, false)] {
        let size = |size: i32| Value::from(f64::from(size));
        assert_eq!(replaces(&Cluster, "clusterSize", size(old), size(new)), replaced, "{old} to {new}");
    }
}
