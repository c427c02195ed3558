//! Plans, which Scaleway has deprecated. A project has the plan `free` until it selects another one.

use serde_json::{Value, json};

use super::project;
use crate::call::{Call, Handled, ReadCall, object};
use crate::paging;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

const DEFAULT: &str = "free";

/// Name, price per month, retention of logs and traces, retention of metrics.
type Plan = (&'static str, u32, &'static str, &'static str);

/// As recorded.
const PLANS: [Plan; 3] = [
    ("custom", 29, "2678400s", "31536000s"),
    (DEFAULT, 0, "604800s", "2678400s"),
    ("premium", 29, "2678400s", "31536000s"),
];

/// The selected plan of a project.
pub(super) static PLAN: Kind =
    Kind { id: "", key: &["project_id"], ..Kind::new("cockpit/plan", "Plan", "plans", Missing::Labelled("plan")) };

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let plans = PLANS.iter().map(shown).map(object).collect();
    Ok(json!({ "plans": paging::page(plans, &call.query, &PLAN, call.order), "total_count": PLANS.len() }))
}

pub(super) fn current(call: &mut ReadCall<'_>) -> Handled {
    let project = project::of_query(call)?;
    let selected = call.shown(&PLAN, &project).ok();
    Ok(selected.or_else(|| plan(DEFAULT)).unwrap_or_default())
}

pub(super) fn select(call: &mut Call<'_>) -> Handled {
    let (project, name) = (call.project()?, call.need("plan_name")?);
    let plan = plan(&name).ok_or_else(|| ApiError::constraint("plan_name", "unknown plan"))?;
    let mut selected = call.draft(&PLAN, plan);
    selected.id.clone_from(&project);
    selected.hidden.insert("project_id".to_owned(), json!(project));
    // It is deleted with its project.
    selected.provided = true;
    Ok(call.insert(&PLAN, selected))
}

fn plan(requested: &str) -> Option<Value> {
    PLANS.iter().find(|(name, ..)| *name == requested).map(shown)
}

fn shown((name, price, logs, metrics): &Plan) -> Value {
    json!({
        "name": name,
        "monthly_price": price,
        "retention_logs_interval": logs,
        "retention_traces_interval": logs,
        "retention_metrics_interval": metrics,
        "sample_ingestion_price": 15,
        "logs_ingestion_price": 35,
        "traces_ingestion_price": 35,
    })
}
