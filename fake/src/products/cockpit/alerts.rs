//! The preconfigured alerts of a project, which are enabled and disabled. The fake does not serve alerts of other rules.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::project;
use crate::call::{Call, Handled, ReadCall, object};
use crate::paging;
use crate::response::ApiError;
use crate::store::{Kind, Missing, Object};

pub(super) static ALERT: Kind = Kind {
    id: "",
    key: &["project_id", "rule_id"],
    ..Kind::new("cockpit/alert", "Alert", "alerts", Missing::Labelled("alert"))
};

/// The preconfigured alerts as recorded in 2026, without the fields that depend on the project.
static PRECONFIGURED: LazyLock<Vec<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/cockpit-alerts.json")).unwrap_or_default());

/// As recorded: all alerts are in one response, whatever page the request names. A project has none before an alert is
/// enabled in it.
pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let project = project::of_query(call)?;
    let mut query = call.query.clone();
    query.remove("project_id");
    if let Some(preconfigured) = query.remove("is_preconfigured") {
        query.insert("preconfigured".to_owned(), preconfigured);
    }
    let selected = |alert: &&Object| {
        alert.locality == call.locality()
            && alert.hidden_text("project_id") == project
            && paging::selects(&query, &ALERT, alert)
    };
    let alerts: Vec<_> = call.world.store.of(&ALERT).filter(selected).map(|alert| call.show(&ALERT, alert)).collect();
    let total = alerts.len();
    Ok(json!({ "alerts": alerts, "total_count": total }))
}

pub(super) fn enable(call: &mut Call<'_>) -> Handled {
    let (project, rules) = (call.project()?, rules(call));
    Ok(json!({ "enabled_rule_ids": switch(call, &project, &rules, true)? }))
}

pub(super) fn disable(call: &mut Call<'_>) -> Handled {
    let (project, rules) = (call.project()?, rules(call));
    Ok(json!({ "disabled_rule_ids": switch(call, &project, &rules, false)? }))
}

/// Enables or disables rules through a transient status, all rules if the list is empty. Returns the rules that change.
pub(super) fn switch(call: &mut Call<'_>, project: &str, rules: &[String], on: bool) -> Result<Vec<String>, ApiError> {
    provide(call, project);
    let (transient, end, state) =
        if on { ("enabling", "enabled", "inactive") } else { ("disabling", "disabled", "unknown_state") };
    let named: Vec<_> = match rules {
        [] => PRECONFIGURED.iter().map(|alert| rule_id(alert).to_owned()).collect(),
        rules => rules.to_vec(),
    };
    let (now, over) = (call.now, call.world.settle);
    let mut switched = Vec::new();
    for rule in named {
        let alert = call.change(&ALERT, &format!("{project}/{rule}"))?;
        if [transient, end].contains(&alert.text("rule_status")) {
            continue;
        }
        alert.fields.insert("rule_status".to_owned(), json!(transient));
        alert.settle(now, over, vec![object(json!({ "rule_status": end, "state": state }))]);
        switched.push(rule);
    }
    Ok(switched)
}

/// Disables all alerts of a project in the region of the call at once.
pub(super) fn reset(call: &mut Call<'_>, project: &str) {
    let region = call.locality();
    let is_own = |alert: &Object| alert.locality == region && alert.hidden_text("project_id") == project;
    let had_some = call.world.store.of(&ALERT).any(is_own);
    call.world.store.remove_where(|alert| alert.kind == ALERT.name && is_own(alert));
    if had_some {
        provide(call, project);
    }
}

/// Creates the preconfigured alerts that the project does not have in the region of the call.
fn provide(call: &mut Call<'_>, project: &str) {
    let region = call.locality();
    for alert in PRECONFIGURED.iter() {
        let key = format!("{project}/{}", rule_id(alert));
        if call.find(&ALERT, &key).is_ok() {
            continue;
        }
        let mut fields = object(alert.clone());
        fields.extend(object(json!({
            "preconfigured": true,
            "data_source_id": "",
            "region": region,
            "rule_status": "disabled",
            "state": "unknown_state",
        })));
        call.world.store.insert(Object::new(&ALERT, &region, &key, fields));
    }
}

fn rule_id(alert: &Value) -> &str {
    alert["preconfigured_data"]["preconfigured_rule_id"].as_str().unwrap_or_default()
}

fn rules(call: &Call<'_>) -> Vec<String> {
    let ids = call.body.get("rule_ids").and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
