//! Gateways: statuses of changes, and parts that are deleted with a gateway.

use serde_json::{Value, json};

use super::address;
use super::kinds::{GATEWAY, GATEWAY_NETWORK, IP};
use crate::call::{Call, Handled, ReadCall, object};
use crate::paging;
use crate::response::ApiError;

const PAT_RULE: &str = "vpcgw/pat_rule";

/// The types and their bandwidth in Mbit/s; the first two are recorded.
const TYPES: &[(&str, u32)] = &[("VPC-GW-S", 100), ("VPC-GW-M", 1000), ("VPC-GW-L", 3000), ("VPC-GW-XL", 10000)];

pub(super) fn types(zone: &str) -> Value {
    let types = TYPES.iter().map(|(name, bandwidth)| json!({ "name": name, "bandwidth": bandwidth, "zone": zone }));
    json!({ "types": types.collect::<Vec<_>>() })
}

/// As recorded: a gateway without an address gets a new one, and the first response has no version.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (name, project) = (call.need("name")?, call.project()?);
    let (kind, bandwidth) = offer(call)?;
    let id = call.world.uuid();
    let address = match call.text("ip_id").as_str() {
        "" => address::book(call, &project, &json!([])),
        given => {
            let free = call.find(&IP, given)?;
            if !free.text("gateway_id").is_empty() {
                return Err(ApiError::precondition("resource_still_in_use", "another gateway has the address"));
            }
            given.to_owned()
        }
    };
    address::attach(call, &address, &id)?;
    let now = call.timestamp();
    let fields = json!({
        "id": id,
        "name": name,
        "organization_id": call.world.organization,
        "project_id": project,
        "zone": call.locality(),
        "tags": call.tags(),
        "type": kind,
        "bandwidth": bandwidth,
        "status": "allocating",
        "bastion_enabled": call.value("enable_bastion", false),
        "bastion_port": call.value("bastion_port", 61_000),
        "bastion_allowed_ips": ["0.0.0.0/0"],
        "smtp_enabled": call.value("enable_smtp", false),
        "is_legacy": false,
        "created_at": now,
        "updated_at": now,
    });
    let mut gateway = call.draft(&GATEWAY, fields);
    gateway.hidden.insert("ip_id".to_owned(), json!(address));
    let answer = call.insert(&GATEWAY, gateway);
    call.change(&GATEWAY, &id)?.fields.insert("version".to_owned(), json!("0.8.5"));
    call.transition(&GATEWAY, &id, "allocating", json!({ "status": "running" }))?;
    Ok(answer)
}

/// Legacy gateways, which a filter selects, do not exist.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let mut query = call.query.clone();
    query.remove("include_legacy");
    let name = query.remove("name");
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    Ok(call.page(&GATEWAY, |gateway| gateway.text("name").contains(name) && paging::selects(&query, &GATEWAY, gateway)))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    for (given, shown) in [("enable_bastion", "bastion_enabled"), ("enable_smtp", "smtp_enabled")] {
        if let Some(value) = call.body.remove(given) {
            call.body.insert(shown.to_owned(), value);
        }
    }
    changed(call, &["name", "tags", "bastion_port", "bastion_enabled", "smtp_enabled"], &[])
}

/// As recorded, an upgraded gateway has the status `failed` for a moment before `configuring`.
pub(super) fn upgrade(call: &mut Call<'_>) -> Handled {
    let (_, bandwidth) = offer(call)?;
    let id = gateway_id(call);
    if call.find(&GATEWAY, &id)?.fields["bandwidth"].as_u64().is_some_and(|has| u64::from(bandwidth) < has) {
        return Err(ApiError::constraint("type", "a gateway cannot become smaller"));
    }
    call.body.insert("bandwidth".to_owned(), json!(bandwidth));
    changed(call, &["type", "bandwidth"], &["failed"])
}

pub(super) fn refresh_ssh_keys(call: &mut Call<'_>) -> Handled {
    changed(call, &[], &[])
}

pub(super) fn set_allowed(call: &mut Call<'_>) -> Handled {
    let ranges = call.value("ip_ranges", json!([]));
    call.body.insert("bastion_allowed_ips".to_owned(), ranges.clone());
    changed(call, &["bastion_allowed_ips"], &[])?;
    Ok(json!({ "ip_ranges": ranges }))
}

/// As recorded, the gateway is deleted at once; its address remains unless the request deletes it.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&GATEWAY, &id)?;
    if call.world.store.of(&GATEWAY_NETWORK).any(|network| network.text("gateway_id") == id) {
        return Err(ApiError::precondition("resource_still_in_use", "private networks are attached to the gateway"));
    }
    let gateway = call.find(&GATEWAY, &id)?;
    let (address, mut answer) = (gateway.hidden_text("ip_id").to_owned(), call.show(&GATEWAY, gateway));
    answer["status"] = json!("deleting");
    call.delete(&GATEWAY)?;
    address::detach(call, &address);
    if call.query.get("delete_ip") == Some(&json!(true)) {
        let zone = call.locality();
        call.world.store.remove(&IP, &zone, &address)?;
    }
    call.world.store.remove_where(|part| part.kind == PAT_RULE && part.text("gateway_id") == id);
    Ok(answer)
}

/// Returns 409 while the status of the gateway is transient.
pub(super) fn settled(call: &Call<'_>, id: &str) -> Result<(), ApiError> {
    call.settled(&GATEWAY, id)
}

/// Sets the status `configuring` for a while.
pub(super) fn configure(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    call.transition(&GATEWAY, id, "configuring", json!({ "status": "running" }))
}

/// As recorded, the response to a change has the status `running`, and the next read `configuring`.
fn changed(call: &mut Call<'_>, fields: &[&str], first: &[&str]) -> Handled {
    let id = gateway_id(call);
    call.settled(&GATEWAY, &id)?;
    let (now, over, time) = (call.now, call.world.settle, call.timestamp());
    let given: Vec<_> =
        fields.iter().filter_map(|name| Some(((*name).to_owned(), call.body.get(*name)?.clone()))).collect();
    let gateway = call.change(&GATEWAY, &id)?;
    gateway.fields.extend(given);
    gateway.fields.insert("updated_at".to_owned(), json!(time));
    let answer = call.shown(&GATEWAY, &id)?;
    let statuses: Vec<&str> = first.iter().copied().chain(["configuring", "running"]).collect();
    let gateway = call.change(&GATEWAY, &id)?;
    gateway.fields.insert("status".to_owned(), json!(statuses[0]));
    gateway.settle(now, over, statuses[1..].iter().map(|status| object(json!({ "status": status }))).collect());
    Ok(answer)
}

/// The gateway of the call; its ID is not always the last parameter of the path.
fn gateway_id(call: &Call<'_>) -> String {
    call.parameter("gateway_id")
}

fn offer(call: &mut Call<'_>) -> Result<(String, u32), ApiError> {
    let requested = call.need("type")?.to_uppercase();
    let offer = TYPES.iter().find(|(name, _)| *name == requested);
    let (name, bandwidth) = offer.ok_or_else(|| ApiError::constraint("type", "the type does not exist"))?;
    call.body.insert("type".to_owned(), json!(name));
    Ok(((*name).to_owned(), *bandwidth))
}
