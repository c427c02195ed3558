//! Private networks: the API has one list of CIDR blocks, the program one property per address family.

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// `ipv4_subnet` (`{subnet}`) and `ipv6_subnets` (`[{subnet}]`) become `subnets`: a list of strings, IPv4 first as in
/// `pulumiverse_scaleway`. Without any block there is no list, so that the API chooses the blocks.
pub(super) fn encode(wire: &mut Wire) {
    let ipv4 = wire.remove("ipv4_subnet");
    let ipv6 = wire.remove("ipv6_subnets");
    let ipv6 = ipv6.as_ref().and_then(Json::as_array).into_iter().flatten();
    let subnets: Vec<Json> = ipv4.iter().chain(ipv6).filter_map(|object| object.get("subnet").cloned()).collect();
    if !subnets.is_empty() {
        wire.insert("subnets".to_owned(), Json::Array(subnets));
    }
}

/// `subnets`, a list of objects, becomes `ipv4_subnet` (the first of its family), `ipv4_subnets` (for the lookup
/// function, which returns a list) and `ipv6_subnets`, each object with `address`, `prefix_length` and `subnet_mask`
/// and the fields of the response. Invalid blocks are omitted. `is_regional` is always true.
pub(super) fn decode(wire: &mut Wire) {
    wire.insert("is_regional".to_owned(), Json::Bool(true));
    let Some(Json::Array(subnets)) = wire.remove("subnets") else { return };
    let (ipv4, ipv6): (Vec<_>, Vec<_>) =
        subnets.into_iter().filter_map(described).partition(|(block, _)| matches!(block, IpNet::V4(_)));
    let objects = |blocks: Vec<(IpNet, Json)>| blocks.into_iter().map(|(_, object)| object).collect::<Vec<_>>();
    let ipv4 = objects(ipv4);
    if let Some(first) = ipv4.first() {
        wire.insert("ipv4_subnet".to_owned(), first.clone());
    }
    wire.insert("ipv4_subnets".to_owned(), Json::Array(ipv4));
    wire.insert("ipv6_subnets".to_owned(), Json::Array(objects(ipv6)));
}

/// A subnet of a response with the parts of its CIDR block.
fn described(mut subnet: Json) -> Option<(IpNet, Json)> {
    let fields = subnet.as_object_mut()?;
    let block: IpNet = fields.get("subnet")?.as_str()?.parse().ok()?;
    fields.insert("address".to_owned(), json!(block.addr().to_string()));
    fields.insert("prefix_length".to_owned(), json!(block.prefix_len()));
    fields.insert("subnet_mask".to_owned(), json!(mask(&block)));
    Some((block, subnet))
}

/// The mask byte by byte in decimal, also for IPv6, as in `pulumiverse_scaleway`.
fn mask(block: &IpNet) -> String {
    let bytes = match block {
        IpNet::V4(block) => block.netmask().octets().to_vec(),
        IpNet::V6(block) => block.netmask().octets().to_vec(),
    };
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::reshape::reshaped;

    fn encoded(json: &Json) -> Json {
        reshaped(encode, json)
    }

    fn decoded(json: &Json) -> Json {
        reshaped(decode, json)
    }

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
        let wanted = json!({
            "name": "a",
            "ipv4_subnet": { "subnet": "172.16.32.0/22" },
            "ipv6_subnets": [{ "subnet": "fd46:78ab:30b8:177c::/64" }],
        });
        assert_eq!(encoded(&wanted), json!({ "name": "a", "subnets": ["172.16.32.0/22", "fd46:78ab:30b8:177c::/64"] }));
    }

    #[test]
    fn without_blocks_no_list_is_sent() {
        let nothing = json!({ "name": "a", "ipv4_subnet": {}, "ipv6_subnets": [] });
        assert_eq!(encoded(&nothing), json!({ "name": "a" }));
        assert_eq!(encoded(&json!({ "ipv4_subnet": null, "ipv6_subnets": null })), json!({}));
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
        let expected =
            json!({ "is_regional": true, "ipv4_subnet": four, "ipv4_subnets": [four], "ipv6_subnets": [six] });
        assert_eq!(decoded(&answer), expected);
    }

    #[test]
    fn invalid_blocks_are_omitted() {
        let unexpected = json!({ "subnets": [null, 7, "10.0.0.0/8", {}, { "subnet": 7 }, { "subnet": "nowhere" }] });
        assert_eq!(decoded(&unexpected), json!({ "is_regional": true, "ipv4_subnets": [], "ipv6_subnets": [] }));
        assert_eq!(decoded(&json!({ "subnets": null })), json!({ "is_regional": true }));
    }

    proptest! {
        #[test]
        fn what_was_sent_comes_back(
            ipv4 in (any::<[u8; 4]>(), 20_u8..=29),
            ipv6 in prop::collection::vec(any::<[u16; 4]>(), 0..3),
        ) {
            let ipv4 = ipnet::Ipv4Net::new(ipv4.0.into(), ipv4.1).unwrap().trunc().to_string();
            let block = |[a, b, c, d]: [u16; 4]| ipnet::Ipv6Net::new([a, b, c, d, 0, 0, 0, 0].into(), 64).unwrap();
            let ipv6: Vec<Json> = ipv6.into_iter().map(|start| json!({ "subnet": block(start).to_string() })).collect();
            let back = decoded(&answered(encoded(&json!({ "ipv4_subnet": { "subnet": ipv4 }, "ipv6_subnets": ipv6 }))));
            prop_assert_eq!(&back["ipv4_subnet"]["subnet"], &json!(ipv4));
            let subnets: Vec<Json> =
                back["ipv6_subnets"].as_array().unwrap().iter().map(|one| json!({ "subnet": one["subnet"] })).collect();
            prop_assert_eq!(subnets, ipv6);
        }
    }
}
