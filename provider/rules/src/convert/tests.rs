//! Conversions in both directions.

use proptest::prelude::*;

use super::*;

fn round_trip(convert: Convert, json: Json) -> Option<Json> {
    from_wire(convert, to_wire(convert, json).ok()??, Some("fr-par"), None)
}

proptest! {
    #[test]
    fn sizes_survive_a_round_trip(size in 0u32..100_000) {
        prop_assert_eq!(round_trip(Convert::Gigabytes, json!(size)), Some(json!(size)));
        prop_assert_eq!(round_trip(Convert::Megabytes, json!(size)), Some(json!(size)));
        prop_assert_eq!(round_trip(Convert::Seconds, json!(size)), Some(json!(size)));
    }

    #[test]
    fn localized_ids_survive_a_round_trip(id in "[0-9a-f]{8}") {
        let localized = json!(format!("fr-par/{id}"));
        prop_assert_eq!(round_trip(Convert::LocalizedId, localized.clone()), Some(localized));
    }

    #[test]
    fn maps_survive_a_round_trip_as_lists(map in prop::collection::btree_map("[a-z_]{1,8}", "[ -~]{0,8}", 0..5)) {
        let map = json!(map);
        prop_assert_eq!(round_trip(Convert::NameValueList, map.clone()), Some(map.clone()));
        prop_assert_eq!(round_trip(Convert::KeyValueList, map.clone()), Some(map));
    }

    #[test]
    fn from_wire_never_panics(text in ".*") {
        for convert in [Convert::LocalizedId, Convert::Seconds, Convert::Duration, Convert::Timestamp,
                        Convert::Base64Text, Convert::Host, Convert::Cidr, Convert::Text] {
            from_wire(convert, json!(text), None, None);
            from_wire(convert, json!([text]), None, None);
        }
    }
}

#[test]
fn secret_data_is_encoded_exactly_once_on_the_wire_and_in_the_state() {
    assert_eq!(to_wire(Convert::Base64, json!("hello")), Ok(Some(json!("aGVsbG8="))));
    assert_eq!(to_wire(Convert::Base64, json!("aGVsbG8=")), Ok(Some(json!("YUdWc2JHOD0="))));
    assert_eq!(to_wire(Convert::Base64OrText, json!("hello")), Ok(Some(json!("aGVsbG8="))));
    assert_eq!(to_wire(Convert::Base64OrText, json!("aGVsbG8=")), Ok(Some(json!("aGVsbG8="))));
    assert_eq!(to_state(Some(Convert::Base64), json!("hello")), json!("aGVsbG8="));
    assert_eq!(to_state(Some(Convert::Base64), json!("aGVsbG8=")), json!("YUdWc2JHOD0="));
}

#[test]
fn text_is_base64_in_requests_and_responses() {
    for (text, sent) in [("#cloud-config", "I2Nsb3VkLWNvbmZpZw=="), ("", "")] {
        assert_eq!(to_wire(Convert::Base64Text, json!(text)), Ok(Some(json!(sent))));
        assert_eq!(from_wire(Convert::Base64Text, json!(sent), None, None), Some(json!(text)));
    }
}

#[test]
fn an_address_is_returned_without_prefix_length() {
    for (returned, shown) in [("172.16.32.2/22", "172.16.32.2"), ("fd00::1/64", "fd00::1"), ("10.0.0.1", "10.0.0.1")] {
        assert_eq!(from_wire(Convert::Address, json!(returned), None, None), Some(json!(shown)));
        assert_eq!(to_wire(Convert::Address, json!(shown)), Ok(Some(json!(shown))));
    }
}

