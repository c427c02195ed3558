//! Crons: schedules on which a function is called. None ever is.

use serde_json::json;

use super::{FUNCTION, PASSING, settle};
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing};

pub(super) static CRON: Kind =
    Kind { transient: PASSING, ..Kind::new("functions/cron", "Cron", "crons", Missing::Message("Cron was not found")) };

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let function = call.need("function_id")?;
    call.settled(&FUNCTION, &function)?;
    let fields = json!({
        "function_id": function,
        "schedule": call.need("schedule")?,
        "args": call.value("args", json!({})),
        "status": "pending",
        "name": call.text("name"),
    });
    let created = call.create(&CRON, fields)?;
    settle(call, &CRON, created["id"].as_str().unwrap_or_default(), "pending")
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CRON, &id)?;
    if call.body.contains_key("function_id") {
        call.find(&FUNCTION, &call.need("function_id")?)?;
    }
    call.patch(&CRON, &["function_id", "schedule", "args", "name"])?;
    settle(call, &CRON, &id, "pending")
}
