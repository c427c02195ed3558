//! Load balancers. Code is needed where one call changes several objects: addresses that are created or attached with a load
//! balancer, private networks with their IPAM addresses, and ACLs that replace each other; and for certificates, whose
//! request has another structure than their response.

mod certificate;
mod instances;
mod private_network;

use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use instances::{LB, changed, pend, show_load_balancer};

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::Object;

static IP: Named = Named::new("lb/ip");
static BACKEND: Named = Named::new("lb/backend");
static FRONTEND: Named = Named::new("lb/frontend");
static ACL: Named = Named::new("lb/acl");
static ROUTE: Named = Named::new("lb/route");

pub(crate) static PRODUCT: Product = Product {
    document: "lb.v1",
    kinds: &[&private_network::PRIVATE_NETWORK],
    reads: &[
        ("ListIPs", list_addresses),
        ("ListFrontends", list_frontends),
        ("ListLBPrivateNetworks", private_network::list),
    ],
    writes: &[
        ("CreateLB", create),
        ("UpdateLB", update),
        ("MigrateLB", migrate),
        ("DeleteLB", delete),
        ("CreateIP", create_address),
        ("UpdateIP", update_address),
        ("ReleaseIP", release_address),
        ("CreateBackend", create_backend),
        ("UpdateHealthCheck", update_health_check),
        ("UpdateBackend", update_backend),
        ("SetBackendServers", update_backend),
        ("AddBackendServers", |call| change_servers(call, true)),
        ("RemoveBackendServers", |call| change_servers(call, false)),
        ("CreateFrontend", create_frontend),
        ("UpdateFrontend", update_frontend),
        ("CreateACL", create_acl),
        ("UpdateACL", update_acl),
        ("SetACLs", set_acls),
        ("CreateRoute", create_route),
        ("CreateCertificate", certificate::create),
        ("AttachPrivateNetwork", private_network::attach),
        ("DetachPrivateNetwork", private_network::detach),
    ],
};

/// As recorded: the range of addresses.
const POOL: Ipv4Addr = Ipv4Addr::new(51, 159, 0, 0);

/// A load balancer has a new IPv4 address, unless the request contains addresses or disables it.
fn create(call: &mut Call<'_>) -> Handled {
    let mut given: Vec<String> = call
        .body
        .get("ip_ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect();
    given.extend(call.body.get("ip_id").and_then(Value::as_str).map(str::to_owned));
    for id in &given {
        if !call.find(&IP, id)?.text("lb_id").is_empty() {
            return Err(ApiError::constraint("ip_ids", "a load balancer uses the address"));
        }
    }
    let new_v4 = given.is_empty() && call.value("assign_flexible_ip", true) == json!(true);
    let new_v6 = given.is_empty() && call.value("assign_flexible_ipv6", false) == json!(true);
    let mut answer = plain::create(call, LB.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let project = answer["project_id"].as_str().unwrap_or_default().to_owned();
    for is_ipv6 in [false, true] {
        if (is_ipv6 && new_v6) || (!is_ipv6 && new_v4) {
            given.push(book(call, &project, is_ipv6, &json!([])));
        }
    }
    for address in &given {
        call.change(&IP, address)?.fields.insert("lb_id".to_owned(), json!(id));
    }
    // As recorded: the first response is `to_create` without instances, the next one `creating` with one.
    let (machine, time, zone) = (call.world.uuid(), call.timestamp(), call.locality());
    let mut machine = json!({
        "id": machine,
        "ip_address": "",
        "status": "unknown",
        "region": call.region(),
        "zone": zone,
        "created_at": time,
        "updated_at": time,
    });
    let (now, over) = (call.now, call.world.settle);
    let lb = call.change(&LB, &id)?;
    lb.fields.insert("status".to_owned(), json!("creating"));
    lb.fields.insert("instances".to_owned(), json!([machine]));
    machine["status"] = json!("ready");
    lb.settle(now, over, vec![crate::call::object(json!({ "status": "ready", "instances": [machine] }))]);
    answer["ip"] = call.shown(&LB, &id)?["ip"].clone();
    Ok(answer)
}

/// As recorded, the instances are `pending` in the response.
fn update(call: &mut Call<'_>) -> Handled {
    plain::update(call, LB.plain())?;
    let id = call.id();
    pend(call, &id)?;
    let answer = call.shown(&LB, &id)?;
    Ok(call.precise(answer, &["updated_at"]))
}

/// As recorded of other changes, the status stays `ready`; a migration takes some time.
fn migrate(call: &mut Call<'_>) -> Handled {
    let (id, offer) = (call.parameter("lb_id"), call.need("type")?);
    call.settled(&LB, &id)?;
    let time = call.timestamp();
    let fields = &mut call.change(&LB, &id)?.fields;
    fields.insert("type".to_owned(), json!(offer));
    fields.insert("updated_at".to_owned(), json!(time));
    call.transition(&LB, &id, "migrating", json!({ "status": "ready" }))?;
    call.shown(&LB, &id)
}

/// As recorded: it is `to_delete` for some seconds.
fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&LB, &id)?;
    private_network::release_all(call, &id);
    let releases = call.query.get("release_ip") == Some(&json!(true));
    let own: Vec<String> =
        call.world.store.of(&IP).filter(|ip| ip.text("lb_id") == id).map(|ip| ip.id.clone()).collect();
    for address in own {
        let (now, over) = (call.now, call.world.settle);
        let address = call.change(&IP, &address)?;
        if releases {
            address.vanish(now, over);
        } else {
            address.settle(now, over, vec![crate::call::object(json!({ "lb_id": null }))]);
        }
    }
    plain::remove_parts(call, LB.plain(), &id);
    let (now, over) = (call.now, call.world.settle);
    let deleted = call.change(&LB, &id)?;
    deleted.fields.insert("status".to_owned(), json!("to_delete"));
    deleted.vanish(now, over);
    Ok(Value::Null)
}

