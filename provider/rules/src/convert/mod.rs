//! Conversions between the program's form of a value and the API's: named pairs of pure functions, independent of properties
//! and resources.
//!
//! For each pair, `from_wire(to_wire(x)) == x` holds for every x in the form of the API's responses. If the program may use
//! another form of x, `equal` compares the two.

mod duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use catalog::Convert;
use serde_json::{Map, Value as Json, json};

use crate::place;

pub use duration::seconds as duration_seconds;

/// Bytes in a gigabyte, as Scaleway counts storage.
const GIGABYTE: f64 = 1e9;

/// The time of day of a date in requests.
const MIDNIGHT: &str = "T00:00:00Z";

/// Bytes in a megabyte, as Scaleway counts memory.
const MEGABYTE: f64 = 1e6;

/// Converts the program's form to the API's; `None` means "do not send". An error describes the expected form and never
/// contains the value.
pub fn to_wire(convert: Convert, json: Json) -> Result<Option<Json>, &'static str> {
    Ok(Some(match (convert, json) {
        (Convert::LocalizedId | Convert::BareId | Convert::Zoned | Convert::RegionalId, Json::String(id)) => {
            Json::String(place::split(&id).1.to_owned())
        }
        (Convert::LastPart, Json::String(id)) => Json::String(last_part(&id)),
        (Convert::Gigabytes, Json::Number(number)) => scaled(&number, GIGABYTE),
        (Convert::Megabytes, Json::Number(number)) => scaled(&number, MEGABYTE),
        (Convert::Seconds, Json::Number(number)) => Json::String(format!("{number}s")),
        (Convert::Duration, Json::String(text)) => {
            let seconds = duration::seconds(&text).ok_or("must be a duration such as `30s` or `1m30s`")?;
            Json::String(duration::to_wire(seconds))
        }
        (Convert::Milliseconds, Json::String(text)) => {
            let seconds = duration::seconds(&text).ok_or("must be a duration such as `30s` or `1m30s`")?;
            number((seconds * 1e3).round())
        }
        (Convert::Base64 | Convert::Base64Text, Json::String(text)) => Json::String(BASE64.encode(text)),
        (Convert::Base64OrText, Json::String(text)) if BASE64.decode(&text).is_err() => {
            Json::String(BASE64.encode(text))
        }
        (Convert::NameValueList, Json::Object(map)) => {
            Json::Array(map.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect())
        }
        (Convert::KeyValueList, Json::Object(map)) => {
            Json::Array(map.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect())
        }
        (Convert::JsonText, Json::String(text)) => serde_json::from_str(&text).map_err(|_| "must be JSON")?,
        (Convert::Presence, Json::Bool(present)) => {
            return Ok(present.then(|| Json::Object(Map::new())));
        }
        (Convert::HostCidr, Json::String(text)) if text.is_empty() => Json::String(text),
        (Convert::Cidr | Convert::HostCidr, Json::String(text)) => {
            Json::String(block(&text).ok_or("must be an IP address or a CIDR block such as `192.168.0.0/24`")?)
        }
        (Convert::Trimmed, Json::String(text)) => Json::String(text.trim().to_owned()),
        (Convert::LowerKeys, Json::Object(map)) => {
            Json::Object(map.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect())
        }
        (Convert::Owner, Json::String(project)) if !project.contains(':') => {
            Json::String(format!("{project}:{project}"))
        }
        (Convert::Date, Json::String(day)) if !day.contains('T') => Json::String(format!("{day}{MIDNIGHT}")),
        (Convert::OnlyTrue, Json::Bool(false)) => return Ok(None),
        (Convert::LowerCase, Json::String(text)) => Json::String(text.to_lowercase()),
        (Convert::Text, Json::String(text)) => text.parse::<i64>().map_or(Json::String(text), Json::from),
        // Outputs only, or already in the API's form.
        (_, json) => json,
    }))
}

