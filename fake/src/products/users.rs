//! Users of Kafka clusters and OpenSearch deployments, which have a name, and a password that no response shows.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;
use crate::store::Kind;

/// The user of a create request with `user_name` and `password`.
pub(super) fn insert_first(call: &mut Call<'_>, kind: &Kind, parent: &str, id: &str) {
    let name = call.text("user_name");
    if !name.is_empty() {
        insert(call, kind, parent, id, &name);
    }
}

pub(super) fn create(call: &mut Call<'_>, owner: &Kind, kind: &Kind, parent: &str) -> Handled {
    let (id, name) = (call.parameter(parent), call.need("username")?);
    call.need("password")?;
    call.settled(owner, &id)?;
    if call.find(kind, &format!("{id}/{name}")).is_ok() {
        return Err(ApiError::already_exists(kind.noun(), &name, "the name of a user is unique"));
    }
    Ok(insert(call, kind, parent, &id, &name))
}

pub(super) fn list(call: &mut ReadCall<'_>, owner: &Kind, kind: &Kind, parent: &str) -> Handled {
    call.find(owner, &call.parameter(parent))?;
    call.list(kind)
}

/// Only the password can be changed.
pub(super) fn update(call: &mut Call<'_>, owner: &Kind, kind: &Kind, parent: &str) -> Handled {
    call.settled(owner, &call.parameter(parent))?;
    let (id, password) = (call.id_of(kind), call.need("password")?);
    call.change(kind, &id)?.hidden.insert("password".to_owned(), json!(password));
    call.shown(kind, &id)
}

pub(super) fn delete(call: &mut Call<'_>, owner: &Kind, kind: &Kind, parent: &str) -> Handled {
    call.settled(owner, &call.parameter(parent))?;
    call.delete(kind)
}

fn insert(call: &mut Call<'_>, kind: &Kind, parent: &str, id: &str, name: &str) -> Value {
    let mut user = call.draft(kind, json!({ parent: id, "username": name }));
    user.fields.remove(parent);
    user.hidden.insert(parent.to_owned(), json!(id));
    user.hidden.insert("password".to_owned(), call.value("password", ""));
    call.insert(kind, user)
}