#[test]
fn each_type_of_data_source_has_its_own_push_path() {
    let url = "https://x.cockpit.fr-par.scw.cloud";
    let read = |source: Json| from_wire(Convert::PushUrl, source, None, None);
    for (kind, path) in [("metrics", "/api/v1/push"), ("logs", "/loki/api/v1/push"), ("traces", "/otlp/v1/traces")] {
        for returned in [url.to_owned(), format!("{url}/")] {
            assert_eq!(read(json!({ "type": kind, "url": returned })), Some(json!(format!("{url}{path}"))));
        }
    }
    for unexpected in [json!({ "type": "logs", "url": "" }), json!({ "type": "events", "url": url }), json!([7])] {
        assert_eq!(read(unexpected), None);
    }
}

#[test]
fn money_has_the_sign_of_its_currency_and_two_decimal_places() {
    for (code, units, nanos, shown) in [
        ("EUR", 12, 500_000_000, "€ 12.50"),
        ("USD", 0, 1_230_000, "$ 0.00123"),
        ("CHF", -1, -250_000_000, "CHF -1.25"),
        ("", 10_000, 0, "10000.00"),
    ] {
        let amount = json!({ "currency_code": code, "units": units, "nanos": nanos });
        assert_eq!(from_wire(Convert::Money, amount, None, None), Some(json!(shown)));
    }
    assert_eq!(from_wire(Convert::Money, json!("12"), None, None), None);
}

#[test]
fn the_version_of_an_address_is_read_from_it() {
    for (address, is_ipv6) in [("2001:bc8::1", true), ("2001:bc8::/64", true), ("51.15.0.1", false)] {
        assert_eq!(from_wire(Convert::IsIpv6, json!(address), None, None), Some(json!(is_ipv6)));
        assert_eq!(to_wire(Convert::IsIpv6, json!(is_ipv6)), Ok(Some(json!(is_ipv6))));
    }
}

#[test]
fn a_date_is_sent_as_midnight() {
    for (day, time) in [("2027-01-31", "2027-01-31T00:00:00Z"), ("2027-01-31T12:00:00Z", "2027-01-31T12:00:00Z")] {
        assert_eq!(to_wire(Convert::Date, json!(day)), Ok(Some(json!(time))));
        assert_eq!(from_wire(Convert::Date, json!(time), None, None), Some(json!(day)));
    }
    let with_fraction = json!("2027-01-31T00:00:00.000Z");
    assert_eq!(from_wire(Convert::Date, with_fraction, None, None), Some(json!("2027-01-31")));
}

#[test]
fn false_is_not_sent_if_only_true_can_be() {
    assert_eq!(to_wire(Convert::OnlyTrue, json!(false)), Ok(None));
    assert_eq!(to_wire(Convert::OnlyTrue, json!(true)), Ok(Some(json!(true))));
    assert_eq!(from_wire(Convert::OnlyTrue, json!("Enabled"), None, None), Some(json!(true)));
}

#[test]
fn a_duration_is_sent_in_milliseconds() {
    for (text, sent, read) in
        [("1m30s", json!(90_000), "1m30s"), ("0.5s", json!(500), "500ms"), ("5s", json!(5000), "5s")]
    {
        assert_eq!(to_wire(Convert::Milliseconds, json!(text)), Ok(Some(sent.clone())), "{text}");
        assert_eq!(from_wire(Convert::Milliseconds, sent, None, None), Some(json!(read)), "{text}");
    }
    assert!(to_wire(Convert::Milliseconds, json!("soon")).is_err());
}

#[test]
fn json_in_a_string_is_sent_as_json() {
    assert_eq!(to_wire(Convert::JsonText, json!("{\"a\": [1]}")), Ok(Some(json!({"a": [1]}))));
    assert_eq!(from_wire(Convert::JsonText, json!({"a": [1]}), None, None), Some(json!("{\"a\":[1]}")));
    assert!(to_wire(Convert::JsonText, json!("{")).is_err());
}

#[test]
fn a_list_of_hashes_is_a_map_of_them() {
    let hashes = json!([{ "key": "TOKEN", "hashed_value": "$argon2id$x" }, { "key": "odd" }]);
    assert_eq!(from_wire(Convert::KeyValueList, hashes, None, None), Some(json!({ "TOKEN": "$argon2id$x" })));
}