/// Converts the API's form to the program's, for a resource in `locality` whose object has `zone`.
///
/// A value without the expected form is returned unchanged. `None` means "not set".
pub fn from_wire(convert: Convert, json: Json, locality: Option<&str>, zone: Option<&str>) -> Option<Json> {
    Some(match (convert, json) {
        (
            Convert::LocalizedId | Convert::Zoned | Convert::BareId | Convert::RegionalId | Convert::LastPart,
            Json::String(id),
        ) if id.is_empty() => return None,
        (Convert::LocalizedId, Json::String(id)) => Json::String(localize(locality, &id)),
        (Convert::Zoned, Json::String(id)) => Json::String(localize(zone.or(locality), &id)),
        (Convert::RegionalId, Json::String(id)) => Json::String(localize(locality.map(place::region_of), &id)),
        (Convert::BareId, Json::String(id)) => Json::String(place::split(&id).1.to_owned()),
        (Convert::LastPart, Json::String(id)) => Json::String(last_part(&id)),
        (Convert::Gigabytes, Json::Number(number)) => unscaled(&number, GIGABYTE),
        (Convert::Megabytes, Json::Number(number)) => unscaled(&number, MEGABYTE),
        (Convert::Seconds, Json::String(text)) => duration::seconds(&text).map_or(Json::String(text), number),
        (Convert::Duration, Json::String(text)) => Json::String(duration::seconds(&text).map_or(text, duration::to_go)),
        (Convert::Milliseconds, Json::Number(number)) => {
            Json::String(duration::to_go(number.as_f64().unwrap_or_default() / 1e3))
        }
        (Convert::Timestamp, Json::String(text)) => Json::String(cut_to_seconds(text)),
        (Convert::Base64Text, Json::String(text)) => Json::String(base64_text(text)),
        (Convert::NameValueList, Json::Array(items)) => Json::Object(items.iter().filter_map(name_and_value).collect()),
        (Convert::KeyValueList, Json::Array(items)) => Json::Object(items.iter().filter_map(key_and_value).collect()),
        (Convert::JsonText, json) => Json::String(json.to_string()),
        (Convert::Presence, _) | (Convert::OnlyTrue, Json::String(_)) => Json::Bool(true),
        (Convert::Host, Json::String(url)) => {
            Json::String(url.split_once("://").map_or(url.clone(), |(_, host)| host.to_owned()))
        }
        (Convert::PushUrl, source) => Json::String(push_url(&source)?),
        (Convert::Money, amount) => Json::String(money(&amount)?),
        (Convert::Owner, Json::String(owner)) => {
            Json::String(owner.split_once(':').map_or(owner.clone(), |(project, _)| project.to_owned()))
        }
        (Convert::Text, Json::Number(number)) => Json::String(number.to_string()),
        (Convert::Cidr, Json::String(text)) => Json::String(block(&text).unwrap_or(text)),
        (Convert::Date, Json::String(time)) => {
            let day = time.strip_suffix(MIDNIGHT).or(time.strip_suffix("T00:00:00.000Z"));
            Json::String(day.map(str::to_owned).unwrap_or(time))
        }
        (Convert::IsIpv6, Json::String(address)) => Json::Bool(address.contains(':')),
        (Convert::Address | Convert::HostCidr, Json::String(text)) => {
            Json::String(text.split('/').next().unwrap_or_default().to_owned())
        }
        (_, json) => json,
    })
}

/// An amount as in Scaleway's SDK: the sign or code of the currency, and at least two decimal places.
fn money(amount: &Json) -> Option<String> {
    let (units, nanos) = (amount["units"].as_i64()?, amount["nanos"].as_i64().unwrap_or_default());
    let code = amount["currency_code"].as_str().unwrap_or_default();
    let currency = match code {
        "EUR" => "€",
        "USD" => "$",
        other => other,
    };
    let minus = if units < 0 || nanos < 0 { "-" } else { "" };
    let places = format!("{:09}", nanos.unsigned_abs());
    let (cents, rest) = places.split_at_checked(2)?;
    let text = format!("{currency} {minus}{}.{cents}{}", units.unsigned_abs(), rest.trim_end_matches('0'));
    Some(text.trim_start().to_owned())
}

/// The names of the fields that are true.
pub fn flag_list(json: Json) -> Json {
    let Json::Object(flags) = json else { return json };
    flags.into_iter().filter(|(_, flag)| *flag == Json::Bool(true)).map(|(name, _)| Json::String(name)).collect()
}

/// Whether a list contains each of these names; other elements of the list are ignored.
pub fn flags<'n>(fields: impl Iterator<Item = &'n str>, names: &[Json]) -> Map<String, Json> {
    fields.map(|field| (field.to_owned(), Json::Bool(names.iter().any(|name| name == field)))).collect()
}

/// The value in the state for an input that the API never returns.
pub fn to_state(convert: Option<Convert>, json: Json) -> Json {
    match (convert, json) {
        // The request encodes each string too, also one that is base64 already.
        (Some(Convert::Base64), Json::String(text)) => Json::String(BASE64.encode(text)),
        (_, json) => json,
    }
}

/// The decoded string of a base64 string, if it is valid UTF-8.
fn base64_text(text: String) -> String {
    BASE64.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}

/// An IP address or CIDR block in canonical form: an address gets its full prefix length.
pub fn block(text: &str) -> Option<String> {
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Some(ipnet::IpNet::from(address).to_string());
    }
    Some(text.parse::<ipnet::IpNet>().ok()?.to_string())
}

/// The type and the body of an SSH public key, if it is valid: the body starts with the name of the type.
pub fn ssh_key(text: &str) -> Option<(&str, Vec<u8>)> {
    let mut words = text.split_whitespace();
    let (kind, body) = (words.next()?, BASE64.decode(words.next()?).ok()?);
    let (length, rest) = body.split_first_chunk::<4>()?;
    let named = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (named == kind.as_bytes() && !text.trim().contains(['\n', '\r'])).then_some((kind, body))
}

