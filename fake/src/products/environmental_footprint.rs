//! Environmental Footprint: the impact of projects. The seed contains it; the fake computes none from its objects.

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::product::Product;
use crate::store::{Kind, Missing};

static PROJECT_IMPACT: Kind = Kind {
    id: "project_id",
    ..Kind::new("environmental_footprint/project_impact", "ProjectImpact", "projects", Missing::Labelled("project"))
};

pub(crate) static PRODUCT: Product = Product {
    document: "environmental_footprint.v1alpha1",
    kinds: &[&PROJECT_IMPACT],
    reads: &[("GetImpactData", impact)],
    writes: &[],
};

/// The impact of the selected projects, and their sum. Other filters select nothing.
fn impact(call: &mut ReadCall<'_>) -> Handled {
    let requested = call.query.get("project_ids").and_then(Value::as_array);
    let is_requested = |project: &Value| requested.is_none_or(|requested| requested.contains(&project["project_id"]));
    let projects = call.world.store.of(&PROJECT_IMPACT).map(|project| json!(project.fields));
    let projects: Vec<Value> = projects.filter(is_requested).collect();
    let sum = |field: &str| -> f64 {
        projects.iter().filter_map(|project| project["total_project_impact"][field].as_f64()).sum()
    };
    Ok(json!({
        "start_date": call.query.get("start_date"),
        "end_date": call.query.get("end_date"),
        "total_impact": { "kg_co2_equivalent": sum("kg_co2_equivalent"), "m3_water_usage": sum("m3_water_usage") },
        "projects": projects,
    }))
}
