//! Tests of the rules of warehouse deployments.

use serde_json::json;

use super::super::encoded;
use super::*;

#[test]
fn public_endpoint_is_always_requested() {
    let private = json!({ "private_network": { "private_network_id": "a" } });
    for (wire, endpoints) in [
        (json!({}), json!([{ "public": {} }])),
        (json!({ "private_network": null }), json!([{ "public": {} }])),
        (json!({ "private_network": "a" }), json!([{ "public": {} }])),
        (json!({ "private_network": { "private_network_id": "a" } }), json!([{ "public": {} }, private])),
    ] {
        assert_eq!(encoded(&Deployment, &wire)["endpoints"], endpoints, "{wire}");
    }
}

#[test]
fn minimum_of_cpus_is_at_most_the_maximum() {
    let failures = |min: f64, max: f64| {
        let inputs = [("cpuMin", min), ("cpuMax", max)];
        let inputs: Object =
            inputs.into_iter().map(|(name, number)| (name.to_owned(), value::Value::from(number))).collect();
        let mut failures = Vec::new();
        Deployment.check(&Object::new(), &inputs, &mut failures);
        failures.len()
    };
    assert_eq!([failures(2.0, 4.0), failures(4.0, 4.0), failures(5.0, 4.0)], [0, 0, 1]);
}
