//! Database instances.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::kinds::{DATABASE, INSTANCE, PRIVILEGE, RULE, USER};
use super::{contents, endpoint, node, replica};
use crate::call::{Call, Handled};
use crate::clock;
use crate::products::ipam;
use crate::products::password;
use crate::response::ApiError;

/// As recorded: daily backups with a retention of a week.
const BACKUP_HOURS: u64 = 24;
const BACKUP_DAYS: u64 = 7;
/// As recorded: the retention of logs in days.
const LOG_DAYS: u64 = 30;

/// As recorded: an endpoint in a private network exists at once; the public endpoint and the settings exist when the
/// instance is ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (node_type, engine) = (call.need("node_type")?.to_lowercase(), node::engine(&call.need("engine")?)?);
    let specs = match call.value("init_endpoints", json!([])) {
        Value::Array(specs) if !specs.is_empty() => specs,
        _ => vec![json!({ "load_balancer": {} })],
    };
    if !call.text("user_name").is_empty() {
        password::check(&call.text("password"))?;
    }
    let id = call.world.uuid();
    let name = call.need("name")?;
    let now = call.timestamp();
    let size = call.value("volume_size", 0).as_u64().unwrap_or_default();
    let fields = json!({
        "id": id,
        "name": name,
        "organization_id": call.world.organization,
        "project_id": call.project()?,
        "region": call.locality(),
        "status": "provisioning",
        "engine": engine,
        "node_type": node_type,
        "is_ha_cluster": is_highly_available(call, "is_ha_cluster")?.unwrap_or_default(),
        "volume": node::volume(&node_type, call.value("volume_type", "lssd").as_str().unwrap_or("lssd"), size),
        "encryption": { "enabled": call.value("encryption", json!({}))["enabled"].as_bool().unwrap_or_default() },
        "backup_same_region": call.value("backup_same_region", false),
        "backup_schedule": backup_schedule(call),
        "logs_policy": { "max_age_retention": LOG_DAYS, "total_disk_retention": null },
        "init_settings": call.value("init_settings", json!([])),
        "settings": [],
        "upgradable_version": node::upgradable_versions(call, &engine),
        "endpoint": null,
        "endpoints": [],
        "read_replicas": [],
        "maintenances": [],
        "tags": call.tags(),
        "created_at": now,
    });
    let instance = call.draft(&INSTANCE, fields);
    let mut endpoints = Vec::new();
    for spec in &specs {
        endpoints.push(endpoint::of_spec(call, &instance, spec)?);
    }
    let private: Vec<_> = endpoints.iter().filter(|endpoint| endpoint["private_network"].is_object()).collect();
    let private = json!(private);
    call.insert(&INSTANCE, instance);
    call.change(&INSTANCE, &id)?.fields.insert("endpoints".to_owned(), private);
    contents::create_owner(call, &id)?;
    contents::create_default(call, &id);
    let settings = node::settings(&node_type, &engine);
    let then = json!({ "status": "ready", "endpoints": endpoints, "settings": settings });
    call.transition(&INSTANCE, &id, "provisioning", then)?;
    let instance = call.find(&INSTANCE, &id)?;
    Ok(call.show(&INSTANCE, instance))
}

/// As recorded: the instance stays ready, unless the policy of its logs changes.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&INSTANCE, &id)?;
    let mut schedule = call.find(&INSTANCE, &id)?.fields["backup_schedule"].clone();
    for (field, given) in [("frequency", "backup_schedule_frequency"), ("retention", "backup_schedule_retention")] {
        if let Some(value) = call.body.get(given) {
            schedule[field] = value.clone();
        }
    }
    // As recorded: a disabled schedule is still shown as enabled, but without a next run.
    let off = schedule["next_run_at"].is_null();
    let off = call.value("is_backup_schedule_disabled", off) == json!(true);
    if off {
        schedule["next_run_at"] = Value::Null;
    } else if schedule["next_run_at"].is_null() || call.body.contains_key("backup_schedule_frequency") {
        schedule["disabled"] = json!(false);
        schedule["next_run_at"] = json!(next_run(call.now, &schedule["frequency"]));
    }
    if let Some(given) = call.body.get("logs_policy").and_then(Value::as_object).cloned() {
        let mut policy = call.find(&INSTANCE, &id)?.fields["logs_policy"].clone();
        for (field, value) in given {
            policy[field] = value;
        }
        call.body.insert("logs_policy".to_owned(), policy);
    }
    call.body.insert("backup_schedule".to_owned(), schedule);
    let configures = call.body.contains_key("logs_policy");
    let answer = call.patch(&INSTANCE, &["name", "tags", "backup_same_region", "backup_schedule", "logs_policy"])?;
    if !configures {
        return Ok(answer);
    }
    call.transition(&INSTANCE, &id, "configuring", json!({ "status": "ready" }))?;
    call.get(&INSTANCE)
}

