//! Namespaces of functions: each has a registry namespace, and environment variables that its functions share.

use serde_json::json;

use super::kinds::{FUNCTION, NAMESPACE, parts};
use crate::call::{Call, Handled};
use crate::hashing::{self, SECRETS};
use crate::random::Random;

/// As recorded: the maximum length of the namespace's name in other names.
const LETTERS: usize = 20;
/// As recorded: the length of the suffix that makes such names unique.
const SUFFIX: usize = 8;

/// As recorded: the registry namespace exists once the namespace is ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let secrets = hashing::patched(&call.hashes, &json!([]), call.body.get(SECRETS))?;
    let name = call.need("name")?;
    let now = call.timestamp();
    let fields = json!({
        "name": name,
        "organization_id": call.world.organization,
        "project_id": call.project()?,
        "description": call.text("description"),
        "environment_variables": call.value("environment_variables", json!({})),
        "secret_environment_variables": secrets,
        "status": "pending",
        "registry_namespace_id": "",
        "registry_endpoint": "",
        "error_message": null,
        "region": call.locality(),
        "tags": call.tags(),
        "created_at": now,
        "updated_at": now,
        "vpc_integration_activated": call.value("activate_vpc_integration", false),
    });
    let mut object = call.draft(&NAMESPACE, fields);
    let label = label(&call.world.rng, &name);
    object.hidden.insert("label".to_owned(), json!(label));
    let (id, region) = (object.id.clone(), call.locality());
    let created = call.insert(&NAMESPACE, object);
    let registry = json!({
        "status": "ready",
        "registry_namespace_id": call.world.uuid(),
        "registry_endpoint": format!("rg.{region}.scw.cloud/funcscw{label}"),
    });
    call.transition(&NAMESPACE, &id, "pending", registry)?;
    Ok(call.precise(created, &["created_at", "updated_at"]))
}

/// As recorded: changed environment variables set the status `pending`; a changed description or tags do not.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&NAMESPACE, &id)?;
    let deploys = ["environment_variables", SECRETS].iter().any(|field| call.body.contains_key(*field));
    let old = call.find(&NAMESPACE, &id)?.fields.get(SECRETS).cloned().unwrap_or_default();
    if let Some(given) = call.body.get(SECRETS).cloned() {
        let secrets = hashing::patched(&call.hashes, &old, Some(&given))?;
        call.body.insert(SECRETS.to_owned(), secrets);
    }
    call.patch(&NAMESPACE, &["description", "tags", "environment_variables", SECRETS])?;
    if deploys {
        call.transition(&NAMESPACE, &id, "pending", json!({ "status": "ready" }))?;
    }
    let answer = call.get(&NAMESPACE)?;
    Ok(call.precise(answer, &["updated_at"]))
}

/// Its functions are deleted with it, whatever their status.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete_in_time(&NAMESPACE)?;
    for function in call.delete_parts(&[&FUNCTION], "namespace_id", &id)? {
        call.delete_parts(&parts(), "function_id", &function)?;
    }
    Ok(call.precise(answer, &["updated_at"]))
}

/// The name in the form that names of registries and hosts contain.
fn label(rng: &Random, name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric).take(LETTERS);
    let suffix = std::iter::repeat_with(|| match rng.char('0'..='Z') {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => 'x',
    });
    letters.map(|letter| letter.to_ascii_lowercase()).chain(suffix.take(SUFFIX)).collect()
}
