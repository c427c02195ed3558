//! Endpoints of read replicas in requests.

use super::super::encoded;
use super::*;

#[test]
fn endpoints_are_requested_in_one_list() {
    let expected =
        json!({ "direct_access": {}, "private_network": { "private_network_id": "p", "service_ip": "10.0.0.3/24" } });
    let private = json!({ "private_network": { "private_network_id": "p", "service_ip": "10.0.0.3/24" } });
    assert_eq!(encoded(&ReadReplica, &expected)["endpoint_spec"], json!([{ "direct_access": {} }, private]));
    let none = json!({ "direct_access": null, "private_network": null });
    assert_eq!(encoded(&ReadReplica, &none)["endpoint_spec"], json!([]));
}

#[test]
fn an_import_contains_no_address_that_ipam_chose() {
    for (is_ipam, left) in
        [(true, json!({ "enableIpam": true })), (false, json!({ "enableIpam": false, "serviceIp": "a" }))]
    {
        let network = json!({ "enableIpam": is_ipam, "serviceIp": "a" });
        let mut inputs = Object::new().with("privateNetwork", value::Value::from(network));
        ReadReplica.imported(&mut inputs);
        assert_eq!(inputs, Object::new().with("privateNetwork", value::Value::from(left)));
    }
}
