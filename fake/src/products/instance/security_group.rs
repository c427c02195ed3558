//! Security groups and their rules, which a request replaces together.

use serde_json::{Value, json};

use super::kinds::SECURITY_GROUP;
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::paging;
use crate::plain;
use crate::response::ApiError;

/// The hidden field with the rules of a group.
const RULES: &str = "rules";
/// As recorded: servers cannot send mail unless the group allows it. These are the blocked ports.
const BLOCKED: [u32; 3] = [25, 465, 587];

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let described = call.body.get("description").cloned();
    let answer = plain::create(call, SECURITY_GROUP.plain(), json!({ "description": described }))?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    call.change(&SECURITY_GROUP, &id)?.hidden.insert(RULES.to_owned(), json!([]));
    Ok(answer)
}

/// As recorded: the group is `syncing` after a change.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let before = call.find(&SECURITY_GROUP, &id)?.fields.clone();
    let changes = call.body.iter().any(|(name, value)| before.get(name) != Some(value));
    // As recorded, a group without a description has none instead of an empty one.
    if call.body.get("description") == Some(&json!("")) || call.nulls.iter().any(|field| field == "description") {
        call.body.remove("description");
        call.change(&SECURITY_GROUP, &id)?.fields.insert("description".to_owned(), Value::Null);
    }
    plain::update(call, SECURITY_GROUP.plain())?;
    if changes {
        synchronize(call, &id)?;
    }
    call.get(&SECURITY_GROUP)
}

pub(super) fn list_rules(call: &mut ReadCall<'_>) -> Handled {
    let rules = rules(call)?;
    let total = rules.len();
    let page = paging::slice(rules, &call.query);
    Ok(json!({ "rules": page, "total_count": total }))
}

pub(super) fn set_rules(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("security_group_id");
    call.find(&SECURITY_GROUP, &id)?;
    let given = call.body.get("rules").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut stored = Vec::new();
    for (position, rule) in given.iter().enumerate() {
        let range = rule["ip_range"].as_str().unwrap_or("0.0.0.0/0");
        if rule["dest_port_to"].is_number() && rule["dest_port_to"].as_u64() < rule["dest_port_from"].as_u64() {
            return Err(ApiError::constraint("dest_port_to", "the range of ports is empty"));
        }
        stored.push(json!({
            "id": call.world.uuid(),
            "protocol": rule["protocol"],
            "direction": rule["direction"],
            "ip_range": shown_range(range),
            "dest_ip_range": null,
            "dest_port_from": rule["dest_port_from"],
            "dest_port_to": rule["dest_port_to"],
            // As recorded: the positions are those in the list, whatever the request has.
            "position": position + 1,
            "editable": true,
            "action": rule["action"],
            "zone": call.locality(),
        }));
    }
    let is_changed = call.find(&SECURITY_GROUP, &id)?.hidden.get(RULES).is_some_and(|old| !is_alike(old, &stored));
    call.change(&SECURITY_GROUP, &id)?.hidden.insert(RULES.to_owned(), Value::Array(stored));
    if is_changed {
        synchronize(call, &id)?;
    }
    Ok(json!({ "rules": rules(call)? }))
}

/// The rules that Scaleway adds, and those of the last request.
fn rules(call: &Call<'_, impl WorldRef>) -> Result<Vec<Value>, ApiError> {
    let group = call.find(&SECURITY_GROUP, &call.parameter("security_group_id"))?;
    let mut rules = Vec::new();
    if group.fields.get("enable_default_security") == Some(&json!(true)) {
        let blocked = ["0.0.0.0/0", "::/0"].iter().flat_map(|range| BLOCKED.map(|port| (range, port)));
        rules.extend(blocked.enumerate().map(|(index, (range, port))| {
            json!({
                "id": format!("11111111-2222-4333-8444-{:012}", index + 1),
                "protocol": "TCP",
                "direction": "outbound",
                "ip_range": range,
                "dest_ip_range": null,
                "dest_port_from": port,
                "dest_port_to": null,
                "position": index + 1,
                "editable": false,
                "action": "drop",
                "zone": group.locality,
            })
        }));
    }
    rules.extend(group.hidden.get(RULES).and_then(Value::as_array).cloned().unwrap_or_default());
    Ok(rules)
}

fn synchronize(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let (now, over) = (call.now, call.world.settle);
    let group = call.change(&SECURITY_GROUP, id)?;
    group.fields.insert("state".to_owned(), json!("syncing"));
    group.settle(now, over, vec![crate::call::object(json!({ "state": "available" }))]);
    Ok(())
}

/// As recorded: a range of one address is shown without its prefix length.
fn shown_range(range: &str) -> &str {
    let single = range.strip_suffix("/32").filter(|address| !address.contains(':'));
    single.or_else(|| range.strip_suffix("/128")).unwrap_or(range)
}

/// Whether rules differ by their IDs only.
fn is_alike(old: &Value, new: &[Value]) -> bool {
    let without_id = |rule: &Value| {
        let mut fields = crate::call::object(rule.clone());
        fields.remove("id");
        fields
    };
    old.as_array().is_some_and(|old| old.iter().map(without_id).eq(new.iter().map(without_id)))
}
