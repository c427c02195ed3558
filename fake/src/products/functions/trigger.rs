//! Triggers of functions: messages of a queue or of NATS. The fake does not invoke functions.

use serde_json::{Value, json};

use super::kinds::{FUNCTION, TRIGGER};
use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;
use crate::store::{Kind, Object};

/// The fields of the source of a trigger, each with its type.
const SOURCES: [(&str, &str); 3] =
    [("scw_sqs_config", "scw_sqs"), ("scw_nats_config", "scw_nats"), ("sqs_config", "sqs")];

/// As recorded: the credential for reading messages is created meanwhile.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let function = call.need("function_id")?;
    call.settled(&FUNCTION, &function)?;
    let given: Vec<_> = SOURCES.into_iter().filter(|(field, _)| call.body.contains_key(*field)).collect();
    let [(field, source)] = given[..] else {
        return Err(ApiError::constraint(
            "scw_sqs_config",
            "exactly one of scw_sqs_config, scw_nats_config and sqs_config",
        ));
    };
    let mut config = call.value(field, json!({}));
    let mut fields = json!({
        "function_id": function,
        "name": call.need("name")?,
        "description": call.text("description"),
        "region": call.locality(),
        "input_type": source,
        "status": "creating",
        "error_message": null,
    });
    let credential = call.world.uuid();
    if source != "sqs" {
        config["mnq_credential_id"] = Value::Null;
    }
    fields[field] = config.clone();
    let created = call.create(&TRIGGER, fields)?;
    if source != "sqs" {
        config["mnq_credential_id"] = json!(credential);
    }
    let end = json!({ "status": "ready", field: config });
    call.transition(&TRIGGER, created["id"].as_str().unwrap_or_default(), "creating", end)?;
    Ok(created)
}

/// The namespace of a trigger is that of its function.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let namespace = call.query.remove("namespace_id");
    let is_selected = |trigger: &Object| {
        namespace.is_none() || call.world.store.inherited(trigger, "namespace_id") == namespace.as_ref()
    };
    call.list_where(&TRIGGER, is_selected)
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&TRIGGER, &id)?;
    call.patch(&TRIGGER, &["name", "description"])?;
    settle(call, &TRIGGER, &id, "pending")
}

/// Sets a transient status, then `ready`.
fn settle(call: &mut Call<'_>, kind: &'static Kind, id: &str, status: &str) -> Handled {
    call.transition(kind, id, status, json!({ "status": "ready" }))?;
    Ok(call.show(kind, call.find(kind, id)?))
}
