//! Endpoints in requests.

use super::*;

fn encoded(special: &dyn Special, wire: Json) -> Json {
    let Json::Object(mut wire) = wire else { return Json::Null };
    special.encode(&mut wire);
    Json::Object(wire)
}

#[test]
fn public_endpoint_of_a_model_must_be_enabled() {
    let private = json!({ "private_network": { "private_network_id": "1" } });
    assert_eq!(
        encoded(&Deployment, json!({ "public_endpoint": { "is_enabled": {} }, "endpoints": private })),
        json!({ "endpoints": [
            { "public_network": {}, "disable_auth": false },
            { "private_network": { "private_network_id": "1" }, "disable_auth": false },
        ] }),
    );
    let disabled = json!({ "public_endpoint": { "disable_auth": true } });
    assert_eq!(encoded(&Deployment, disabled), json!({ "endpoints": [] }));
}

#[test]
fn any_json_is_accepted() {
    for json in [json!({ "endpoints": "x", "public_endpoint": 1 }), json!({ "endpoints": [1], "public_endpoint": [] })]
    {
        assert!(encoded(&Deployment, json.clone())["endpoints"].is_array(), "{json}");
    }
}
