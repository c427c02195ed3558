//! Elastic Metal servers: order, installation and options.

use serde_json::{Value, json};

use super::kinds::{PRIVATE_NETWORK_OPTION, SERVER};
use super::{networks, offers};
use crate::call::{Call, Handled};
use crate::plain;
use crate::response::ApiError;

/// As recorded: a server is ready soon after its order, and its operating system is installed later.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let zone = call.locality();
    let offer = offers::offer(&zone, &call.need("offer_id")?)?;
    if call.body.get("user_data").is_some() && !offers::has_cloud_init(&offer) {
        return Err(ApiError::message(503, "cloud-init is not supported on this offer"));
    }
    if offer["stock"] == "empty" {
        return Err(ApiError::constraint("offer_id", "the offer is out of stock"));
    }
    let requested = call.body.remove("install").unwrap_or_default();
    let install = if requested.is_object() { installation(call, &offer, &requested)? } else { Value::Null };
    let known = json!({ "offer_name": offer["name"], "install": install, "options": [], "ips": [] });
    let answer = plain::create(call, SERVER.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    store_passwords(call, &id, &requested)?;
    let addresses = [("IPv4", address(call, "195.154.100.")), ("IPv6", address(call, "2001:bc8:1201:a17::"))];
    let ips = addresses.map(|(version, address)| {
        json!({
            "id": call.world.uuid(),
            "address": address,
            "version": version,
            "reverse": "",
            "reverse_status": "unknown",
            "reverse_status_message": "",
        })
    });
    // As recorded, the response has no addresses, but the next one does.
    call.change(&SERVER, &id)?.fields.insert("ips".to_owned(), json!(ips));
    let domain = format!("{id}.{zone}.baremetal.scw.cloud");
    let named = |status: &str| {
        ips.clone().map(|mut ip| {
            ip["reverse"] = json!(domain);
            ip["reverse_status"] = json!(status);
            ip
        })
    };
    if install.is_null() {
        settle(call, &id, vec![json!({ "status": "ready", "domain": domain, "ips": named("active") })])?;
        return Ok(answer);
    }
    let [mut installing, installed] = installation_steps(&install);
    installing["ips"] = json!(named("pending"));
    // As recorded, the server answers and has its names while its operating system is installed.
    let steps = vec![
        json!({ "status": "ready", "domain": domain }),
        installing,
        json!({ "ping_status": "ping_status_up" }),
        json!({ "ips": named("active") }),
        installed,
    ];
    settle(call, &id, steps)?;
    Ok(answer)
}

/// Not recorded. As documented, a server has a transient status while it starts or stops.
pub(super) fn power(call: &mut Call<'_>, passing: &str, then: &str) -> Handled {
    let id = call.parameter("server_id");
    call.settled(&SERVER, &id)?;
    if let Some(boot_type) = call.body.get("boot_type").cloned() {
        call.change(&SERVER, &id)?.fields.insert("boot_type".to_owned(), boot_type);
    }
    call.transition(&SERVER, &id, passing, json!({ "status": then }))?;
    call.shown(&SERVER, &id)
}

fn address(call: &mut Call<'_>, prefix: &str) -> String {
    format!("{prefix}{}", call.world.rng.u8(2..250))
}

/// Sets fields, step by step, each after the duration of a transient status.
fn settle(call: &mut Call<'_>, id: &str, steps: Vec<Value>) -> Result<(), ApiError> {
    let (now, over) = (call.now, call.world.settle);
    call.change(&SERVER, id)?.replace_pending(now, over, steps.into_iter().map(crate::call::object).collect());
    Ok(())
}

/// The beginning and the end of an installation.
fn installation_steps(install: &Value) -> [Value; 2] {
    ["installing", "completed"].map(|status| {
        let mut install = install.clone();
        install["status"] = json!(status);
        json!({ "install": install })
    })
}