#[test]
fn an_address_becomes_a_block() {
    assert_eq!(to_wire(Convert::Cidr, json!("1.2.3.4")), Ok(Some(json!("1.2.3.4/32"))));
    assert_eq!(to_wire(Convert::Cidr, json!("fd00::1")), Ok(Some(json!("fd00::1/128"))));
    assert!(to_wire(Convert::Cidr, json!("home")).is_err());
    assert_eq!(to_wire(Convert::HostCidr, json!("1.2.3.4")), Ok(Some(json!("1.2.3.4/32"))));
    assert_eq!(to_wire(Convert::HostCidr, json!("")), Ok(Some(json!(""))));
    assert_eq!(from_wire(Convert::HostCidr, json!("1.2.3.4"), None, None), Some(json!("1.2.3.4")));
}

#[test]
fn timestamps_lose_their_fractions() {
    let cut = from_wire(Convert::Timestamp, json!("2026-07-17T09:50:00.638933292Z"), None, None);
    assert_eq!(cut, Some(json!("2026-07-17T09:50:00Z")));
}

#[test]
fn a_regional_id_is_returned_with_the_region_of_the_zone() {
    assert_eq!(to_wire(Convert::RegionalId, json!("fr-par/u-1")), Ok(Some(json!("u-1"))));
    assert_eq!(from_wire(Convert::RegionalId, json!("u-1"), Some("nl-ams-2"), None), Some(json!("nl-ams/u-1")));
}

#[test]
fn only_the_last_part_of_an_id_is_sent() {
    assert_eq!(to_wire(Convert::LastPart, json!("fr-par-1/server/interface")), Ok(Some(json!("interface"))));
    assert_eq!(round_trip(Convert::LastPart, json!("interface")), Some(json!("interface")));
}

#[test]
fn a_topic_is_sent_as_an_arn() {
    let sent = |id: &str| to_wire(Convert::TopicArn, json!(id));
    assert_eq!(sent("fr-par/p1/main"), Ok(Some(json!("arn:scw:sns:fr-par:project-p1:main"))));
    assert_eq!(sent("main"), Ok(None));
}

#[test]
fn the_keys_of_a_map_are_sent_in_lower_case() {
    assert_eq!(to_wire(Convert::LowerKeys, json!({ "My-Key": "A" })), Ok(Some(json!({ "my-key": "A" }))));
    assert!(crate::equal::on_wire(Convert::LowerKeys, None, &json!({ "My-Key": "A" }), &json!({ "my-key": "A" })));
    assert!(!crate::equal::on_wire(Convert::LowerKeys, None, &json!({ "k": "A" }), &json!({ "k": "a" })));
}

#[test]
fn a_name_is_sent_with_underscores() {
    for given in ["PRO2-XXS", "pro2_xxs", "pro2-xxs"] {
        assert_eq!(to_wire(Convert::Underscores, json!(given)), Ok(Some(json!("pro2_xxs"))));
    }
}

#[test]
fn an_owner_is_sent_as_project_colon_project() {
    assert_eq!(to_wire(Convert::Owner, json!("p-1")), Ok(Some(json!("p-1:p-1"))));
    assert_eq!(round_trip(Convert::Owner, json!("p-1")), Some(json!("p-1")));
}

#[test]
fn flags_are_sent_and_read_as_the_list_of_those_that_are_true() {
    let flags_of = |names: &Json| flags(["logs", "metrics"].into_iter(), names.as_array().unwrap());
    let object = json!({ "logs": true, "metrics": false });
    assert_eq!(flag_list(object.clone()), json!(["logs"]));
    assert_eq!(Json::Object(flags_of(&json!(["unknown", 7, null, "logs"]))), object);
    assert_eq!(flag_list(json!({ "logs": "yes" })), json!([]));
}

#[test]
fn an_empty_id_is_absent() {
    assert_eq!(from_wire(Convert::LocalizedId, json!(""), Some("fr-par"), None), None);
}
