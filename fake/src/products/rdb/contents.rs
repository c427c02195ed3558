//! The content of an instance: databases, users, and privileges.

use std::time::Duration;

use serde_json::{Value, json};

use super::kinds::{DATABASE, PRIVILEGE, USER};
use super::path::{of_path, settled_of_path};
use crate::call::{Call, Handled, ReadCall, object};
use crate::products::password;
use crate::response::ApiError;
use crate::store::{Kind, Object};

/// As recorded of an empty database.
const EMPTY_DATABASE: u64 = 7_736_467;
const OWNER: &str = "_rdb_superadmin";
const DEFAULT_DATABASE: &str = "rdb";

/// As recorded: owner and size are set a moment later.
pub(super) fn create_database(call: &mut Call<'_>) -> Handled {
    let name = free_name(call, &DATABASE)?;
    let fields = json!({ "name": name, "owner": "", "managed": true, "size": 0 });
    let mut database = call.draft(&DATABASE, fields);
    let known = json!({ "owner": OWNER, "size": EMPTY_DATABASE });
    database.settle(call.now, Duration::ZERO, vec![object(known)]);
    Ok(call.insert(&DATABASE, database))
}

/// A new object in an instance that the path does not name.
fn draft_in(call: &mut Call<'_>, kind: &'static Kind, instance: &str, mut fields: Value) -> Object {
    fields["instance_id"] = json!(instance);
    let mut object = call.draft(kind, fields);
    if let Some(instance) = object.fields.remove("instance_id") {
        object.hidden.insert("instance_id".to_owned(), instance);
    }
    object
}

/// The database that every new instance has, as documented. It can be deleted.
pub(super) fn create_default(call: &mut Call<'_>, instance: &str) {
    let fields = json!({ "name": DEFAULT_DATABASE, "owner": OWNER, "managed": true, "size": EMPTY_DATABASE });
    let mut database = draft_in(call, &DATABASE, instance, fields);
    database.provided = true;
    call.insert(&DATABASE, database);
}

/// An instance with a transient status cannot list its content.
pub(super) fn list_databases(call: &mut ReadCall<'_>) -> Handled {
    settled_of_path(call)?;
    call.query.remove("skip_size_retrieval");
    call.list(&DATABASE)
}

pub(super) fn delete_database(call: &mut Call<'_>) -> Handled {
    remove(call, &DATABASE, "database_name")
}

/// The first user of an instance, if the request names one.
pub(super) fn create_owner(call: &mut Call<'_>, instance: &str) -> Result<(), ApiError> {
    let name = call.text("user_name");
    if name.is_empty() {
        return Ok(());
    }
    let mut user = draft_in(call, &USER, instance, json!({ "name": name, "is_admin": true }));
    user.hidden.insert("password".to_owned(), json!(call.text("password")));
    call.insert(&USER, user);
    Ok(())
}

pub(super) fn create_user(call: &mut Call<'_>) -> Handled {
    let name = free_name(call, &USER)?;
    let password = call.need("password")?;
    password::check(&password)?;
    let mut user = call.draft(&USER, json!({ "name": name, "is_admin": call.value("is_admin", false) }));
    user.hidden.insert("password".to_owned(), json!(password));
    Ok(call.insert(&USER, user))
}

pub(super) fn list_users(call: &mut ReadCall<'_>) -> Handled {
    of_path(call)?;
    call.list(&USER)
}

pub(super) fn update_user(call: &mut Call<'_>) -> Handled {
    settled_of_path(call)?;
    let id = call.id_of(&USER);
    let password = call.text("password");
    if !password.is_empty() {
        password::check(&password)?;
        call.change(&USER, &id)?.hidden.insert("password".to_owned(), json!(password));
    }
    call.patch(&USER, &["is_admin"])
}

pub(super) fn delete_user(call: &mut Call<'_>) -> Handled {
    remove(call, &USER, "user_name")
}

/// `none` is stored too: it is a permission.
pub(super) fn set_privilege(call: &mut Call<'_>) -> Handled {
    let instance = settled_of_path(call)?;
    let (database, user) = (call.need("database_name")?, call.need("user_name")?);
    for (kind, name) in [(&DATABASE, &database), (&USER, &user)] {
        let id = format!("{instance}/{name}");
        call.find(kind, &id).map_err(|_| kind.not_found(name))?;
    }
    let permission = call.need("permission")?;
    call.create(&PRIVILEGE, json!({ "database_name": database, "user_name": user, "permission": permission }))
}

pub(super) fn list_privileges(call: &mut ReadCall<'_>) -> Handled {
    settled_of_path(call)?;
    call.list(&PRIVILEGE)
}

/// Copies databases, users and privileges to another instance or a snapshot.
pub(super) fn copy(call: &mut Call<'_>, from: &str, to: &str) {
    let own = call.world.store.all().filter(|part| is_content(part) && part.hidden_text("instance_id") == from);
    for mut part in own.cloned().collect::<Vec<_>>() {
        part.id = part.id.replacen(from, to, 1);
        part.hidden.insert("instance_id".to_owned(), json!(to));
        call.world.store.insert(part);
    }
}

/// Removes the content of an instance or a snapshot.
pub(super) fn remove_all(call: &mut Call<'_>, of: &str) {
    call.world.store.remove_where(|part| is_content(part) && part.hidden_text("instance_id") == of);
}

fn is_content(part: &Object) -> bool {
    [&DATABASE, &USER, &PRIVILEGE].iter().any(|kind| kind.name == part.kind)
}

/// The name in the body, which must be unique in the instance of the path.
fn free_name(call: &Call<'_>, kind: &Kind) -> Result<String, ApiError> {
    let instance = settled_of_path(call)?;
    let name = call.need("name")?;
    if call.find(kind, &format!("{instance}/{name}")).is_ok() {
        return Err(ApiError::already_exists(kind.noun(), &name, "the name is taken in this instance"));
    }
    Ok(name)
}

/// Removes the object in the path, and the privileges that contain its name in `field`.
fn remove(call: &mut Call<'_>, kind: &Kind, field: &str) -> Handled {
    let instance = settled_of_path(call)?;
    let name = call.id();
    call.delete(kind).map_err(|_| kind.not_found(&name))?;
    call.world.store.remove_where(|privilege| {
        privilege.kind == PRIVILEGE.name
            && privilege.hidden_text("instance_id") == instance
            && privilege.text(field) == name
    });
    Ok(Value::Null)
}
