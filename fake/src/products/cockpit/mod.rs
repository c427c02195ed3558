//! Cockpit: data sources, tokens, alert managers with their alerts and contact points, exporters, Grafana users, plans.

mod alert_manager;
mod alerts;
mod contact_points;
mod exporters;
mod grafana;
mod observed;
mod plans;
mod project;
mod sources;

use serde_json::json;

use crate::call::{Handled, ReadCall};
use crate::product::Product;

pub(crate) static PRODUCT: Product = Product {
    document: "cockpit.v1",
    kinds: &[
        &sources::SOURCE,
        &alert_manager::ALERT_MANAGER,
        &alerts::ALERT,
        &contact_points::CONTACT_POINT,
        &exporters::EXPORTER,
        &grafana::GRAFANA,
        &grafana::USER,
        &plans::PLAN,
    ],
    reads: &[
        ("GetConfig", config),
        ("ListPlans", plans::list),
        ("GetCurrentPlan", plans::current),
        ("GetDataSource", sources::get),
        ("ListDataSources", sources::list),
        ("GetAlertManager", alert_manager::get),
        ("ListAlerts", alerts::list),
        ("ListContactPoints", contact_points::list),
        ("GetExporter", |call| call.get(&exporters::EXPORTER)),
        ("ListExporters", exporters::list),
        ("ListProducts", observed::products),
        ("GetGrafana", grafana::get),
        ("ListGrafanaUsers", grafana::list_users),
    ],
    writes: &[
        ("SelectPlan", plans::select),
        ("CreateDataSource", sources::create),
        ("UpdateDataSource", |call| call.patch(&sources::SOURCE, &["name", "retention_days"])),
        ("DeleteDataSource", |call| call.delete(&sources::SOURCE)),
        ("EnableAlertManager", alert_manager::enable),
        ("DisableAlertManager", alert_manager::disable),
        ("EnableManagedAlerts", |call| alert_manager::switch_managed_alerts(call, true)),
        ("DisableManagedAlerts", |call| alert_manager::switch_managed_alerts(call, false)),
        ("TriggerTestAlert", alert_manager::trigger_test_alert),
        ("EnableAlertRules", alerts::enable),
        ("DisableAlertRules", alerts::disable),
        ("CreateContactPoint", contact_points::create),
        ("UpdateContactPoint", contact_points::update),
        ("DeleteContactPoint", contact_points::delete),
        ("CreateExporter", exporters::create),
        ("UpdateExporter", exporters::update),
        ("DeleteExporter", |call| call.delete(&exporters::EXPORTER)),
        ("SyncGrafanaDataSources", grafana::synchronize),
        ("CreateGrafanaUser", grafana::create_user),
        ("DeleteGrafanaUser", grafana::delete_user),
        ("ResetGrafanaUserPassword", grafana::reset_password),
    ],
};

/// As recorded.
fn config(_: &mut ReadCall<'_>) -> Handled {
    let days = |default: u32| json!({ "min_days": 1, "max_days": sources::MOST_DAYS, "default_days": default });
    Ok(json!({
        "custom_metrics_retention": days(sources::default_days("metrics")),
        "custom_logs_retention": days(sources::default_days("logs")),
        "custom_traces_retention": days(sources::default_days("traces")),
        "product_metrics_retention": days(sources::default_days("metrics")),
        "product_logs_retention": days(sources::default_days("logs")),
    }))
}
