//! The preconfigured alerts of a project, which are switched on and off. Own alerts come from a language of rules that
//! the fake does not speak.

use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::call::{Call, Handled, object};
use crate::paging;
use crate::store::{Kind, Missing, Object};

pub(super) static ALERT: Kind = Kind {
    id: "",
    key: &["project_id", "rule_id"],
    ..Kind::new("cockpit/alert", "Alert", "alerts", Missing::Labelled("alert"))
};

/// Id, name, product family, product, duration; as recorded. The texts that go with them are made up.
const PRECONFIGURED: &[(&str, &str, &str, &str, &str)] = &[
    ("8dba8eed-25eb-4860-ab33-7cb5ca662036", "CockpitIngestionDecrease", "Observability", "Cockpit", "0s"),
    ("669f781a-adab-4e3c-984e-fb149f8b67a3", "CockpitIngestionIncrease", "Observability", "Cockpit", "0s"),
    ("ac63ebdc-eaba-4aeb-a771-4d028363a75b", "DataWarehouseHighCPUUsage", "Data & Analytics", "Data Warehouse", "10m"),
    ("1c16c699-e00e-4be8-b05d-d8cd2797f2a7", "InstanceHighCPUUsage", "Compute", "Instance", "10m"),
    ("d3974dcd-0f02-47cf-a266-67223e579390", "APIServerHighCPUUsage", "Containers", "Kubernetes", "10m"),
    ("09396fbe-bddc-47a3-8072-c4246bef03c1", "APIServerHighMemoryUsage", "Containers", "Kubernetes", "10m"),
    ("dc9b67ae-baa6-4a37-907d-2a6c31304561", "NodesNotReady", "Containers", "Kubernetes", "10m"),
    ("d1b1b4a0-7215-494b-9d81-796e52c7ed0e", "LBBackendDown", "Load Balancer", "LB", "5m"),
    ("feb64cef-c855-4230-a74e-813515fdb357", "LBBackendServerDown", "Load Balancer", "LB", "5m"),
    ("835bd0fc-57ea-43cf-ba2f-2b637e85eedb", "LBHighBandwidthLoad", "Load Balancer", "LB", "10m"),
    ("769bd543-6030-4540-bd2d-5e2d0604e767", "LBHighCPULoad", "Load Balancer", "LB", "10m"),
    ("fcf06e62-22ee-4e86-9b16-3cc9708e1b07", "LBHighConnectionLoad", "Load Balancer", "LB", "10m"),
    ("89d456d0-8614-40a2-b0a6-682ea25e98b6", "LBHighMemoryLoad", "Load Balancer", "LB", "10m"),
    ("76f01e05-79d1-4509-93f2-67eb84586070", "MySQLHighCPULoad", "Managed Databases", "MySQL", "10m"),
    ("f8834c3d-4d3d-49a2-9164-0236d4c93590", "MySQLHighStorageUsage", "Managed Databases", "MySQL", "10m"),
    ("eb8a941e-698d-47d6-b62d-4b6c13f7b4b7", "MySQLTooManyConnections", "Managed Databases", "MySQL", "10m"),
    ("615245e6-3882-4d99-8798-d17ca1c95645", "PostgreSQLHighCPULoad", "Managed Databases", "PostgreSQL", "10m"),
    ("c8991f90-facb-436c-b4ab-6aa13822a451", "PostgreSQLHighStorageUsage", "Managed Databases", "PostgreSQL", "10m"),
    ("6c6843af-1815-46df-9e52-6feafcf31fd7", "PostgresqlTooManyConnections", "Managed Databases", "PostgreSQL", "10m"),
    ("f5e3c109-91b3-4586-b580-9f86529c1df8", "HighCpuUsage", "Managed Databases", "Redis", "10m"),
    ("3c5b3a41-69de-43ed-9217-e3002d687c53", "HighMemoryUsage", "Managed Databases", "Redis", "10m"),
    ("e930945c-8b42-48fe-94db-12abc81d27f4", "ServerlessSQLDatabaseHighCPUUsage", "Serverless", "SQL Databases", "10m"),
];

/// As recorded: all in one answer, whatever page is asked for.
pub(super) fn list(call: &mut Call<'_>) -> Handled {
    let mut query = call.query.clone();
    let project = query.remove("project_id").and_then(|project| project.as_str().map(str::to_owned));
    let project = project.unwrap_or_else(|| call.world.project.clone());
    provide(call, &project);
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

/// Switches rules, or all of them when none is named, by way of a passing status. Returns those that change.
pub(super) fn switch(call: &mut Call<'_>, project: &str, rules: &[String], on: bool) -> Result<Vec<String>, Refusal> {
    provide(call, project);
    let (passing, end, state) =
        if on { ("enabling", "enabled", "inactive") } else { ("disabling", "disabled", "unknown_state") };
    let named: Vec<_> = match rules {
        [] => PRECONFIGURED.iter().map(|(id, ..)| (*id).to_owned()).collect(),
        rules => rules.to_vec(),
    };
    let (now, over) = (call.now, call.world.settle);
    let mut switched = Vec::new();
    for rule in named {
        let alert = call.change(&ALERT, &format!("{project}/{rule}"))?;
        if [passing, end].contains(&alert.text("rule_status")) {
            continue;
        }
        alert.fields.insert("rule_status".to_owned(), json!(passing));
        alert.settle(now, over, vec![object(json!({ "rule_status": end, "state": state }))]);
        switched.push(rule);
    }
    Ok(switched)
}

/// Every project has the preconfigured alerts in every region.
fn provide(call: &mut Call<'_>, project: &str) {
    let region = call.locality();
    for (id, name, family, product, duration) in PRECONFIGURED {
        let key = format!("{project}/{id}");
        if call.find(&ALERT, &key).is_ok() {
            continue;
        }
        let text = format!("{product}: {name}");
        let mut fields = json!({
            "name": name,
            "preconfigured": true,
            "preconfigured_data": {
                "preconfigured_rule_id": id,
                "display_name": name,
                "display_description": text,
                "product_family": family,
                "product_name": product,
            },
            "annotations": {
                "rule_id": id,
                "display_name": name,
                "display_description": text,
                "description": text,
                "summary": text,
                "family": family,
                "product": product,
            },
            "rule": format!("{name} > 0"),
            "duration": duration,
            "data_source_id": "",
            "region": region,
            "rule_status": "disabled",
            "state": "unknown_state",
        });
        // As recorded: there is one product without a dashboard.
        if *product != "Data Warehouse" {
            fields["annotations"]["dashboard_path"] = json!(format!("/d/{name}"));
        }
        let alert = Object::new(&ALERT, &region, &key, object(fields));
        call.world.store.insert(alert);
    }
}

fn rules(call: &Call<'_>) -> Vec<String> {
    let ids = call.body.get("rule_ids").and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
