//! Edge Services. Code is needed for what has no ID: the plan of a project, the rules of a route stage, and the head of a pipeline.
//! The fake serves no content.

use serde_json::json;

use crate::call::{Call, Handled, ReadCall};
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::response::ApiError;
use crate::store::{Kind, Missing};

static BACKEND_STAGE: Named = Named::new("edge_services/backend_stage");
static DNS_STAGE: Named = Named::new("edge_services/dns_stage");
static PIPELINE: Named = Named::new("edge_services/pipeline");
static ROUTE_STAGE: Named = Named::new("edge_services/route_stage");

static PLAN: Kind =
    Kind { id: "", key: &["project_id"], ..Kind::new("edge_services/plan", "Plan", "", Missing::Message("Not Found")) };
/// Its pipeline is hidden.
static HEAD_STAGE: Kind = Kind {
    id: "dns_stage_id",
    ..Kind::new(
        "edge_services/head_stage",
        "ListHeadStagesResponseHeadStage",
        "head_stages",
        Missing::Message("Not Found"),
    )
};

pub(crate) static PRODUCT: Product = Product {
    document: "edge_services.v1beta1",
    kinds: &[&PLAN, &HEAD_STAGE],
    reads: &[("GetCurrentPlan", get_plan), ("ListRouteRules", list_rules), ("ListHeadStages", list_heads)],
    writes: &[
        ("CreateBackendStage", create_backend),
        ("UpdateBackendStage", update_backend),
        ("SelectPlan", select_plan),
        ("DeleteCurrentPlan", delete_plan),
        ("SetRouteRules", set_rules),
        ("SetHeadStage", set_head),
    ],
};

fn create_backend(call: &mut Call<'_>) -> Handled {
    name_hosts(call);
    plain::create(call, BACKEND_STAGE.plain(), json!({}))
}

/// As recorded: a load balancer without a host name has an empty one in responses.
fn name_hosts(call: &mut Call<'_>) {
    let lbs = call.body.get_mut("scaleway_lb").and_then(|lb| lb["lbs"].as_array_mut());
    for lb in lbs.into_iter().flatten().filter(|lb| lb["domain_name"].is_null()) {
        lb["domain_name"] = json!("");
    }
}

/// As recorded: a request has an empty pipeline, and the stage stays in its own.
fn update_backend(call: &mut Call<'_>) -> Handled {
    call.body.remove("pipeline_id");
    name_hosts(call);
    plain::update(call, BACKEND_STAGE.plain())
}

/// A second selection changes the plan.
fn select_plan(call: &mut Call<'_>) -> Handled {
    let (project, name) = (call.project()?, call.need("plan_name")?);
    let mut plan = call.draft(&PLAN, json!({ "plan_name": name }));
    plan.hidden.insert("project_id".to_owned(), json!(project));
    plan.id = project;
    Ok(call.insert(&PLAN, plan))
}

fn get_plan(call: &mut ReadCall<'_>) -> Handled {
    call.get(&PLAN)
}

fn delete_plan(call: &mut Call<'_>) -> Handled {
    call.delete(&PLAN)
}

/// As recorded: positions are counted from 1, and the time of the last change of the stage is set.
fn set_rules(call: &mut Call<'_>) -> Handled {
    let (id, time) = (call.parameter("route_stage_id"), call.timestamp());
    let mut rules = call.value("route_rules", json!([]));
    for (index, rule) in rules.as_array_mut().into_iter().flatten().enumerate() {
        rule["position"] = json!(index + 1);
        rule["route_stage_id"] = json!(id);
    }
    let stage = call.change(&ROUTE_STAGE, &id)?;
    stage.hidden.insert("rules".to_owned(), rules.clone());
    crate::call::touch(stage, &time);
    Ok(json!({ "route_rules": rules }))
}

fn list_rules(call: &mut ReadCall<'_>) -> Handled {
    let stage = call.find(&ROUTE_STAGE, &call.parameter("route_stage_id"))?;
    let rules = stage.hidden.get("rules").cloned().unwrap_or_else(|| json!([]));
    let total = rules.as_array().map_or(0, Vec::len);
    Ok(json!({ "route_rules": rules, "total_count": total }))
}

/// As documented: one request adds, removes or swaps a head.
fn set_head(call: &mut Call<'_>) -> Handled {
    let pipeline = call.parameter("pipeline_id");
    call.find(&PIPELINE, &pipeline)?;
    let named = |path: [&str; 2]| call.body.get(path[0]).and_then(|action| action[path[1]].as_str()).map(str::to_owned);
    let removed =
        named(["remove_head_stage", "remove_stage_id"]).or_else(|| named(["swap_head_stage", "current_stage_id"]));
    let added = named(["add_new_head_stage", "new_stage_id"]).or_else(|| named(["swap_head_stage", "new_stage_id"]));
    if removed.is_none() && added.is_none() {
        return Err(ApiError::required("add_new_head_stage"));
    }
    if let Some(added) = &added {
        let stage = call.find(&DNS_STAGE, added)?;
        if stage.text("pipeline_id") != pipeline {
            return Err(ApiError::constraint("new_stage_id", "the stage belongs to another pipeline"));
        }
    }
    if let Some(removed) = removed {
        call.world.store.remove(&HEAD_STAGE, "", &removed)?;
    }
    let Some(added) = added else { return Ok(json!({ "head_stage": null })) };
    if call.world.store.of(&HEAD_STAGE).any(|head| head.hidden_text("pipeline_id") == pipeline) {
        return Err(ApiError::precondition("resource_still_in_use", "the pipeline has a head stage"));
    }
    let mut head = call.draft(&HEAD_STAGE, json!({ "dns_stage_id": added }));
    head.hidden.insert("pipeline_id".to_owned(), json!(pipeline));
    Ok(json!({ "head_stage": call.insert(&HEAD_STAGE, head) }))
}

fn list_heads(call: &mut ReadCall<'_>) -> Handled {
    call.find(&PIPELINE, &call.parameter("pipeline_id"))?;
    call.list(&HEAD_STAGE)
}