fn create_address(call: &mut Call<'_>) -> Handled {
    let (project, tags) = (call.project()?, call.tags());
    let is_ipv6 = call.value("is_ipv6", false) == json!(true);
    let id = book(call, &project, is_ipv6, &tags);
    if let Some(reverse) = call.body.get("reverse").cloned() {
        call.change(&IP, &id)?.fields.insert("reverse".to_owned(), reverse);
    }
    call.shown(&IP, &id)
}

/// Creates an address and returns its ID.
fn book(call: &mut Call<'_>, project: &str, is_ipv6: bool, tags: &Value) -> String {
    let number = call.world.rng.u32(1 << 8..1 << 16);
    let address = if is_ipv6 {
        format!("2001:bc8:1640:{number:x}::1")
    } else {
        Ipv4Addr::from(u32::from(POOL) | number).to_string()
    };
    let zone = call.locality();
    let region = call.region();
    let fields = json!({
        "ip_address": address,
        "lb_id": null,
        "organization_id": call.world.organization,
        "project_id": project,
        "region": region,
        "reverse": usual_name(&address, &region),
        "tags": tags,
        "zone": zone,
    });
    let object = call.draft(&IP, fields);
    let id = object.id.clone();
    call.insert(&IP, object);
    id
}

/// As recorded: the address with dashes.
fn usual_name(address: &str, region: &str) -> String {
    format!("{}.lb.{region}.scw.cloud", address.replace(['.', ':'], "-"))
}

fn list_addresses(call: &mut ReadCall<'_>) -> Handled {
    let version = call.query.remove("ip_type").and_then(|kind| kind.as_str().map(str::to_owned));
    call.list_where(&IP, |ip| match version.as_deref() {
        Some("ipv4") => !ip.text("ip_address").contains(':'),
        Some("ipv6") => ip.text("ip_address").contains(':'),
        _ => true,
    })
}

/// An empty name is replaced by the default name; an address without a load balancer can be attached to one.
fn update_address(call: &mut Call<'_>) -> Handled {
    let ip = call.find(&IP, &call.id())?;
    let usual = usual_name(ip.text("ip_address"), ip.text("region"));
    let user = ip.text("lb_id").to_owned();
    if call.body.get("reverse") == Some(&json!("")) {
        call.body.insert("reverse".to_owned(), json!(usual));
    }
    let requested = call.text("lb_id");
    if !requested.is_empty() {
        call.settled(&LB, &requested)?;
        if !user.is_empty() && user != requested {
            return Err(ApiError::constraint("lb_id", "another load balancer uses the address"));
        }
    }
    call.patch(&IP, &["reverse", "tags", "lb_id"])
}

fn release_address(call: &mut Call<'_>) -> Handled {
    if !call.find(&IP, &call.id())?.text("lb_id").is_empty() {
        return Err(ApiError::precondition("resource_still_in_use", "a load balancer uses the address"));
    }
    call.delete(&IP)
}

/// As recorded: a health check without a protocol uses TCP.
fn create_backend(call: &mut Call<'_>) -> Handled {
    let port = call.value("forward_port", 0);
    let check = call.body.entry("health_check").or_insert_with(|| json!({}));
    if let Value::Object(check) = check {
        complete_check(check, &port);
    }
    let answer = plain::create(call, BACKEND.plain(), json!({}))?;
    changed(call, answer)
}

fn complete_check(check: &mut Map<String, Value>, port: &Value) {
    if !check.iter().any(|(name, value)| name.ends_with("_config") && !value.is_null()) {
        check.insert("tcp_config".to_owned(), json!({}));
    }
    let defaults = [
        ("port", port.clone()),
        ("check_delay", json!(60_000)),
        ("check_timeout", json!(30_000)),
        ("check_max_retries", json!(2)),
        ("transient_check_delay", json!("0.500s")),
    ];
    for (name, value) in defaults {
        check.entry(name).or_insert(value);
    }
}

fn update_backend(call: &mut Call<'_>) -> Handled {
    let answer = plain::update(call, BACKEND.plain())?;
    changed(call, answer)
}

