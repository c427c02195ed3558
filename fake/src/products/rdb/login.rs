//! Logins to databases: the fake stores no data, but users and their privileges.
//!
//! A user without a privilege on the database is rejected, except for administrators. This is Scaleway's description of
//! `none`; the behaviour is not recorded.

use serde::Deserialize;
use serde_json::{Value, json};

use super::kinds::{DATABASE, INSTANCE, PRIVILEGE, USER};
use crate::store::{Kind, Object, Store};

/// The data of a login.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The ID of the instance; any instance if omitted.
    #[serde(default)]
    instance: Option<String>,
    user: String,
    password: String,
    /// Not checked if omitted.
    #[serde(default)]
    database: Option<String>,
}

impl Login {
    /// A login to any instance that accepts it.
    pub(crate) fn new(user: &str, password: &str, database: &str) -> Self {
        let (user, password, database) = (user.to_owned(), password.to_owned(), Some(database.to_owned()));
        Self { instance: None, user, password, database }
    }
}

pub(crate) const WRONG_PASSWORD: &str = "password authentication failed";
pub(crate) const NO_DATABASE: &str = "the database does not exist";
pub(crate) const NO_RIGHT: &str = "the user has no right in the database";

/// The database that every instance has.
const ALWAYS_THERE: &str = "rdb";

/// `{"accepted": false, "reason": "..."}`.
pub(crate) fn login(store: &Store, login: &Login) -> Value {
    let requested = |instance: &&Object| login.instance.as_ref().is_none_or(|requested| *requested == instance.id);
    let mut reason = "there is no such instance";
    for instance in store.of(&INSTANCE).filter(requested) {
        match rejection(store, instance, login) {
            None => return json!({ "accepted": true }),
            Some(cause) => reason = cause,
        }
    }
    json!({ "accepted": false, "reason": reason })
}

fn rejection(store: &Store, instance: &Object, login: &Login) -> Option<&'static str> {
    let part = |kind: &'static Kind, name: &str| {
        store.of(kind).find(|part| part.hidden_text("instance_id") == instance.id && part.text("name") == name)
    };
    if instance.text("status") != "ready" {
        return Some("the instance is not ready");
    }
    let user = part(&USER, &login.user).filter(|user| user.hidden_text("password") == login.password);
    // As in PostgreSQL, the error does not show whether the user or the password is wrong.
    let Some(user) = user else { return Some(WRONG_PASSWORD) };
    let database = login.database.as_deref().unwrap_or(ALWAYS_THERE);
    if database == ALWAYS_THERE {
        return None;
    }
    if part(&DATABASE, database).is_none() {
        return Some(NO_DATABASE);
    }
    let may_enter = |privilege: &Object| {
        privilege.hidden_text("instance_id") == instance.id
            && (privilege.text("database_name"), privilege.text("user_name")) == (database, login.user.as_str())
            && privilege.text("permission") != "none"
    };
    let is_admin = user.fields.get("is_admin") == Some(&Value::Bool(true));
    (!is_admin && !store.of(&PRIVILEGE).any(may_enter)).then_some(NO_RIGHT)
}
