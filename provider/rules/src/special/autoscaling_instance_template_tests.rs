//! Tests of the rules of instance templates.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn volumes_of_the_list_are_numbered_from_0() {
    let (a, b) = (json!({ "name": "a" }), json!({ "name": "b" }));
    assert_eq!(encoded(&InstanceTemplate, &json!({ "volumes": [a, b] })), json!({ "volumes": { "0": a, "1": b } }));
    assert_eq!(encoded(&InstanceTemplate, &json!({ "volumes": null })), json!({ "volumes": null }));
    assert_eq!(encoded(&InstanceTemplate, &json!({})), json!({}));
}

#[test]
fn volumes_are_in_the_order_of_their_numbers() {
    let volumes: Map<String, Json> =
        (0..11).map(|number: u32| (number.to_string(), json!({ "name": number.to_string() }))).collect();
    let found = decoded(&InstanceTemplate, &json!({ "volumes": volumes }));
    let names: Vec<&str> =
        found["volumes"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert_eq!(decoded(&InstanceTemplate, &json!({ "volumes": [1] })), json!({ "volumes": [1] }));
}
