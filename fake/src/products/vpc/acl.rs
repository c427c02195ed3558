//! Access control lists: a VPC has one for each IP version. They have no effect.

use serde_json::{Value, json};

use super::vpcs::VPC;
use crate::call::{Call, Handled, ReadCall};
use crate::response::ApiError;

pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let is_ipv6 = call.query.get("is_ipv6") == Some(&json!(true));
    let found = call.find(&VPC, &call.parameter("vpc_id"))?.hidden.get(name(is_ipv6)).cloned();
    Ok(found.unwrap_or_else(initial))
}

/// The list of a new VPC.
fn initial() -> Value {
    json!({ "default_policy": "accept", "rules": [] })
}

/// Replaces the whole list.
pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let is_ipv6 = call.value("is_ipv6", false) == json!(true);
    let mut rules = Vec::new();
    for given in call.value("rules", json!([])).as_array().into_iter().flatten() {
        let value = |field: &str, otherwise: Value| given.get(field).cloned().unwrap_or(otherwise);
        check(given, is_ipv6, rules.len())?;
        rules.push(json!({
            "protocol": value("protocol", json!("ANY")),
            "source": value("source", json!("")),
            "src_port_low": value("src_port_low", json!(0)),
            "src_port_high": value("src_port_high", json!(0)),
            "destination": value("destination", json!("")),
            "dst_port_low": value("dst_port_low", json!(0)),
            "dst_port_high": value("dst_port_high", json!(0)),
            "action": value("action", json!("unknown_action")),
            "description": described(given),
        }));
    }
    let list = json!({ "default_policy": call.value("default_policy", "accept"), "rules": rules });
    let is_initial = list == initial();
    let (now, id) = (call.timestamp(), call.parameter("vpc_id"));
    let vpc = call.change(&VPC, &id)?;
    // A list that is set back is stored like one that was never set.
    if is_initial {
        vpc.hidden.remove(name(is_ipv6));
    } else {
        vpc.hidden.insert(name(is_ipv6).to_owned(), list.clone());
    }
    vpc.fields.insert("updated_at".to_owned(), json!(now));
    Ok(list)
}

/// Rejects a rule that matches no packet: without action, source or destination, with ports in the wrong order, or of
/// the other IP version.
fn check(rule: &Value, is_ipv6: bool, index: usize) -> Result<(), ApiError> {
    let name = |field: &str| format!("rules[{index}].{field}");
    if !matches!(rule["action"].as_str(), Some("accept" | "drop")) {
        return Err(ApiError::required(&name("action")));
    }
    for field in ["source", "destination"] {
        let block = rule[field].as_str().filter(|block| !block.is_empty());
        let block = block.ok_or_else(|| ApiError::required(&name(field)))?;
        if block.contains(':') != is_ipv6 {
            return Err(ApiError::constraint(&name(field), "it is not of the family of the list"));
        }
    }
    for side in ["src", "dst"] {
        let port = |end: &str| rule[format!("{side}_port_{end}")].as_u64().unwrap_or_default();
        if port("high") < port("low") {
            return Err(ApiError::constraint(&name(&format!("{side}_port_high")), "it is lower than the first port"));
        }
    }
    Ok(())
}

/// As recorded: the API writes the scope of a rule in front of its description.
fn described(rule: &Value) -> Value {
    match rule["description"].as_str() {
        Some(text) if text.starts_with("(Rule scope: ") => json!(text),
        Some(text) => json!(format!("(Rule scope: client) {text}")),
        None => Value::Null,
    }
}

/// The hidden field of a VPC that contains the list.
fn name(is_ipv6: bool) -> &'static str {
    if is_ipv6 { "acl_ipv6" } else { "acl_ipv4" }
}
