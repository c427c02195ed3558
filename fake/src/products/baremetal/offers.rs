//! The offers, options and operating systems of Elastic Metal, as recorded; every zone has the same.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::response::ApiError;

/// A part of the recorded lists: `offers` (hourly), `options`, `os`, the default `partitioning_schema`, and the
/// `partitioning_schemas` of operating systems that have another one.
static RECORDED: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/baremetal.json")).unwrap_or_default());

/// As recorded, without a billing period the list has the hourly offers.
pub(super) fn list_offers(call: &mut ReadCall<'_>) -> Handled {
    let period = call.query.get("subscription_period").and_then(Value::as_str).unwrap_or("hourly").to_owned();
    let period = if period == "unknown_subscription_period" { "hourly".to_owned() } else { period };
    let name = call.query.get("name").and_then(Value::as_str).map(str::to_owned);
    let zone = call.locality();
    let fits = |offer: &Value| {
        offer["subscription_period"] == period && name.as_ref().is_none_or(|name| offer["name"] == **name)
    };
    let found: Vec<Value> = offers(&zone).into_iter().filter(fits).collect();
    Ok(json!({ "total_count": found.len(), "offers": found }))
}

pub(super) fn get_offer(call: &mut ReadCall<'_>) -> Handled {
    offer(&call.locality(), &call.parameter("offer_id"))
}

/// The offer with this ID.
pub(super) fn offer(zone: &str, id: &str) -> Handled {
    with_id(offers(zone), id)
}

/// The hourly offers, and the monthly offer of each one.
fn offers(zone: &str) -> Vec<Value> {
    let hourly = entries("offers");
    let all = hourly.iter().flat_map(|offer| {
        let mut monthly = offer.clone();
        monthly["id"] = offer["monthly_offer_id"].clone();
        monthly["monthly_offer_id"] = Value::Null;
        monthly["subscription_period"] = json!("monthly");
        monthly["price_per_hour"] = Value::Null;
        monthly["price_per_month"] = json!({ "currency_code": "EUR", "units": 499, "nanos": 0 });
        [offer.clone(), monthly]
    });
    all.map(|offer| in_zone(offer, zone)).collect()
}

pub(super) fn list_options(_call: &mut ReadCall<'_>) -> Handled {
    let options = entries("options");
    Ok(json!({ "total_count": options.len(), "options": options }))
}

pub(super) fn get_option(call: &mut ReadCall<'_>) -> Handled {
    option(&call.parameter("option_id"))
}

/// The option with this ID.
pub(super) fn option(id: &str) -> Handled {
    with_id(entries("options").clone(), id)
}

pub(super) fn list_os(call: &mut ReadCall<'_>) -> Handled {
    let zone = call.locality();
    let os: Vec<Value> = entries("os").iter().map(|os| in_zone(os.clone(), &zone)).collect();
    Ok(json!({ "total_count": os.len(), "os": os }))
}

pub(super) fn get_os(call: &mut ReadCall<'_>) -> Handled {
    os(&call.locality(), &call.parameter("os_id"))
}

/// The operating system with this ID.
pub(super) fn os(zone: &str, id: &str) -> Handled {
    with_id(entries("os").clone(), id).map(|os| in_zone(os, zone))
}

/// As recorded, offers without cloud-init have no custom partitions.
pub(super) fn default_schema(call: &mut ReadCall<'_>) -> Handled {
    let id = |field: &str| call.query.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    partitions(&call.locality(), &id("offer_id"), &id("os_id"))
}

/// The default partitions of an operating system on an offer.
pub(super) fn partitions(zone: &str, offer: &str, os: &str) -> Handled {
    let (offer, os) = (self::offer(zone, offer)?, self::os(zone, os)?);
    if !has_cloud_init(&offer) || os["custom_partitioning_supported"] != true {
        return Err(ApiError::message(404, "Custom Partitioning not supported"));
    }
    let own = os["id"].as_str().and_then(|os| RECORDED["partitioning_schemas"].get(os));
    Ok(own.unwrap_or(&RECORDED["partitioning_schema"]).clone())
}

/// As recorded, the response is empty.
pub(super) fn validate_schema(call: &mut ReadCall<'_>) -> Handled {
    partitions(&call.locality(), &call.need("offer_id")?, &call.need("os_id")?)?;
    let has_disks = call.body.get("partitioning_schema").is_some_and(|schema| schema["disks"].is_array());
    if !has_disks {
        return Err(ApiError::required("partitioning_schema"));
    }
    Ok(Value::Null)
}

/// Whether servers of an offer support cloud-init.
pub(super) fn has_cloud_init(offer: &Value) -> bool {
    offer["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "cloud-init"))
}

fn entries(name: &str) -> &'static Vec<Value> {
    static NONE: Vec<Value> = Vec::new();
    RECORDED[name].as_array().unwrap_or(&NONE)
}

fn with_id(entries: Vec<Value>, id: &str) -> Handled {
    entries.into_iter().find(|entry| entry["id"] == id).ok_or_else(|| ApiError::message(404, "Not Found"))
}

fn in_zone(mut entry: Value, zone: &str) -> Value {
    entry["zone"] = json!(zone);
    entry
}