/// The installation of an operating system, which must have what it requires.
fn installation(call: &Call<'_>, offer: &Value, requested: &Value) -> Handled {
    let zone = call.locality();
    let os = offers::os(&zone, requested["os_id"].as_str().unwrap_or_default())?;
    for field in ["password", "service_password"] {
        if os[field]["required"] == true && requested[field].is_null() {
            return Err(ApiError::required(&format!("install.{field}")));
        }
    }
    let keys = requested["ssh_key_ids"].as_array().cloned().unwrap_or_default();
    if os["ssh"]["required"] == true && keys.is_empty() {
        return Err(ApiError::required("install.ssh_key_ids"));
    }
    let id = |object: &Value| object["id"].as_str().unwrap_or_default().to_owned();
    let schema = match &requested["partitioning_schema"] {
        Value::Null => offers::partitions(&zone, &id(offer), &id(&os)).unwrap_or_default(),
        schema => schema.clone(),
    };
    let or_default = |field: &str| match &requested[field] {
        Value::Null => os[field]["default_value"].as_str().map_or_else(|| json!(""), |text| json!(text)),
        given => given.clone(),
    };
    Ok(json!({
        "os_id": os["id"],
        "hostname": requested["hostname"].as_str().unwrap_or_default(),
        "ssh_key_ids": keys,
        "user": or_default("user"),
        "service_user": or_default("service_user"),
        "service_url": "",
        "partitioning_schema": schema,
        "status": "to_install",
    }))
}

/// Stores the passwords, which no response shows.
fn store_passwords(call: &mut Call<'_>, id: &str, requested: &Value) -> Result<(), ApiError> {
    let hidden = ["password", "service_password"].map(|field| (field.to_owned(), requested[field].clone()));
    call.change(&SERVER, id)?.hidden.extend(hidden);
    Ok(())
}

/// A protected server is not deleted.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    if call.find(&SERVER, &id)?.fields["protected"] == true {
        return Err(ApiError::precondition("protected_resource", "the server is protected"));
    }
    networks::ATTACHMENTS.release_all(call, &id);
    plain::delete(call, SERVER.plain())
}

pub(super) fn install(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    call.settled(&SERVER, &id)?;
    let offer = call.find(&SERVER, &id)?.text("offer_id").to_owned();
    let offer = offers::offer(&call.locality(), &offer)?;
    let requested = Value::Object(call.body.clone());
    let install = installation(call, &offer, &requested)?;
    store_passwords(call, &id, &requested)?;
    let now = call.timestamp();
    let server = call.change(&SERVER, &id)?;
    server.fields.insert("install".to_owned(), install.clone());
    crate::call::touch(server, &now);
    let [installing, installed] = installation_steps(&install);
    settle(call, &id, vec![json!({ "status": "ready" }), installing, installed])?;
    call.shown(&SERVER, &id)
}

/// As recorded, an option is `option_status_enable` at once.
pub(super) fn add_option(call: &mut Call<'_>) -> Handled {
    let (id, option) = (call.parameter("server_id"), call.parameter("option_id"));
    call.settled(&SERVER, &id)?;
    let mut added = offers::option(&option)?;
    added["expires_at"] = call.value("expires_at", Value::Null);
    added["status"] = json!("option_status_enable");
    change_options(call, &id, &option, Some(added))
}

pub(super) fn delete_option(call: &mut Call<'_>) -> Handled {
    let (id, option) = (call.parameter("server_id"), call.parameter("option_id"));
    call.settled(&SERVER, &id)?;
    if PRIVATE_NETWORK_OPTION == option && networks::ATTACHMENTS.has_any(call, &id) {
        return Err(ApiError::precondition("resource_still_in_use", "the server is attached to a private network"));
    }
    change_options(call, &id, &option, None)
}

fn change_options(call: &mut Call<'_>, id: &str, option: &str, added: Option<Value>) -> Handled {
    let now = call.timestamp();
    let server = call.change(&SERVER, id)?;
    if let Some(Value::Array(options)) = server.fields.get_mut("options") {
        let before = options.len();
        options.retain(|other| other["id"] != option);
        if before == options.len() && added.is_none() {
            return Err(ApiError::message(404, "Not Found"));
        }
        options.extend(added);
    }
    crate::call::touch(server, &now);
    call.shown(&SERVER, id)
}

/// The offer has another ID and the same name.
pub(super) fn migrate(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    call.settled(&SERVER, &id)?;
    let offer = call.find(&SERVER, &id)?.text("offer_id").to_owned();
    let monthly = offers::offer(&call.locality(), &offer)?["monthly_offer_id"].clone();
    if monthly.is_null() {
        return Err(ApiError::precondition("monthly_offer", "the server has a monthly offer"));
    }
    call.transition(&SERVER, &id, "migrating", json!({ "status": "ready", "offer_id": monthly }))?;
    call.shown(&SERVER, &id)
}
