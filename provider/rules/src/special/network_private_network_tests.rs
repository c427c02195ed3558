//! CIDR blocks of private networks in requests and responses.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

/// The API's response to a request: each block as an object.
fn answered(mut request: Json) -> Json {
    if let Some(Json::Array(subnets)) = request.get_mut("subnets") {
        for subnet in subnets {
            *subnet = json!({ "subnet": subnet.take() });
        }
    }
    request
}

#[test]
fn blocks_of_both_families_are_sent_in_one_list() {
    let desired = json!({
        "name": "a",
        "ipv4_subnet": { "subnet": "172.16.32.0/22" },
        "ipv6_subnets": [{ "subnet": "fd46:78ab:30b8:177c::/64" }],
    });
    assert_eq!(
        encoded(&PrivateNetwork, &desired),
        json!({ "name": "a", "subnets": ["172.16.32.0/22", "fd46:78ab:30b8:177c::/64"] })
    );
}

#[test]
fn without_blocks_no_list_is_sent() {
    let nothing = json!({ "name": "a", "ipv4_subnet": {}, "ipv6_subnets": [] });
    assert_eq!(encoded(&PrivateNetwork, &nothing), json!({ "name": "a" }));
    assert_eq!(encoded(&PrivateNetwork, &json!({ "ipv4_subnet": null, "ipv6_subnets": null })), json!({}));
}

#[test]
fn responses_are_split_by_family_with_the_parts_of_each_block() {
    let answer = json!({
        "subnets": [
            { "id": "six", "subnet": "fd46:78ab:30b8:8364::/64" },
            { "id": "four", "subnet": "172.16.52.0/22", "created_at": "2025-06-30T15:18:57.465120Z" },
        ],
    });
    let four = json!({
        "id": "four",
        "subnet": "172.16.52.0/22",
        "address": "172.16.52.0",
        "prefix_length": 22,
        "subnet_mask": "255.255.252.0",
        "created_at": "2025-06-30T15:18:57.465120Z",
    });
    let six = json!({
        "id": "six",
        "subnet": "fd46:78ab:30b8:8364::/64",
        "address": "fd46:78ab:30b8:8364::",
        "prefix_length": 64,
        "subnet_mask": "255.255.255.255.255.255.255.255.0.0.0.0.0.0.0.0",
    });
    let desired = json!({ "ipv4_subnet": four, "ipv4_subnets": [four], "ipv6_subnets": [six] });
    assert_eq!(decoded(&PrivateNetwork, &answer), desired);
}

#[test]
fn invalid_blocks_are_omitted() {
    let unexpected = json!({ "subnets": [null, 7, "10.0.0.0/8", {}, { "subnet": 7 }, { "subnet": "nowhere" }] });
    assert_eq!(decoded(&PrivateNetwork, &unexpected), json!({ "ipv4_subnets": [], "ipv6_subnets": [] }));
    assert_eq!(decoded(&PrivateNetwork, &json!({ "subnets": null })), json!({}));
}

proptest! {
    #[test]
    fn requests_survive_a_round_trip(
        ipv4 in (any::<[u8; 4]>(), 20_u8..=29),
        ipv6 in prop::collection::vec(any::<[u16; 4]>(), 0..3),
    ) {
        let ipv4 = ipnet::Ipv4Net::new(ipv4.0.into(), ipv4.1).unwrap().trunc().to_string();
        let block = |[a, b, c, d]: [u16; 4]| ipnet::Ipv6Net::new([a, b, c, d, 0, 0, 0, 0].into(), 64).unwrap();
        let ipv6: Vec<Json> = ipv6.into_iter().map(|start| json!({ "subnet": block(start).to_string() })).collect();
        let back = decoded(&PrivateNetwork, &answered(encoded(&PrivateNetwork, &json!({ "ipv4_subnet": { "subnet": ipv4 }, "ipv6_subnets": ipv6 }))));
        prop_assert_eq!(&back["ipv4_subnet"]["subnet"], &json!(ipv4));
        let subnets: Vec<Json> =
            back["ipv6_subnets"].as_array().unwrap().iter().map(|one| json!({ "subnet": one["subnet"] })).collect();
        prop_assert_eq!(subnets, ipv6);
    }
}