/// An RFC 3339 timestamp in UTC, without fractions of a second.
fn cut_to_seconds(text: String) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(instant) => jiff::Timestamp::from_second(instant.as_second()).map_or(text, |cut| cut.to_string()),
        Err(_) => text,
    }
}

/// The `url` of a data source and the documented push path of its type; nothing for an unknown type.
fn push_url(source: &Json) -> Option<String> {
    let path = match source["type"].as_str()? {
        "metrics" => "/api/v1/push",
        "logs" => "/loki/api/v1/push",
        "traces" => "/otlp/v1/traces",
        _ => return None,
    };
    let url = source["url"].as_str().filter(|url| !url.is_empty())?;
    Some(format!("{}{path}", url.trim_end_matches('/')))
}

fn localize(locality: Option<&str>, id: &str) -> String {
    match locality {
        Some(locality) if place::split(id).0.is_none() => format!("{locality}/{id}"),
        _ => id.to_owned(),
    }
}

fn last_part(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

fn name_and_value(item: &Json) -> Option<(String, Json)> {
    Some((item.get("name")?.as_str()?.to_owned(), item.get("value")?.clone()))
}

/// The API returns secrets as hashes, in the field `hashed_value`.
fn key_and_value(item: &Json) -> Option<(String, Json)> {
    let value = item.get("hashed_value").or_else(|| item.get("value"))?;
    Some((item.get("key")?.as_str()?.to_owned(), value.clone()))
}

fn scaled(number: &serde_json::Number, unit: f64) -> Json {
    self::number(number.as_f64().unwrap_or_default() * unit)
}

fn unscaled(number: &serde_json::Number, unit: f64) -> Json {
    self::number(number.as_f64().unwrap_or_default() / unit)
}

/// A number as JSON, as an integer if possible.
fn number(number: f64) -> Json {
    value::Value::from(number).to_json().unwrap_or(Json::Null)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(convert: Convert, json: Json) -> Option<Json> {
        from_wire(convert, to_wire(convert, json).ok()??, Some("fr-par"), None)
    }

    proptest! {
        #[test]
        fn sizes_come_back(size in 0u32..100_000) {
            prop_assert_eq!(there_and_back(Convert::Gigabytes, json!(size)), Some(json!(size)));
            prop_assert_eq!(there_and_back(Convert::Megabytes, json!(size)), Some(json!(size)));
            prop_assert_eq!(there_and_back(Convert::Seconds, json!(size)), Some(json!(size)));
        }

        #[test]
        fn localized_ids_come_back(id in "[0-9a-f]{8}") {
            let localized = json!(format!("fr-par/{id}"));
            prop_assert_eq!(there_and_back(Convert::LocalizedId, localized.clone()), Some(localized));
        }

        #[test]
        fn maps_come_back_from_lists(map in prop::collection::btree_map("[a-z_]{1,8}", "[ -~]{0,8}", 0..5)) {
            let map = json!(map);
            prop_assert_eq!(there_and_back(Convert::NameValueList, map.clone()), Some(map.clone()));
            prop_assert_eq!(there_and_back(Convert::KeyValueList, map.clone()), Some(map));
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
        for (returned, shown) in
            [("172.16.32.2/22", "172.16.32.2"), ("fd00::1/64", "fd00::1"), ("10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(from_wire(Convert::Address, json!(returned), None, None), Some(json!(shown)));
            assert_eq!(to_wire(Convert::Address, json!(shown)), Ok(Some(json!(shown))));
        }
    }

    #[test]
    fn each_type_of_data_source_has_its_own_push_path() {
        let url = "https://x.cockpit.fr-par.scw.cloud";
        let read = |source: Json| from_wire(Convert::PushUrl, source, None, None);
        for (kind, path) in [("metrics", "/api/v1/push"), ("logs", "/loki/api/v1/push"), ("traces", "/otlp/v1/traces")]
        {
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
        assert_eq!(there_and_back(Convert::LastPart, json!("interface")), Some(json!("interface")));
    }

    #[test]
    fn the_keys_of_a_map_are_sent_in_lower_case() {
        assert_eq!(to_wire(Convert::LowerKeys, json!({ "My-Key": "A" })), Ok(Some(json!({ "my-key": "A" }))));
        assert!(crate::equal::on_wire(Convert::LowerKeys, None, &json!({ "My-Key": "A" }), &json!({ "my-key": "A" })));
        assert!(!crate::equal::on_wire(Convert::LowerKeys, None, &json!({ "k": "A" }), &json!({ "k": "a" })));
    }

    #[test]
    fn an_owner_is_sent_as_project_colon_project() {
        assert_eq!(to_wire(Convert::Owner, json!("p-1")), Ok(Some(json!("p-1:p-1"))));
        assert_eq!(there_and_back(Convert::Owner, json!("p-1")), Some(json!("p-1")));
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
}
