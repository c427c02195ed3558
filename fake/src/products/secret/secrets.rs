//! Secrets: names and paths of versions. As recorded, a deleted secret can still be read, with the time of the request
//! for its deletion.

use serde_json::{Value, json};

use super::kinds::{SECRET, VERSION};
use crate::call::{Call, Handled, ReadCall};
use crate::paging;
use crate::response::ApiError;
use crate::store::Object;

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (name, project) = (call.need("name")?, call.project()?);
    let path = path(&call.value("path", "/"))?;
    let same = |other: &Object| {
        other.text("name") == name && other.text("project_id") == project && other.text("path") == path
    };
    let region = call.locality();
    if call.world.store.of(&SECRET).any(|other| other.locality == region && !is_deleted(other) && same(other)) {
        return Err(ApiError::already_exists("secret", &name, "the name is taken in this path"));
    }
    let now = call.timestamp();
    let fields = json!({
        "project_id": project,
        "name": name,
        "status": "ready",
        "created_at": now,
        "updated_at": now,
        "tags": call.tags(),
        "version_count": 0,
        "description": call.text("description"),
        "managed": false,
        "type": call.value("type", "opaque"),
        "protected": call.value("protected", false),
        "path": path,
        "ephemeral_policy": call.value("ephemeral_policy", Value::Null),
        "used_by": [],
        "deletion_requested_at": null,
        "key_id": call.value("key_id", Value::Null),
        "region": region,
    });
    call.create(&SECRET, fields)
}

/// As documented: secrets with a requested deletion are listed only on request.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let mut query = call.query.clone();
    let deleted = query.remove("scheduled_for_deletion") == Some(json!(true));
    let ephemeral = query.remove("ephemeral").and_then(|ephemeral| ephemeral.as_bool());
    Ok(call.page(&SECRET, |secret| {
        is_deleted(secret) == deleted
            && ephemeral.is_none_or(|ephemeral| secret.fields["ephemeral_policy"].is_object() == ephemeral)
            && paging::selects(&query, &SECRET, secret)
    }))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    if let Some(given) = call.body.get("path") {
        let path = path(given)?;
        call.body.insert("path".to_owned(), json!(path));
    }
    call.patch(&SECRET, &["name", "tags", "description", "path", "ephemeral_policy"])
}

/// A protected secret is not deleted. A deleted secret can still be read, and does not prevent the delete of its
/// project.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let (id, now) = (call.id(), call.timestamp());
    let secret = call.change(&SECRET, &id)?;
    if secret.fields["protected"] == json!(true) {
        return Err(ApiError::precondition("protected_resource", "cannot delete a protected secret"));
    }
    // As recorded: an ephemeral secret is deleted at once.
    if secret.fields["ephemeral_policy"].is_object() {
        call.world.store.remove_where(|part| part.kind == VERSION.name && part.text("secret_id") == id);
        return call.delete(&SECRET);
    }
    if !is_deleted(secret) {
        secret.fields.insert("deletion_requested_at".to_owned(), json!(now));
        secret.fields.insert("updated_at".to_owned(), json!(now));
        secret.provided = true;
    }
    Ok(Value::Null)
}

pub(super) fn restore(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let secret = call.change(&SECRET, &id)?;
    secret.fields.insert("deletion_requested_at".to_owned(), Value::Null);
    secret.provided = false;
    call.get(&SECRET)
}

/// As recorded: `updated_at` is not changed.
pub(super) fn protect(call: &mut Call<'_>, protected: bool) -> Handled {
    let id = call.id();
    call.change(&SECRET, &id)?.fields.insert("protected".to_owned(), json!(protected));
    call.get(&SECRET)
}

/// As recorded: a slash at the end is removed.
fn path(given: &Value) -> Result<String, ApiError> {
    let path = given.as_str().unwrap_or_default();
    if !path.starts_with('/') {
        return Err(ApiError::constraint("path", "a path begins with a slash"));
    }
    let path = path.trim_end_matches('/');
    Ok(if path.is_empty() { "/".to_owned() } else { path.to_owned() })
}

pub(super) fn is_deleted(secret: &Object) -> bool {
    secret.fields.get("deletion_requested_at").is_some_and(|time| !time.is_null())
}
