//! Whether a database would let somebody in: no database listens here, but who may log in is known. Privileges are not
//! asked: as in PostgreSQL, they say what somebody may do who is inside.

use serde::Deserialize;
use serde_json::{Value, json};

use super::contents::{DATABASE, USER};
use super::instance::INSTANCE;
use crate::store::{Kind, Object, Store};

/// Who wants to log in, and where.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The uuid of the instance; any when absent.
    #[serde(default)]
    instance: Option<String>,
    user: String,
    password: String,
    /// None is looked for when absent.
    #[serde(default)]
    database: Option<String>,
}

/// The database that every instance has, whatever else is made in it.
const ALWAYS_THERE: &str = "rdb";

/// `{"accepted": false, "reason": "..."}`.
pub(crate) fn login(store: &Store, login: &Login) -> Value {
    let wanted = |instance: &&Object| login.instance.as_ref().is_none_or(|wanted| *wanted == instance.id);
    let mut reason = "there is no such instance";
    for instance in store.of(&INSTANCE).filter(wanted) {
        match refused(store, instance, login) {
            None => return json!({ "accepted": true }),
            Some(told) => reason = told,
        }
    }
    json!({ "accepted": false, "reason": reason })
}

fn refused(store: &Store, instance: &Object, login: &Login) -> Option<&'static str> {
    let part = |kind: &'static Kind, name: &str| {
        store.of(kind).find(|part| part.hidden_text("instance_id") == instance.id && part.text("name") == name)
    };
    if instance.text("status") != "ready" {
        return Some("the instance is not ready");
    }
    if part(&USER, &login.user).is_none_or(|user| user.hidden_text("password") != login.password) {
        // As PostgreSQL: who guesses does not learn which of the two was wrong.
        return Some("password authentication failed");
    }
    let database = login.database.as_deref().unwrap_or(ALWAYS_THERE);
    (database != ALWAYS_THERE && part(&DATABASE, database).is_none()).then_some("the database does not exist")
}
