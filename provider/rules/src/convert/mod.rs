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
        (Convert::TopicArn, Json::String(id)) => return Ok(arn("sns", &id).map(Json::String)),
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
        (Convert::Underscores, Json::String(text)) => Json::String(text.to_lowercase().replace('-', "_")),
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
        (Convert::UpperCase, Json::String(text)) => Json::String(text.to_uppercase()),
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

/// The ARN of a queue or topic with this ID.
pub fn arn(service: &str, id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        [region, project, name] => Some(format!("arn:scw:{service}:{region}:project-{project}:{name}")),
        _ => None,
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
mod tests;
