//! Alert managers: each project has one in each region, enabled or disabled.

use serde_json::{Map, Value, json};

use super::alerts::{self, ALERT};
use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object, Store};

pub(super) static ALERT_MANAGER: Kind = Kind {
    id: "",
    key: &["project_id"],
    view: Some(show_managed_alerts),
    ..Kind::new("cockpit/alert_manager", "AlertManager", "alert_managers", Missing::Labelled("alert manager"))
};

/// As recorded: the URL contains neither its ID nor the project.
pub(super) fn enable(call: &mut Call<'_>) -> Handled {
    let project = call.project()?;
    let url = format!("https://{}.alertmanager.cockpit.{}.scw.cloud", call.world.uuid(), call.locality());
    set(call, &project, true, &json!(url))
}

/// As recorded: a project without an alert manager, or a deleted project, has one that is disabled.
pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let project = call.query.get("project_id").and_then(Value::as_str);
    let project = project.unwrap_or(&call.world.project).to_owned();
    match call.find(&ALERT_MANAGER, &project) {
        Ok(manager) => Ok(call.show(&ALERT_MANAGER, manager)),
        Err(_) => Ok(json!({
            "alert_manager_enabled": false,
            "alert_manager_url": null,
            "managed_alerts_enabled": false,
            "region": call.locality(),
        })),
    }
}

/// The alerts of its project and region are disabled too.
pub(super) fn disable(call: &mut Call<'_>) -> Handled {
    let project = call.project()?;
    alerts::reset(call, &project);
    set(call, &project, false, &Value::Null)
}

/// Enables or disables all preconfigured alerts.
pub(super) fn switch_managed_alerts(call: &mut Call<'_>, on: bool) -> Handled {
    let project = enabled(call)?;
    alerts::switch(call, &project, &[], on)?;
    let manager = call.find(&ALERT_MANAGER, &project)?;
    Ok(call.show(&ALERT_MANAGER, manager))
}

/// No alert is sent.
pub(super) fn trigger_test_alert(call: &mut Call<'_>) -> Handled {
    enabled(call).map(|_| Value::Null)
}

/// The project of the body, whose alert manager must be enabled.
fn enabled(call: &Call<'_>) -> Result<String, ApiError> {
    let project = call.project()?;
    let manager = call.find(&ALERT_MANAGER, &project);
    if manager.map_or(true, |manager| manager.fields["alert_manager_enabled"] != json!(true)) {
        return Err(ApiError::precondition("resource_not_usable", "the alert manager is not enabled"));
    }
    Ok(project)
}

fn set(call: &mut Call<'_>, project: &str, enabled: bool, url: &Value) -> Handled {
    if let Ok(manager) = call.find(&ALERT_MANAGER, project)
        && manager.fields["alert_manager_enabled"] == json!(enabled)
    {
        return Ok(call.show(&ALERT_MANAGER, manager));
    }
    let fields = json!({
        "alert_manager_enabled": enabled,
        "alert_manager_url": url,
        "managed_alerts_enabled": false,
        "region": call.locality(),
    });
    let manager = Object::new(&ALERT_MANAGER, &call.locality(), project, crate::call::object(fields));
    Ok(call.insert(&ALERT_MANAGER, manager))
}

/// As recorded: managed alerts count as enabled if one alert is enabled.
fn show_managed_alerts(store: &Store, manager: &Object, shown: &mut Map<String, Value>) {
    let mut own = store.of(&ALERT).filter(|alert| {
        alert.locality == manager.locality && alert.hidden_text("project_id") == manager.hidden_text("project_id")
    });
    let enabled = own.any(|alert| matches!(alert.text("rule_status"), "enabling" | "enabled"));
    shown.insert("managed_alerts_enabled".to_owned(), json!(enabled));
}
