//! Rules of security groups in requests and responses.

use proptest::prelude::*;
use value::Value;

use super::super::{decoded, encoded};
use super::*;

fn failures(rule: &Json) -> Vec<String> {
    let mut inputs = Object::new();
    inputs.insert("inboundRules".to_owned(), Value::from(json!([rule])));
    let mut found = Vec::new();
    SecurityGroup.check(&Object::new(), &inputs, &mut found);
    found.into_iter().map(|failure| format!("{} {}", failure.path, failure.reason)).collect()
}

proptest! {
    #[test]
    fn rules_are_returned_in_their_order(ports in prop::collection::vec(1..60000_u16, 0..8)) {
        let rules: Vec<Json> =
            ports.iter().map(|port| json!({ "action": "drop", "protocol": "UDP", "port": port, "ip_range": "0.0.0.0/0" })).collect();
        let mut sent = encoded(&SecurityGroup, &json!({ "inbound_rules": rules, "outbound_rules": rules }));
        sent["rules"].as_array_mut().expect("a list").reverse();
        let read = decoded(&SecurityGroup, &sent);
        prop_assert_eq!(&read["inbound_rules"], &json!(rules));
        prop_assert_eq!(&read["outbound_rules"], &json!(rules));
    }
}

#[test]
fn spellings_of_a_rule_are_the_same_request() {
    let of = |rule: Json| encoded(&SecurityGroup, &json!({ "inbound_rules": [rule] }))["rules"][0].clone();
    let usual = of(json!({ "action": "accept", "port": 80 }));
    let expected = json!({
        "action": "accept", "protocol": "TCP", "direction": "inbound", "ip_range": "0.0.0.0/0", "dest_port_from": 80, "position": 1,
    });
    assert_eq!(usual, expected);
    for other in [
        json!({ "action": "accept", "port_range": "80-80" }),
        json!({ "action": "accept", "port_range": "80", "protocol": "TCP", "ip_range": "0.0.0.0/0", "port": 0 }),
    ] {
        assert_eq!(of(other.clone()), usual, "{other}");
    }
    let range = of(json!({ "action": "accept", "ip": "192.0.2.1", "port_range": "1-1024", "protocol": "ICMP" }));
    assert_eq!((&range["ip_range"], &range["dest_port_to"]), (&json!("192.0.2.1/32"), &json!(1024)));
    assert_eq!(encoded(&SecurityGroup, &json!({ "inbound_rules": [] })), json!({ "rules": [] }));
    assert_eq!(encoded(&SecurityGroup, &json!({ "name": "a" })), json!({ "name": "a" }));
}

#[test]
fn managed_rules_are_not_returned_and_an_address_is_a_block() {
    let read = decoded(
        &SecurityGroup,
        &json!({ "rules": [
        { "direction": "outbound", "editable": false, "action": "drop" },
        { "direction": "inbound", "editable": true, "action": "drop", "protocol": "TCP", "ip_range": "192.0.2.1", "dest_port_from": 1, "dest_port_to": 9 },
    ] }),
    );
    let rule = json!({ "action": "drop", "protocol": "TCP", "ip_range": "192.0.2.1/32", "port_range": "1-9" });
    assert_eq!((&read["inbound_rules"], &read["outbound_rules"]), (&json!([rule]), &json!([])));
}

#[test]
fn invalid_rules_are_rejected() {
    for (rule, expected) in [
        (json!({ "port": 80, "portRange": "1-2" }), "inboundRules[0].portRange conflicts"),
        (json!({ "ip": "192.0.2.1", "ipRange": "192.0.2.0/24" }), "inboundRules[0].ip conflicts"),
        (json!({ "portRange": "9-1" }), "two ports"),
        (json!({ "portRange": "web" }), "two ports"),
    ] {
        let found = failures(&rule);
        assert!(found.len() == 1 && found[0].contains(expected), "{rule}: {found:?}");
    }
    for rule in
        [json!({ "port": 0, "portRange": "1-2" }), json!({ "portRange": "22", "ipRange": "192.0.2.0/24" }), json!({})]
    {
        assert_eq!(failures(&rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn unexpected_json_is_ignored() {
    assert_eq!(encoded(&SecurityGroup, &json!({ "inbound_rules": 1 })), json!({ "rules": [] }));
    for unexpected in [json!({ "rules": 1 }), json!({ "rules": "a" })] {
        assert_eq!(decoded(&SecurityGroup, &unexpected), unexpected);
    }
}
