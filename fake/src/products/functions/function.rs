//! Functions: created without code, and deployed on request or by an update.

use serde_json::{Map, Value, json};

use super::code;
use super::kinds::{FUNCTION, NAMESPACE, parts};
use crate::call::{Call, Handled};
use crate::hashing::{self, SECRETS};
use crate::products::containers::duration;
use crate::products::vpc;
use crate::response::ApiError;

/// The fields that an update sets to the values of the request.
const PLAIN: &[&str] = &[
    "description",
    "environment_variables",
    "handler",
    "http_option",
    "max_scale",
    "memory_limit",
    "min_scale",
    "privacy",
    "runtime",
    "sandbox",
    "tags",
];

/// The fields whose changes do not deploy the function.
const LABELS: [&str; 2] = ["description", "tags"];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let namespace = call.need("namespace_id")?;
    call.settled(&NAMESPACE, &namespace)?;
    let name = call.need("name")?;
    let taken = |other: &crate::Object| other.text("namespace_id") == namespace && other.text("name") == name;
    if call.world.store.of(&FUNCTION).any(taken) {
        return Err(ApiError::already_exists("function", &name, "the name is taken in this namespace"));
    }
    let label = call.find(&NAMESPACE, &namespace)?.hidden_text("label").to_owned();
    let secrets = hashing::patched(&call.hashes, &json!([]), call.body.get(SECRETS))?;
    let network = network(call)?;
    let memory = call.value("memory_limit", 256);
    let now = call.timestamp();
    let fields = json!({
        "name": name,
        "namespace_id": namespace,
        "status": "created",
        "environment_variables": call.value("environment_variables", json!({})),
        "min_scale": call.value("min_scale", 0),
        "max_scale": call.value("max_scale", 20),
        "runtime": call.need("runtime")?,
        "memory_limit": memory,
        "cpu_limit": cpu_limit(&memory),
        "timeout": duration(call.value("timeout", "300s")),
        "handler": call.text("handler"),
        "error_message": null,
        "build_message": null,
        "privacy": call.value("privacy", "public"),
        "description": call.text("description"),
        "domain_name": format!("{label}-{name}.functions.fnc.{}.scw.cloud", call.locality()),
        SECRETS: secrets,
        "region": call.locality(),
        "http_option": call.value("http_option", "enabled"),
        "runtime_message": "",
        "sandbox": call.value("sandbox", "v2"),
        "tags": call.tags(),
        "private_network_id": network.filter(|network| !network.is_empty()),
        "created_at": now,
        "updated_at": now,
        "ready_at": null,
    });
    let answer = call.create(&FUNCTION, fields)?;
    Ok(call.precise(answer, &["created_at", "updated_at"]))
}

/// As recorded: an update deploys the function, which ends in an error as long as it has no code.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&FUNCTION, &id)?;
    let deploys = call.body.keys().any(|field| !LABELS.contains(&field.as_str()));
    let old = call.find(&FUNCTION, &id)?.fields.clone();
    let mut changes = Map::new();
    if let Some(timeout) = call.body.get("timeout") {
        changes.insert("timeout".to_owned(), duration(timeout.clone()));
    }
    if let Some(memory) = call.body.get("memory_limit") {
        changes.insert("cpu_limit".to_owned(), cpu_limit(memory));
    }
    if let Some(given) = call.body.get(SECRETS).cloned() {
        let secrets = hashing::patched(&call.hashes, &old[SECRETS], Some(&given))?;
        changes.insert(SECRETS.to_owned(), secrets);
    }
    if let Some(network) = network(call)? {
        let network = Some(network).filter(|network| !network.is_empty());
        changes.insert("private_network_id".to_owned(), json!(network));
    }
    call.patch(&FUNCTION, PLAIN)?;
    call.change(&FUNCTION, &id)?.fields.extend(changes);
    if deploys { start_deployment(call, &id) } else { shown(call, &id) }
}

pub(super) fn deploy(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&FUNCTION, &id)?;
    call.patch(&FUNCTION, &[])?;
    start_deployment(call, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.change(&FUNCTION, &id)?.fields.insert("error_message".to_owned(), Value::Null);
    call.delete_parts(&parts(), "function_id", &id)?;
    let answer = call.delete_in_time(&FUNCTION)?;
    Ok(call.precise(answer, &["updated_at"]))
}

/// Sets the status `pending`. As recorded, `ready_at` is the time of the first successful deployment.
fn start_deployment(call: &mut Call<'_>, id: &str) -> Handled {
    let done = call.now.saturating_add(jiff::SignedDuration::try_from(call.world.settle).unwrap_or_default());
    let done = crate::clock::micros(done.unwrap_or(jiff::Timestamp::MAX));
    let function = call.find(&FUNCTION, id)?;
    let end = match code::outcome(function) {
        Ok(()) => {
            let first = Some(&function.fields["ready_at"]).filter(|time| !time.is_null()).cloned();
            let ready_at = first.unwrap_or_else(|| json!(done));
            json!({ "status": "ready", "error_message": null, "build_message": null, "ready_at": ready_at,
                    "updated_at": done })
        }
        Err((error, build)) => {
            json!({ "status": "error", "error_message": error, "build_message": build, "updated_at": done })
        }
    };
    // As recorded: while the function is pending, it has no message of the previous deployment.
    call.change(&FUNCTION, id)?.fields.insert("error_message".to_owned(), Value::Null);
    call.transition(&FUNCTION, id, "pending", end)?;
    shown(call, id)
}

/// The response to a change.
fn shown(call: &Call<'_>, id: &str) -> Handled {
    let answer = call.show(&FUNCTION, call.find(&FUNCTION, id)?);
    Ok(call.precise(answer, &["updated_at"]))
}

/// The private network of the request, which must exist; an empty ID detaches the function.
fn network(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let Some(network) = call.body.get("private_network_id").and_then(Value::as_str) else { return Ok(None) };
    if !network.is_empty() {
        call.find(&vpc::PRIVATE_NETWORK, network)?;
    }
    Ok(Some(network.to_owned()))
}

/// As recorded: 140 mVCPU with 256 MB of memory, and in proportion.
fn cpu_limit(memory: &Value) -> Value {
    json!(memory.as_u64().unwrap_or_default() * 35 / 64)
}
