//! Versions of secrets: numbered from 1, immutable, and read by an operation of their own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use scaleway_api::{Reason, Violation};
use serde_json::{Map, Value, json};

use super::kinds::{SECRET, VERSION, latest, of_secret, revision};
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::clock;
use crate::response::ApiError;
use crate::store::Object;

/// As documented: a version has at most 64 KiB.
const LARGEST_DATA: usize = 64 << 10;

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let secret = call.find(&SECRET, &call.parameter("secret_id"))?.clone();
    let data = call.text("data");
    check(secret.text("type"), &STANDARD.decode(&data).unwrap_or_default())?;
    let last = latest(&call.world.store, &secret.id);
    if let Some(last) = last.filter(|_| call.value("disable_previous", false) == json!(true)) {
        let previous = call.change(&VERSION, &format!("{}/{last}", secret.id))?;
        previous.fields.insert("status".to_owned(), json!("disabled"));
    }
    let now = call.timestamp();
    let fields = json!({
        "revision": last.unwrap_or_default() + 1,
        "secret_id": secret.id,
        "status": "enabled",
        "created_at": now,
        "updated_at": now,
        "deleted_at": null,
        "description": call.text("description"),
        "latest": true,
        "ephemeral_properties": ephemeral_properties(call, &secret.fields["ephemeral_policy"]),
        "deletion_requested_at": null,
        "region": call.locality(),
    });
    let mut version = call.draft(&VERSION, fields);
    version.hidden.insert("data".to_owned(), json!(data));
    version.hidden.insert("data_crc32".to_owned(), call.value("data_crc32", Value::Null));
    Ok(call.insert(&VERSION, version))
}

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let version = call.find(&VERSION, &of_path(call)?)?;
    Ok(call.show(&VERSION, version))
}

/// As recorded: the newest first.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    call.find(&SECRET, &call.parameter("secret_id"))?;
    call.order = Some("revision_desc");
    call.list(&VERSION)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = of_path(call)?;
    let given = ["description", "ephemeral_properties"];
    let given = given.iter().filter_map(|name| Some(((*name).to_owned(), call.body.get(*name)?.clone())));
    let given: Map<_, _> = given.collect();
    change(call, &id, given)
}

/// Enables or disables.
pub(super) fn switch(call: &mut Call<'_>, status: &str) -> Handled {
    let id = of_path(call)?;
    if call.find(&VERSION, &id)?.text("status") == "scheduled_for_deletion" {
        return Err(ApiError::precondition("resource_not_usable", "the version was deleted"));
    }
    change(call, &id, crate::call::object(json!({ "status": status })))
}

/// The version remains with the status `scheduled_for_deletion`, and cannot be accessed.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let (id, now) = (of_path(call)?, call.timestamp());
    let fields = json!({ "status": "scheduled_for_deletion", "deletion_requested_at": now });
    change(call, &id, crate::call::object(fields))?;
    Ok(Value::Null)
}

pub(super) fn access(call: &mut ReadCall<'_>) -> Handled {
    let secret = call.find(&SECRET, &call.parameter("secret_id"))?;
    let version = call.find(&VERSION, &of_path(call)?)?;
    reveal(secret, version)
}

/// The secret with this name in this path of the project.
pub(super) fn access_by_path(call: &mut ReadCall<'_>) -> Handled {
    let requested = |name: &str| call.query.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (path, name, project) = (requested("secret_path"), requested("secret_name"), requested("project_id"));
    let region = call.locality();
    let mut of_region = call.world.store.of(&SECRET).filter(|secret| secret.locality == region);
    let secret = of_region.find(|secret| {
        secret.text("path") == path && secret.text("name") == name && secret.text("project_id") == project
    });
    let secret = secret.ok_or_else(|| SECRET.not_found(&name))?;
    let version = call.find(&VERSION, &resolve(call, &secret.id)?)?;
    reveal(secret, version)
}

fn reveal(secret: &Object, version: &Object) -> Handled {
    if version.text("status") != "enabled" {
        return Err(ApiError::precondition("resource_not_usable", "the version is not enabled"));
    }
    Ok(json!({
        "secret_id": secret.id,
        "revision": version.fields["revision"],
        "data": version.hidden_text("data"),
        "data_crc32": version.hidden["data_crc32"],
        "type": secret.text("type"),
    }))
}

fn change(call: &mut Call<'_>, id: &str, fields: Map<String, Value>) -> Handled {
    let now = call.timestamp();
    let version = call.change(&VERSION, id)?;
    version.fields.extend(fields);
    version.fields.insert("updated_at".to_owned(), json!(now));
    let version = call.find(&VERSION, id)?;
    Ok(call.show(&VERSION, version))
}

/// The ID of the version in the path.
fn of_path(call: &Call<'_, impl WorldRef>) -> Result<String, ApiError> {
    let secret = call.find(&SECRET, &call.parameter("secret_id"))?;
    resolve(call, &secret.id)
}

/// `latest` and `latest_enabled` are aliases of numbers.
fn resolve(call: &Call<'_, impl WorldRef>, secret: &str) -> Result<String, ApiError> {
    let named = call.parameter("revision");
    let number = match named.as_str() {
        "latest" => latest(&call.world.store, secret),
        "latest_enabled" => of_secret(&call.world.store, secret)
            .filter(|version| version.text("status") == "enabled")
            .filter_map(revision)
            .max(),
        number => number.parse().ok(),
    };
    let number = number.ok_or_else(|| VERSION.not_found(&named))?;
    let id = format!("{secret}/{number}");
    call.find(&VERSION, &id).map(|version| version.id.clone()).map_err(|_| VERSION.not_found(&named))
}

/// As recorded: secrets with keys and values contain strings only.
fn check(secret_type: &str, data: &[u8]) -> Result<(), ApiError> {
    let wrong = |reason, message: String| ApiError::invalid(&[Violation { path: "data".to_owned(), reason, message }]);
    if data.is_empty() {
        return Err(ApiError::required("data"));
    }
    if data.len() > LARGEST_DATA {
        return Err(wrong(Reason::Constraint, "a version holds 64 KiB at most".to_owned()));
    }
    if !matches!(secret_type, "key_value" | "basic_credentials" | "database_credentials") {
        return Ok(());
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(data) else {
        return Err(wrong(Reason::Format, "expected a JSON object".to_owned()));
    };
    let not_text = fields.iter().find(|(_, value)| secret_type == "key_value" && !value.is_string());
    match not_text {
        Some((key, _)) => Err(wrong(Reason::Format, format!("- {key}: expected a string"))),
        None => Ok(()),
    }
}

fn ephemeral_properties(call: &Call<'_>, policy: &Value) -> Value {
    if policy.is_null() {
        return Value::Null;
    }
    let seconds = policy["time_to_live"].as_str().and_then(|text| text.strip_suffix('s')?.parse().ok());
    let lifetime = seconds.and_then(|seconds: f64| SignedDuration::try_from_secs_f64(seconds).ok());
    let expires_at = lifetime.and_then(|lifetime| call.now.checked_add(lifetime).ok()).map(clock::micros);
    json!({
        "action": policy["action"],
        "expires_at": expires_at,
        "expires_once_accessed": policy["expires_once_accessed"],
    })
}
