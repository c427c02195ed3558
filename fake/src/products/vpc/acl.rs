//! Access control lists: a VPC has one for each kind of addresses. Nothing obeys them.

use serde_json::{Value, json};

use super::VPC;
use crate::call::{Call, Handled};

pub(super) fn get(call: &mut Call<'_>) -> Handled {
    let is_ipv6 = call.query.get("is_ipv6") == Some(&json!(true));
    let found = call.find(&VPC, &call.parameter("vpc_id"))?.hidden.get(name(is_ipv6)).cloned();
    Ok(found.unwrap_or_else(|| json!({ "default_policy": "accept", "rules": [] })))
}

/// Replaces the whole list.
pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let is_ipv6 = call.value("is_ipv6", false) == json!(true);
    let mut rules = Vec::new();
    for given in call.value("rules", json!([])).as_array().into_iter().flatten() {
        let value = |field: &str, otherwise: Value| given.get(field).cloned().unwrap_or(otherwise);
        rules.push(json!({
            "protocol": value("protocol", json!("ANY")),
            "source": value("source", json!("")),
            "src_port_low": value("src_port_low", json!(0)),
            "src_port_high": value("src_port_high", json!(0)),
            "destination": value("destination", json!("")),
            "dst_port_low": value("dst_port_low", json!(0)),
            "dst_port_high": value("dst_port_high", json!(0)),
            "action": value("action", json!("unknown_action")),
            "description": value("description", Value::Null),
        }));
    }
    let list = json!({ "default_policy": call.value("default_policy", "accept"), "rules": rules });
    let (now, id) = (call.timestamp(), call.parameter("vpc_id"));
    let vpc = call.change(&VPC, &id)?;
    vpc.hidden.insert(name(is_ipv6).to_owned(), list.clone());
    vpc.fields.insert("updated_at".to_owned(), json!(now));
    Ok(list)
}

/// Where a VPC keeps the list.
fn name(is_ipv6: bool) -> &'static str {
    if is_ipv6 { "acl_ipv6" } else { "acl_ipv4" }
}
