//! The response with the fields of the program.

use super::super::decoded;
use super::*;

#[test]
fn addresses_belong_to_the_server_with_their_interface() {
    let servers = json!([{ "id": "a", "private_nics": [{ "id": "x" }] }, { "id": "b", "private_nics": [] }]);
    let address = json!({ "id": "i", "resource": { "id": "x" } });
    let read = decoded(&Servers, &json!({ "servers": servers, "private_ips": [address] }));
    assert_eq!(
        (&read["servers"][0]["private_ips"], &read["servers"][1]["private_ips"]),
        (&json!([address]), &json!([]))
    );
}
