//! Settings of an instance.

use serde_json::{Value, json};

use super::kinds::INSTANCE;
use super::path::settled_of_path;
use crate::call::{Call, Handled};
use crate::response::ApiError;

/// Replaces all settings.
pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let given = given(call);
    apply(call, &id, given.clone())?;
    Ok(json!({ "settings": given }))
}

/// Replaces settings with the same names, and adds the others.
pub(super) fn add(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let given = given(call);
    let mut settings = current(call, &id)?;
    settings.retain(|old| !given.iter().any(|new| new["name"] == old["name"]));
    settings.extend(given);
    let settings = apply(call, &id, settings)?;
    Ok(json!({ "settings": settings }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = settled_of_path(call)?;
    let names = call.value("setting_names", json!([]));
    let names = names.as_array().cloned().unwrap_or_default();
    let mut settings = current(call, &id)?;
    settings.retain(|setting| !names.contains(&setting["name"]));
    let settings = apply(call, &id, settings)?;
    Ok(json!({ "settings": settings }))
}

/// As recorded: the settings are effective at once, sorted by name, and the instance is `configuring` for a while.
fn apply(call: &mut Call<'_>, id: &str, mut settings: Vec<Value>) -> Handled {
    settings.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    let settings = json!(settings);
    call.change(&INSTANCE, id)?.fields.insert("settings".to_owned(), settings.clone());
    call.transition(&INSTANCE, id, "configuring", json!({ "status": "ready" }))?;
    Ok(settings)
}

fn current(call: &Call<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    let settings = call.find(&INSTANCE, id)?.fields.get("settings");
    Ok(settings.and_then(Value::as_array).cloned().unwrap_or_default())
}

fn given(call: &Call<'_>) -> Vec<Value> {
    call.body.get("settings").and_then(Value::as_array).cloned().unwrap_or_default()
}
