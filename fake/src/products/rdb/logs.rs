//! Log files of instances, which are empty.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::kinds::INSTANCE;
use super::path::{of_path, settled_of_path};
use crate::call::{Call, Handled, ReadCall};
use crate::clock;
use crate::facts::Named;

static LOG: Named = Named::new("rdb/instance_log");

/// Creates one log, which can be downloaded once it is ready.
pub(super) fn prepare(call: &mut Call<'_>) -> Handled {
    let instance = settled_of_path(call)?;
    let node = call.find(&INSTANCE, &instance)?.text("name").to_owned();
    let fields = json!({
        "node_name": node,
        "region": call.locality(),
        "status": "creating",
        "download_url": null,
        "created_at": call.timestamp(),
        "expires_at": clock::micros(call.now + SignedDuration::from_hours(24)),
    });
    let mut log = call.draft(&LOG, fields);
    log.hidden.insert("instance_id".to_owned(), json!(instance));
    let id = log.id.clone();
    call.insert(&LOG, log);
    let url = format!("https://logs.example.com/{id}");
    call.transition(&LOG, &id, "creating", json!({ "status": "ready", "download_url": url }))?;
    let log = call.show(&LOG, call.find(&LOG, &id)?);
    Ok(json!({ "instance_logs": [log] }))
}

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    of_path(call)?;
    let mut answer = call.list(&LOG)?;
    Ok(json!({ "instance_logs": answer["instance_logs"].take() }))
}

pub(super) fn details(call: &mut ReadCall<'_>) -> Handled {
    of_path(call)?;
    Ok(json!({ "details": [] }))
}

pub(super) fn purge(call: &mut Call<'_>) -> Handled {
    let instance = of_path(call)?;
    call.world.store.remove_where(|object| object.kind == LOG.name && object.hidden_text("instance_id") == instance);
    Ok(Value::Null)
}
