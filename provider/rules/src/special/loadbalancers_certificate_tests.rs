//! Certificates of load balancers in requests and responses.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn the_domain_names_of_a_certificate_of_lets_encrypt_are_an_object() {
    let read = json!({ "type": "letsencrypt", "common_name": "a.example.org", "subject_alternative_name": [] });
    assert_eq!(decoded(&Certificate, &read)["letsencrypt"], json!({ "common_name": "a.example.org" }));
    let custom = json!({ "type": "custom", "common_name": "a.example.org" });
    assert_eq!(decoded(&Certificate, &custom), custom);
    assert_eq!(decoded(&Certificate, &json!({ "type": 1 })), json!({ "type": 1 }));
    assert_eq!(encoded(&Certificate, &read), read);
}