/// Adds or removes the servers in the body.
fn change_servers(call: &mut Call<'_>, adds: bool) -> Handled {
    let given = call.value("server_ip", json!([]));
    let given = given.as_array().cloned().unwrap_or_default();
    let shown = call.find(&BACKEND, &call.parameter("backend_id"))?.fields.get("pool");
    let mut servers = shown.and_then(Value::as_array).cloned().unwrap_or_default();
    servers.retain(|server| !given.contains(server));
    if adds {
        servers.extend(given);
    }
    call.body.insert("server_ip".to_owned(), Value::Array(servers));
    update_backend(call)
}

/// The response is the health check alone.
fn update_health_check(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("backend_id");
    let port = call.find(&BACKEND, &id)?.fields["forward_port"].clone();
    let mut check = std::mem::take(&mut call.body);
    complete_check(&mut check, &port);
    call.body = [("health_check".to_owned(), Value::Object(check))].into_iter().collect();
    let answer = plain::update(call, BACKEND.plain())?;
    Ok(answer["health_check"].clone())
}

fn create_frontend(call: &mut Call<'_>) -> Handled {
    only_numbers_above_zero(call);
    check_port(call, &call.parameter("lb_id"), None)?;
    let answer = plain::create(call, FRONTEND.plain(), json!({}))?;
    changed(call, answer)
}

fn update_frontend(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let lb = call.find(&FRONTEND, &id)?.hidden_text("lb_id").to_owned();
    check_port(call, &lb, Some(&id))?;
    // A PUT without these fields removes them.
    let fields = &mut call.change(&FRONTEND, &id)?.fields;
    fields.insert("timeout_client".to_owned(), Value::Null);
    fields.insert("connection_rate_limit".to_owned(), Value::Null);
    only_numbers_above_zero(call);
    let answer = plain::update(call, FRONTEND.plain())?;
    changed(call, answer)
}

/// As recorded: a list contains the instances of load balancers.
fn list_frontends(call: &mut ReadCall<'_>) -> Handled {
    let mut answer = plain::list(call, FRONTEND.plain())?;
    for frontend in answer.get_mut("frontends").and_then(Value::as_array_mut).into_iter().flatten() {
        show_load_balancer(call, frontend)?;
        show_load_balancer(call, &mut frontend["backend"])?;
    }
    Ok(answer)
}

fn create_acl(call: &mut Call<'_>) -> Handled {
    complete_match(call);
    plain::create(call, ACL.plain(), json!({}))
}

/// As recorded: the response contains the instances of the load balancer.
fn update_acl(call: &mut Call<'_>) -> Handled {
    complete_match(call);
    let mut answer = plain::update(call, ACL.plain())?;
    answer["frontend"] = changed(call, answer["frontend"].clone())?;
    Ok(answer)
}

/// As recorded: without source addresses every address matches, and another omitted list is empty.
fn complete_match(call: &mut Call<'_>) {
    if let Some(Value::Object(matched)) = call.body.get_mut("match") {
        for (list, omitted) in [("ip_subnet", json!(["0.0.0.0/0"])), ("http_filter_value", json!([]))] {
            let list = matched.entry(list).or_insert(Value::Null);
            if list.as_array().is_none_or(Vec::is_empty) {
                *list = omitted;
            }
        }
    }
}

/// As recorded: a rate limit of 0 disables the limit.
fn only_numbers_above_zero(call: &mut Call<'_>) {
    call.body.retain(|name, value| name != "connection_rate_limit" || *value != json!(0));
}

/// Two frontends of a load balancer cannot listen on one port.
fn check_port(call: &Call<'_>, lb: &str, own: Option<&str>) -> Result<(), ApiError> {
    let same = |other: &Object| {
        other.hidden_text("lb_id") == lb
            && Some(other.id.as_str()) != own
            && other.fields.get("inbound_port") == call.body.get("inbound_port")
    };
    if call.world.store.of(&FRONTEND).any(same) {
        return Err(ApiError::constraint("inbound_port", "another frontend of the load balancer uses the port"));
    }
    Ok(())
}

/// A route belongs to the load balancer of its frontend.
fn create_route(call: &mut Call<'_>) -> Handled {
    let lb = call.find(&FRONTEND, &call.text("frontend_id"))?.hidden_text("lb_id").to_owned();
    let answer = plain::create(call, ROUTE.plain(), json!({}))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    call.change(&ROUTE, &id)?.hidden.insert("lb_id".to_owned(), json!(lb));
    Ok(answer)
}

/// Replaces all ACLs of a frontend.
fn set_acls(call: &mut Call<'_>) -> Handled {
    let frontend = call.parameter("frontend_id");
    call.find(&FRONTEND, &frontend)?;
    let requested = call.body.remove("acls").and_then(|acls| acls.as_array().cloned()).unwrap_or_default();
    call.world.store.remove_where(|acl| acl.kind == ACL.name && acl.hidden_text("frontend_id") == frontend);
    let mut created = Vec::new();
    for acl in requested {
        call.body = crate::call::object(acl);
        created.push(create_acl(call)?);
    }
    Ok(json!({ "total_count": created.len(), "acls": created }))
}
