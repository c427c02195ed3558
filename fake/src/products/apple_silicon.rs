//! Apple silicon as a Service. Code is needed for the operating systems, for the VPC of servers, and for the tokens of runners.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef, object};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::server_networks::Attachments;
use crate::response::ApiError;

static SERVER: Named = Named::new("applesilicon/server");
static RUNNER: Named = Named::new("applesilicon/runner");
static ATTACHED: Named = Named::new("applesilicon/server_private_network");

pub(crate) static PRODUCT: Product = Product {
    document: "applesilicon.v1alpha1",
    kinds: &[],
    reads: &[
        ("ListOS", list_os),
        ("GetOS", |call| os(call, &call.parameter("os_id"))),
        ("ListServerPrivateNetworks", |call| ATTACHMENTS.list(call)),
    ],
    writes: &[
        ("CreateServer", create),
        ("UpdateServer", update),
        ("ReinstallServer", reinstall),
        ("DeleteServer", delete),
        ("AddServerPrivateNetwork", |call| ATTACHMENTS.add(call)),
        ("SetServerPrivateNetworks", |call| ATTACHMENTS.set(call)),
        ("DeleteServerPrivateNetwork", |call| ATTACHMENTS.delete(call)),
        ("CreateRunner", create_runner),
        ("UpdateRunner", update_runner),
    ],
};

static ATTACHMENTS: Attachments = Attachments {
    server: &SERVER,
    attached: &ATTACHED,
    holder: "apple_silicon_private_nic",
    check: has_vpc,
    missing: || ApiError::message(404, "Not Found"),
};

/// The recorded list of operating systems; every zone has the same.
static SYSTEMS: LazyLock<Vec<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/apple_silicon.json")).unwrap_or_default());

/// As recorded: the operating system of a new server.
const DEFAULT_SYSTEM: &str = "61b842ab-b655-4d3c-a065-f7db5e9fb971";

fn list_os(call: &mut ReadCall<'_>) -> Handled {
    let name = call.query.get("name").and_then(Value::as_str).map(str::to_owned);
    let fits = |os: &&Value| name.as_ref().is_none_or(|name| os["name"] == **name);
    let zone = call.locality();
    let os: Vec<Value> = SYSTEMS.iter().filter(fits).map(|os| in_zone(os, &zone)).collect();
    Ok(json!({ "total_count": os.len(), "os": os }))
}

/// As recorded, a single operating system does not show the types of servers.
fn os(call: &Call<'_, impl WorldRef>, id: &str) -> Handled {
    let found = SYSTEMS.iter().find(|os| os["id"] == id);
    let mut os = in_zone(found.ok_or_else(|| ApiError::not_found("os", id))?, &call.locality());
    os["supported_server_types"] = json!([]);
    Ok(os)
}

fn in_zone(os: &Value, zone: &str) -> Value {
    let mut os = os.clone();
    os["zone"] = json!(zone);
    os
}

