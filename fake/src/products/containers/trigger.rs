//! Triggers of containers: cron, or messages of a queue or of NATS. The fake does not invoke containers. Answers do not
//! contain secret keys and credentials.

use serde_json::{Map, Value, json};

use super::kinds::{CONTAINER, TRIGGER};
use super::parts;
use super::parts::settle;
use crate::call::{Call, Handled};
use crate::clock;
use crate::response::ApiError;

/// The fields of the source of a trigger, each with its type.
const SOURCES: [(&str, &str); 3] = [("cron_config", "cron"), ("sqs_config", "sqs"), ("nats_config", "nats")];

/// Fields that responses do not contain. As recorded, they contain the access key of a queue.
const HIDDEN: [&str; 2] = ["secret_access_key", "credentials_file_content"];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let container = call.need("container_id")?;
    call.settled(&CONTAINER, &container)?;
    let [(field, source)] = given(call)[..] else {
        return Err(ApiError::constraint("cron_config", "exactly one of cron_config, sqs_config and nats_config"));
    };
    let now = call.timestamp();
    let usual = json!({ "http_path": "/", "http_method": "post" });
    let mut fields = json!({
        "name": call.need("name")?,
        "description": call.text("description"),
        "tags": call.tags(),
        "status": "creating",
        "container_id": container,
        "region": call.locality(),
        "destination_config": merged(&usual, call.body.get("destination_config")),
        "source_type": source,
        "created_at": now,
        "updated_at": now,
    });
    let usual = match source {
        "cron" => json!({ "schedule": "", "timezone": "", "body": "", "headers": {} }),
        "sqs" => json!({ "region": call.locality(), "endpoint": "", "queue_url": "" }),
        _ => json!({ "server_urls": [], "subject": "" }),
    };
    fields[field] = merged(&usual, call.body.get(field));
    let created = call.create(&TRIGGER, fields)?;
    settle(call, &TRIGGER, created["id"].as_str().unwrap_or_default(), "creating")
}

/// The type of the source cannot change; given fields of the source are updated.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&TRIGGER, &id)?;
    let old = call.find(&TRIGGER, &id)?.fields.clone();
    if let Some((field, _)) = given(call).iter().find(|(field, _)| !old.contains_key(*field)) {
        return Err(ApiError::constraint(field, "the type of the source cannot be changed"));
    }
    let mut changes = Map::new();
    for field in SOURCES.map(|(field, _)| field).iter().chain(&["destination_config"]) {
        if let Some(given) = call.body.get(*field) {
            changes.insert((*field).to_owned(), merged(&old[*field], Some(given)));
        }
    }
    for field in ["name", "description", "tags"] {
        changes.extend(call.body.get(field).map(|given| (field.to_owned(), given.clone())));
    }
    changes.insert("updated_at".to_owned(), json!(clock::micros(call.now)));
    call.change(&TRIGGER, &id)?.fields.extend(changes);
    settle(call, &TRIGGER, &id, "updating")
}

/// As recorded, `updated_at` is not changed.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let changed = call.find(&TRIGGER, &id)?.fields.get("updated_at").cloned();
    parts::delete(call, &TRIGGER)?;
    call.change(&TRIGGER, &id)?.fields.extend(changed.map(|changed| ("updated_at".to_owned(), changed)));
    call.get(&TRIGGER)
}

/// The sources in the body.
fn given(call: &Call<'_>) -> Vec<(&'static str, &'static str)> {
    SOURCES.into_iter().filter(|(field, _)| call.body.contains_key(*field)).collect()
}

/// The fields of an object with the given ones replaced, without hidden ones.
fn merged(old: &Value, given: Option<&Value>) -> Value {
    let mut parts = old.as_object().cloned().unwrap_or_default();
    let given = given.and_then(Value::as_object).cloned().unwrap_or_default();
    parts.extend(given.into_iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str())));
    Value::Object(parts)
}
