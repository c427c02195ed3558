//! Flexible IPs. Code is needed for their addresses, their servers and their MAC addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use crate::call::{Call, Handled};
use crate::clock;
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::baremetal::SERVER;
use crate::response::ApiError;

static IP: Named = Named::new("flexibleip/ip");

pub(crate) static PRODUCT: Product = Product {
    document: "flexibleip.v1alpha1",
    kinds: &[],
    reads: &[],
    writes: &[
        ("CreateFlexibleIP", create),
        ("AttachFlexibleIP", attach),
        ("DetachFlexibleIP", attach),
        ("GenerateMACAddr", generate),
        ("DuplicateMACAddr", duplicate),
        ("MoveMACAddr", relocate),
        ("DeleteMACAddr", delete_mac),
    ],
};

/// As recorded: the range of addresses.
const POOL: Ipv4Addr = Ipv4Addr::new(195, 154, 0, 0);
/// As recorded: the range of prefixes.
const PREFIXES: Ipv6Addr = Ipv6Addr::new(0x2001, 0xbc8, 0x702, 0, 0, 0, 0, 0);

/// As recorded: the reverse name consists of the address, with dashes.
fn create(call: &mut Call<'_>) -> Handled {
    let number = call.world.rng.u32(1 << 8..1 << 16);
    let (address, shown) = if call.value("is_ipv6", false) == true {
        let prefix = Ipv6Addr::from(u128::from(PREFIXES) | (u128::from(number) << 64)).to_string();
        (format!("{prefix}/64"), prefix)
    } else {
        let address = Ipv4Addr::from(u32::from(POOL) | number).to_string();
        (address.clone(), address)
    };
    let named = format!("{}.rev.poneytelecom.eu.", shown.replace(['.', ':'], "-"));
    let reverse = call.value("reverse", named);
    let answer = plain::create(call, IP.plain(), json!({ "ip_address": address, "reverse": reverse }))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let server = call.value("server_id", Value::Null);
    if !server.is_null() {
        put_on(call, &id, &server)?;
    }
    let ip = call.shown(&IP, &id)?;
    Ok(call.precise(ip, &["updated_at"]))
}

/// Attaches addresses to a server; without one, detaches them.
fn attach(call: &mut Call<'_>) -> Handled {
    let ids = call.value("fips_ids", json!([]));
    let ids: Vec<&str> = ids.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if ids.is_empty() {
        return Err(ApiError::required("fips_ids"));
    }
    let server = call.value("server_id", Value::Null);
    let mut shown = Vec::new();
    for id in ids {
        call.find(&IP, id)?;
        put_on(call, id, &server)?;
        shown.push(call.shown(&IP, id)?);
    }
    Ok(json!({ "total_count": shown.len(), "flexible_ips": shown }))
}

fn put_on(call: &mut Call<'_>, id: &str, server: &Value) -> Result<(), ApiError> {
    if let Some(server) = server.as_str() {
        call.find(&SERVER, server)?;
    }
    let status = if server.is_null() { "ready" } else { "attached" };
    change(call, id, json!({ "server_id": server, "status": status }))
}

fn generate(call: &mut Call<'_>) -> Handled {
    let (id, kind) = (call.parameter("fip_id"), call.need("mac_type")?);
    let number = call.world.rng.u32(..).to_be_bytes();
    let mac = format!("52:54:00:{:02x}:{:02x}:{:02x}", number[0], number[1], number[2]);
    set_mac(call, &id, &json!(mac), &json!(kind))
}

/// Both addresses need the same server.
fn duplicate(call: &mut Call<'_>) -> Handled {
    let (id, from) = (call.parameter("fip_id"), call.need("duplicate_from_fip_id")?);
    let source = call.find(&IP, &from)?.fields.clone();
    if source["server_id"] != call.find(&IP, &id)?.fields["server_id"] {
        return Err(ApiError::precondition(
            "different_servers",
            "the flexible IPs are not attached to the same server",
        ));
    }
    let mac = &source["mac_address"];
    if mac.is_null() {
        return Err(ApiError::precondition("no_mac_address", "the flexible IP has no MAC address"));
    }
    set_mac(call, &id, &mac["mac_address"], &mac["mac_type"])
}

/// A flexible IP has at most one MAC address.
fn set_mac(call: &mut Call<'_>, id: &str, mac: &Value, kind: &Value) -> Handled {
    vacant(call, id)?;
    let (now, zone) = (call.timestamp(), call.locality());
    let created = json!({
        "id": call.world.uuid(),
        "mac_address": mac,
        "mac_type": kind,
        "status": "ready",
        "created_at": now,
        "updated_at": now,
        "zone": zone,
    });
    change(call, id, json!({ "mac_address": created }))?;
    answer(call, id, &["created_at", "updated_at"])
}

/// As recorded: the MAC address keeps its ID, and the response is the other flexible IP.
fn relocate(call: &mut Call<'_>) -> Handled {
    let (id, to) = (call.parameter("fip_id"), call.need("dst_fip_id")?);
    let mut mac = call.find(&IP, &id)?.fields["mac_address"].clone();
    if mac.is_null() {
        return Err(ApiError::precondition("no_mac_address", "the flexible IP has no MAC address"));
    }
    vacant(call, &to)?;
    mac["updated_at"] = json!(call.timestamp());
    // As recorded, the former flexible IP keeps the time of its last update.
    call.change(&IP, &id)?.fields.insert("mac_address".to_owned(), Value::Null);
    change(call, &to, json!({ "mac_address": mac }))?;
    answer(call, &to, &["updated_at"])
}

/// As recorded: 404 for an ID that is not the ID of a flexible IP.
fn delete_mac(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("fip_id");
    let has_mac = call.find(&IP, &id).is_ok_and(|ip| !ip.fields["mac_address"].is_null());
    if !has_mac {
        return Err(ApiError::not_found("flexible_ips", &id));
    }
    change(call, &id, json!({ "mac_address": null }))?;
    Ok(Value::Null)
}

fn vacant(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    let is_vacant = call.find(&IP, id)?.fields["mac_address"].is_null();
    let exists = || ApiError::precondition("mac_address_exists", "the flexible IP has a MAC address");
    if is_vacant { Ok(()) } else { Err(exists()) }
}

fn change(call: &mut Call<'_>, id: &str, fields: Value) -> Result<(), ApiError> {
    let now = call.timestamp();
    let ip = call.change(&IP, id)?;
    ip.fields.extend(crate::call::object(fields));
    crate::call::touch(ip, &now);
    Ok(())
}

/// As recorded: times that the request set have nine digits in its response.
fn answer(call: &Call<'_>, id: &str, times: &[&str]) -> Handled {
    let mut ip = call.shown(&IP, id)?;
    for time in times {
        ip["mac_address"][*time] = json!(clock::nanos(call.now));
    }
    Ok(call.precise(ip, &["updated_at"]))
}