fn create(call: &mut Call<'_>) -> Handled {
    let has_vpc = call.body.remove("enable_vpc") == Some(json!(true));
    let commitment = call.body.remove("commitment_type").unwrap_or_default();
    let requested = call.body.remove("os_id").unwrap_or_default();
    have_runners(call)?;
    let known = json!({
        "os": os(call, requested.as_str().unwrap_or(DEFAULT_SYSTEM))?,
        "ip": format!("62.210.193.{}", call.world.rng.u8(2..250)),
        "sudo_password": format!("made-up-{}", call.world.rng.u32(..)),
        "kext_enabled": call.body.remove("enable_kext") == Some(json!(true)),
        "commitment": committed(&commitment),
        "vpc_status": if has_vpc { "vpc_updating" } else { "vpc_disabled" },
    });
    let answer = plain::create(call, SERVER.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let vpc = if has_vpc { "vpc_enabled" } else { "vpc_disabled" };
    let settled = object(json!({ "status": "ready", "delivered": true, "vpc_status": vpc }));
    let (now, over) = (call.now, call.world.settle);
    call.change(&SERVER, &id)?.replace_pending(now, over, vec![settled]);
    Ok(answer)
}

/// As recorded, a server with the commitment `duration_24h` has none.
fn committed(requested: &Value) -> Value {
    let kind = if requested == "renewed_monthly" { "renewed_monthly" } else { "none" };
    json!({ "type": kind, "cancelled": false })
}

/// The runners that a request names must exist.
fn have_runners(call: &Call<'_>) -> Result<(), ApiError> {
    let runners = call.value("applied_runner_configurations", Value::Null)["runner_configuration_ids"].clone();
    let ids = runners.as_array().cloned().unwrap_or_default();
    ids.iter().try_for_each(|id| call.find(&RUNNER, id.as_str().unwrap_or_default()).map(drop))
}

fn update(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    call.settled(&SERVER, &id)?;
    have_runners(call)?;
    let vpc = call.body.remove("enable_vpc").and_then(|vpc| vpc.as_bool());
    if vpc == Some(false) && ATTACHMENTS.has_any(call, &id) {
        return Err(ApiError::precondition("resource_still_in_use", "the server is attached to a private network"));
    }
    let commitment = call.body.remove("commitment_type").unwrap_or_default()["commitment_type"].clone();
    plain::update(call, SERVER.plain())?;
    let (now, over) = (call.now, call.world.settle);
    let server = call.change(&SERVER, &id)?;
    if commitment.is_string() {
        server.fields.insert("commitment".to_owned(), committed(&commitment));
    }
    if let Some(vpc) = vpc.filter(|vpc| *vpc != (server.text("vpc_status") == "vpc_enabled")) {
        server.fields.insert("vpc_status".to_owned(), json!("vpc_updating"));
        let settled = if vpc { "vpc_enabled" } else { "vpc_disabled" };
        server.settle(now, over, vec![object(json!({ "vpc_status": settled }))]);
    }
    call.shown(&SERVER, &id)
}

fn reinstall(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    call.settled(&SERVER, &id)?;
    if let Some(requested) = call.body.get("os_id").and_then(Value::as_str) {
        let os = os(call, requested)?;
        call.change(&SERVER, &id)?.fields.insert("os".to_owned(), os);
    }
    call.transition(&SERVER, &id, "reinstalling", json!({ "status": "ready" }))?;
    call.shown(&SERVER, &id)
}

fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("server_id");
    call.find(&SERVER, &id)?;
    ATTACHMENTS.release_all(call, &id);
    plain::delete(call, SERVER.plain())
}

fn has_vpc(call: &Call<'_>, server: &str) -> Result<(), ApiError> {
    if call.find(&SERVER, server)?.text("vpc_status") == "vpc_enabled" {
        return Ok(());
    }
    Err(ApiError::precondition("vpc_disabled", "the VPC of the server is not enabled"))
}

fn create_runner(call: &mut Call<'_>) -> Handled {
    let token = take_token(call)?;
    let answer = plain::create(call, RUNNER.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    call.change(&RUNNER, &id)?.hidden.insert("token".to_owned(), token);
    Ok(answer)
}

fn update_runner(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("runner_id");
    call.find(&RUNNER, &id)?;
    let token = take_token(call)?;
    call.change(&RUNNER, &id)?.hidden.insert("token".to_owned(), token);
    plain::update(call, RUNNER.plain())
}

/// Takes the token, which no response shows, out of the configuration of the CI provider.
fn take_token(call: &mut Call<'_>) -> Handled {
    let Some(configuration) = call.body.get_mut("runner_configuration") else {
        return Err(ApiError::required("runner_configuration"));
    };
    let provider = configuration["provider"].as_str().unwrap_or_default().to_owned();
    let (own, other) = match provider.as_str() {
        "github" => ("github_configuration", "gitlab_configuration"),
        "gitlab" => ("gitlab_configuration", "github_configuration"),
        _ => return Err(ApiError::required("runner_configuration.provider")),
    };
    if !configuration[own]["url"].is_string() || !configuration[own]["token"].is_string() {
        return Err(ApiError::required(&format!("runner_configuration.{own}")));
    }
    configuration[other] = Value::Null;
    let token = configuration[own]["token"].take();
    configuration[own]["token"] = json!("");
    if own == "github_configuration" && configuration[own]["labels"].is_null() {
        configuration[own]["labels"] = json!([]);
    }
    Ok(token)
}
