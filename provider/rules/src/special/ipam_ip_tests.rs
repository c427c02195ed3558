//! IPAM addresses in responses.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn an_address_is_returned_with_the_network_of_its_subnet() {
    let answer = json!({ "source": { "subnet_id": "s" }, "subnet": { "private_network_id": "n" } });
    assert_eq!(decoded(&Ip, &answer)["source"], json!({ "subnet_id": "s", "private_network_id": "n" }));
    let known = json!({ "source": { "private_network_id": "m" }, "subnet": { "private_network_id": "n" } });
    assert_eq!(decoded(&Ip, &known), known);
    assert_eq!(encoded(&Ip, &answer), answer);
}

#[test]
fn any_json_survives() {
    for odd in [json!({ "address": 7, "source": [], "subnet": "s", "resource": [1] }), json!({ "address": "" })] {
        decoded(&Ip, &odd);
    }
}
