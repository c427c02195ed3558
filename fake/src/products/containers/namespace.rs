//! Namespaces of containers, with environment variables that their containers share.

use serde_json::{Value, json};

use super::kinds::{CONTAINER, NAMESPACE, PARTS};
use crate::call::{Call, Handled};
use crate::hashing;

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let secrets = secret_variables(call, &json!({}))?;
    let now = call.timestamp();
    let fields = json!({
        "name": call.need("name")?,
        "organization_id": call.world.organization,
        "project_id": call.project()?,
        "description": call.text("description"),
        "status": "creating",
        "environment_variables": call.value("environment_variables", json!({})),
        "secret_environment_variables": secrets,
        "tags": call.tags(),
        "created_at": now,
        "updated_at": now,
        "region": call.locality(),
    });
    let created = call.create(&NAMESPACE, fields)?;
    call.transition(&NAMESPACE, created["id"].as_str().unwrap_or_default(), "creating", json!({ "status": "ready" }))?;
    Ok(created)
}

/// As recorded: changed environment variables set the status `updating`; a changed description or tags do not.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&NAMESPACE, &id)?;
    let deploys = ["environment_variables", "secret_environment_variables"].iter().any(|f| call.body.contains_key(*f));
    if call.body.contains_key("secret_environment_variables") {
        let old = json!(call.find(&NAMESPACE, &id)?.fields.get("secret_environment_variables"));
        let secrets = secret_variables(call, &old)?;
        call.body.insert("secret_environment_variables".to_owned(), secrets);
    }
    let fields = ["description", "tags", "environment_variables", "secret_environment_variables"];
    call.patch(&NAMESPACE, &fields)?;
    if deploys {
        call.transition(&NAMESPACE, &id, "updating", json!({ "status": "ready" }))?;
    }
    call.get(&NAMESPACE)
}

/// Its containers are deleted with it, whatever their status.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete_in_time(&NAMESPACE)?;
    for container in call.delete_parts(&[&CONTAINER], "namespace_id", &id)? {
        call.delete_parts(&PARTS, "container_id", &container)?;
    }
    Ok(answer)
}

/// The secret environment variables after this call; `old` are those before it.
pub(super) fn secret_variables(call: &Call<'_>, old: &Value) -> Handled {
    let given = call.value("secret_environment_variables", json!({}));
    let empty = serde_json::Map::new();
    let old = old.as_object().unwrap_or(&empty);
    hashing::replaced(&call.hashes, old, given.as_object().unwrap_or(&empty))
}