pub(super) fn restart(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&INSTANCE, &id)?;
    call.transition(&INSTANCE, &id, "restarting", json!({ "status": "ready" }))?;
    call.get(&INSTANCE)
}

/// As recorded: the response is the finished maintenance, and the instance is `initializing` for a minute.
pub(super) fn apply_maintenance(call: &mut Call<'_>) -> Handled {
    let id = super::path::settled_of_path(call)?;
    call.transition(&INSTANCE, &id, "initializing", json!({ "status": "ready" }))?;
    let in_days = |days: i64| clock::micros(call.now + SignedDuration::from_hours(24 * days));
    Ok(json!({
        "starts_at": in_days(0),
        "stops_at": in_days(7),
        "forced_at": in_days(7),
        "closed_at": call.timestamp(),
        "is_applicable": false,
        "reason": "A maintenance will be applied on your instance. The database will be unavailable for a few minutes.",
        "status": "done",
    }))
}

/// Deletes its content and read replicas too, and detaches its addresses in private networks.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&INSTANCE, &id)?;
    let answer = call.delete_in_time(&INSTANCE)?;
    replica::delete_all_of(call, &id)?;
    let (now, over) = (call.now, call.world.settle);
    for kind in [&DATABASE, &USER, &PRIVILEGE, &RULE, &ipam::IP] {
        let parent = if kind.name == ipam::IP.name { "resource_id" } else { "instance_id" };
        let own = call.world.store.of(kind).filter(|part| part.hidden_text(parent) == id);
        let own: Vec<_> = own.map(|part| part.id.clone()).collect();
        for part in own {
            if kind.name == ipam::IP.name && ipam::is_booked(call, &part) {
                ipam::unassign(call, &part);
            } else {
                call.change(kind, &part)?.vanish(now, over);
            }
        }
    }
    Ok(answer)
}

/// The fields of an instance that is created from another one; `taken` are the copied ones.
pub(super) fn blank(call: &mut Call<'_>, name: &str, taken: &[&str], from: &Value) -> Value {
    let mut fields = json!({
        "id": call.world.uuid(),
        "name": name,
        "organization_id": call.world.organization,
        "region": call.locality(),
        "status": "provisioning",
        "encryption": from["encryption"],
        "backup_same_region": false,
        "backup_schedule": backup_schedule(call),
        "logs_policy": { "max_age_retention": LOG_DAYS, "total_disk_retention": null },
        "endpoint": null,
        "endpoints": [],
        "read_replicas": [],
        "maintenances": [],
        "created_at": call.timestamp(),
    });
    for field in taken {
        fields[*field] = from[*field].clone();
    }
    fields
}

fn backup_schedule(call: &Call<'_>) -> Value {
    let disabled = call.value("disable_backup", false) == json!(true);
    let next = (!disabled).then(|| next_run(call.now, &json!(BACKUP_HOURS)));
    json!({ "disabled": disabled, "frequency": BACKUP_HOURS, "retention": BACKUP_DAYS, "next_run_at": next })
}

/// As recorded: the first backup is due after one period.
fn next_run(now: Timestamp, hours: &Value) -> String {
    let hours = hours.as_i64().unwrap_or_default();
    let next = now.saturating_add(SignedDuration::from_hours(hours));
    clock::micros(next.unwrap_or(Timestamp::MAX))
}

/// Whether the request enables high availability. The API accepts the mode and the older boolean `switch`, and implements
/// no mode with several zones yet.
pub(super) fn is_highly_available(call: &Call<'_>, switch: &str) -> Result<Option<bool>, ApiError> {
    match call.text("high_availability_mode").as_str() {
        "" => Ok(call.body.get(switch).and_then(Value::as_bool)),
        "disabled" => Ok(Some(false)),
        "single_zone" => Ok(Some(true)),
        _ => Err(ApiError::constraint("high_availability_mode", "the mode is not available")),
    }
}
