//! Routes of load balancers in requests and responses.

use serde_json::json;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn a_cleared_condition_is_not_sent() {
    let given = json!({ "match": { "sni": "", "host_header": "a", "match_subdomains": false } });
    assert_eq!(encoded(&Route, &given), json!({ "match": { "host_header": "a", "match_subdomains": false } }));
    assert_eq!(encoded(&Route, &json!({ "match": 1 })), json!({ "match": 1 }));
    assert_eq!(decoded(&Route, &given), given);
}
