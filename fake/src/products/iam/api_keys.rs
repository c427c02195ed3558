//! API keys: the secret key is returned once, and the fake accepts it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::kinds::{APPLICATION, USER};
use super::policies;
use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;
use crate::rights::Grants;
use crate::store::{Kind, Missing, Object, Store};

pub(super) static API_KEY: Kind = Kind {
    srn: Some("iam"),
    id: "access_key",
    indexed: &["secret_key"],
    ..Kind::new("iam/api_key", "APIKey", "api_keys", Missing::Labelled("access_key"))
};

/// The characters after `SCW` in an access key, which has 17 of them.
const ACCESS_KEY_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The state of a secret key that was created through IAM: `Some(true)` if it is valid now.
pub(crate) fn secret_key_state(store: &Store, secret_key: &str, now: Timestamp) -> Option<bool> {
    let key = key_with_secret(store, secret_key)?;
    let expires_at: Option<Timestamp> = key.text("expires_at").parse().ok();
    Some(expires_at.is_none_or(|end| end > now))
}

/// The API key with this secret key.
pub(crate) fn key_with_secret<'a>(store: &'a Store, secret_key: &str) -> Option<&'a Object> {
    store.with_value(&API_KEY, "secret_key", secret_key).next()
}

/// The default project of an API key.
pub(crate) fn default_project(store: &Store, access_key: &str) -> Option<String> {
    let key = store.anywhere(&API_KEY, access_key)?;
    Some(key.text("default_project_id").to_owned())
}

/// The permissions of the bearer of an API key; `None` for API keys that were not created through IAM and for the owner
/// of the organization, who have all permissions.
pub(crate) fn grants(store: &Store, access_key: &str) -> Option<Grants> {
    let key = store.anywhere(&API_KEY, access_key)?;
    let (application, user) = (key.text("application_id"), key.text("user_id"));
    if store.anywhere(&USER, user).is_some_and(|found| found.text("type") == "owner") {
        return None;
    }
    Some(policies::grants(store, application, user))
}

/// An API key for Object Storage.
pub(crate) struct Credentials {
    pub(crate) secret_key: String,
    pub(crate) default_project: String,
    /// The bearer, such as `application_id:<id>`.
    pub(crate) bearer: String,
    pub(crate) expired: bool,
}

/// The API key with this access key.
pub(crate) fn key_of(store: &Store, access_key: &str, now: Timestamp) -> Option<Credentials> {
    let key = store.anywhere(&API_KEY, access_key)?;
    let bearer = match key.text("application_id") {
        "" => format!("user_id:{}", key.text("user_id")),
        application => format!("application_id:{application}"),
    };
    Some(Credentials {
        secret_key: key.hidden_text("secret_key").to_owned(),
        default_project: key.text("default_project_id").to_owned(),
        bearer,
        expired: key.text("expires_at").parse::<Timestamp>().is_ok_and(|end| end <= now),
    })
}

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let (application, user) = (call.text("application_id"), call.text("user_id"));
    let bearer = match (application.as_str(), user.as_str()) {
        ("", "") => return Err(ApiError::required("application_id")),
        ("", user) => ("user_id", call.find(&USER, user)?.id.clone()),
        (application, _) => ("application_id", call.find(&APPLICATION, application)?.id.clone()),
    };
    let secret_key = call.world.uuid();
    let mut key = draft(call, bearer);
    key.hidden.insert("secret_key".to_owned(), json!(secret_key));
    let mut answer = call.insert(&API_KEY, key);
    answer["secret_key"] = json!(secret_key);
    Ok(answer)
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    // Two filters select by the bearer, which is in one of two fields.
    let take =
        |call: &mut ReadCall<'_>, name| call.query.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let bearer = take(call, "bearer_id");
    let bearer_type = take(call, "bearer_type").filter(|bearer_type| bearer_type != "unknown_bearer_type");
    // API keys do not contain their organization: there is only one.
    let elsewhere = take(call, "organization_id").is_some_and(|id| id != call.world.organization);
    let expired = call.query.remove("expired").and_then(|value| value.as_bool());
    let now = call.now;
    let bears = |key: &Object| {
        let ids = [key.text("application_id"), key.text("user_id")];
        let dead = key.text("expires_at").parse::<Timestamp>().is_ok_and(|end| end <= now);
        !elsewhere
            && bearer.as_deref().is_none_or(|id| ids.contains(&id))
            && bearer_type.as_deref().is_none_or(|bearer_type| !key.text(&format!("{bearer_type}_id")).is_empty())
            && expired.is_none_or(|expired| expired == dead)
    };
    let query = call.query.clone();
    Ok(call.page(&API_KEY, |key| bears(key) && crate::paging::selects(&query, &API_KEY, key)))
}

fn draft(call: &mut Call<'_>, (bearer, bearer_id): (&str, String)) -> Object {
    let letters = (0..17).map(|_| char::from(ACCESS_KEY_LETTERS[call.world.rng.usize(..ACCESS_KEY_LETTERS.len())]));
    let access_key: String = "SCW".chars().chain(letters).collect();
    let now = call.timestamp();
    let fields = json!({
        "access_key": access_key,
        "secret_key": null,
        bearer: bearer_id,
        "description": call.text("description"),
        "default_project_id": call.value("default_project_id", call.world.project.clone()),
        "expires_at": call.value("expires_at", Value::Null),
        "editable": true,
        "deletable": true,
        "managed": false,
        "creation_ip": "127.0.0.1",
        "created_at": now,
        "updated_at": now,
    });
    call.draft(&API_KEY, fields)
}
