//! Access control lists of instances: allowed IP ranges.

use serde_json::{Value, json};

use super::endpoint;
use super::kinds::{INSTANCE, RULE};
use super::path::{of_path, settled_of_path};
use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    of_path(call)?;
    call.list(&RULE)
}

/// Replaces all rules of the instance.
pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let instance = settled_of_path(call)?;
    let old = |rule: &crate::Object| rule.kind == RULE.name && rule.hidden_text("instance_id") == instance;
    call.world.store.remove_where(old);
    add(call)
}

/// As recorded: an empty description is replaced by a default, and the port is that of the public endpoint.
pub(super) fn add(call: &mut Call<'_>) -> Handled {
    let instance = settled_of_path(call)?;
    let endpoints = endpoint::all(call.find(&INSTANCE, &instance)?);
    let public = endpoints.iter().find(|endpoint| endpoint["load_balancer"].is_object()).or(endpoints.first());
    let port = public.map_or(Value::Null, |endpoint| endpoint["port"].clone());
    let mut rules = Vec::new();
    for given in call.value("rules", json!([])).as_array().into_iter().flatten() {
        let description = given["description"].as_str().filter(|text| !text.is_empty()).unwrap_or("IP allowed");
        let ip = given["ip"].as_str().ok_or_else(|| ApiError::required("ip"))?;
        let rule = json!({
            "ip": ip,
            "description": description,
            "port": port,
            "protocol": "tcp",
            "direction": "inbound",
            "action": "allow",
        });
        rules.push(call.create(&RULE, rule)?);
    }
    configure(call, &instance)?;
    Ok(json!({ "rules": rules }))
}

/// As recorded: the response contains the deleted rules.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let instance = settled_of_path(call)?;
    let mut rules = Vec::new();
    for ip in call.value("acl_rule_ips", json!([])).as_array().into_iter().flatten().filter_map(Value::as_str) {
        let rule = call.world.store.remove(&RULE, &call.locality(), &format!("{instance}/{ip}"))?;
        rules.push(call.show(&RULE, &rule));
    }
    configure(call, &instance)?;
    Ok(json!({ "rules": rules }))
}

fn configure(call: &mut Call<'_>, instance: &str) -> Result<(), ApiError> {
    call.transition(&INSTANCE, instance, "configuring", json!({ "status": "ready" }))
}
