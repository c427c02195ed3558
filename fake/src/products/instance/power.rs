//! The power states of servers, and the actions that change them.

use serde_json::{Map, Value, json};

use super::attachment;
use super::backup;
use super::server_view::{self, SERVER};
use super::task::task;
use crate::call::{Call, Handled, ReadCall, object};
use crate::response::ApiError;
use crate::store::Object;

/// The fields of a stopped server, as recorded.
pub(super) fn stopped() -> Map<String, Value> {
    fields("stopped", "", &["poweron", "backup"], Some(Value::Null))
}

/// As recorded: the response is a task, and the server is `starting` or `stopping` for some time.
pub(super) fn act(call: &mut Call<'_>) -> Handled {
    let (id, action) = (call.parameter("server_id"), call.need("action")?);
    let server = call.find(&SERVER, &id)?.clone();
    if action == "backup" {
        return backup::create(call, &server);
    }
    let state = server.text("state").to_owned();
    let is_up = ["running", "stopped in place"].contains(&state.as_str());
    let passing = ["stop_in_place", "backup"];
    match (action.as_str(), state.as_str()) {
        ("poweron", "stopped" | "stopped in place") => {
            let detail = if state == "stopped" { "allocating node" } else { "stopped in place" };
            with_dynamic_address(call, &id)?;
            pass(call, &id, fields("starting", detail, &passing, None), running(&server))?;
        }
        ("reboot", _) if is_up => {
            pass(call, &id, fields("starting", "starting", &passing, None), running(&server))?;
        }
        ("poweroff", _) if is_up => pass(call, &id, fields("stopping", "stopping", &passing, None), stopped())?,
        ("stop_in_place", "running") => {
            let allowed = ["poweron", "poweroff", "terminate", "reboot", "backup"];
            let then = fields("stopped in place", "stopped in place", &allowed, None);
            pass(call, &id, fields("stopping", "stopping in place", &passing, None), then)?;
        }
        ("terminate", _) if is_up => terminate(call, &server)?,
        _ => {
            let help = format!("the action {action} is not possible in the state {state}");
            return Err(ApiError::precondition("resource_not_usable", &help));
        }
    }
    let path = format!("/servers/{id}");
    Ok(json!({ "task": task(call, &format!("{path}/action"), &path) }))
}

pub(super) fn actions(call: &mut ReadCall<'_>) -> Handled {
    let server = call.find(&SERVER, &call.parameter("server_id"))?;
    Ok(json!({ "actions": server.fields["allowed_actions"] }))
}

/// As recorded: local volumes are deleted with the server, and those of Block Storage are free afterwards.
fn terminate(call: &mut Call<'_>, server: &Object) -> Result<(), ApiError> {
    if server.fields["protected"] == json!(true) {
        return Err(ApiError::precondition("protected_resource", "the server is protected"));
    }
    let is_local = attachment::has_local_root(call, server);
    let allowed: &[&str] = if is_local { &[] } else { &["stop_in_place", "backup"] };
    let (now, over) = (call.now, call.world.settle);
    attachment::release(call, server, over, true)?;
    let time = call.timestamp();
    let terminated = call.change(&SERVER, &server.id)?;
    terminated.fields.extend(fields("stopping", "terminating", allowed, None));
    crate::call::touch(terminated, &time);
    terminated.vanish(now, over);
    Ok(())
}

fn running(server: &Object) -> Map<String, Value> {
    let allowed = ["poweroff", "terminate", "reboot", "stop_in_place", "backup"];
    let location = json!({
        "zone_id": server.locality,
        "platform_id": "14",
        "cluster_id": "42",
        "hypervisor_id": "404",
        "node_id": "57",
    });
    fields("running", "booting kernel", &allowed, Some(location))
}

fn fields(state: &str, detail: &str, allowed: &[&str], location: Option<Value>) -> Map<String, Value> {
    let mut fields = object(json!({ "state": state, "state_detail": detail, "allowed_actions": allowed }));
    fields.extend(location.map(|location| ("location".to_owned(), location)));
    fields
}

fn pass(call: &mut Call<'_>, id: &str, now: Map<String, Value>, then: Map<String, Value>) -> Result<(), ApiError> {
    let (time, over, touched) = (call.now, call.world.settle, call.timestamp());
    let server = call.change(&SERVER, id)?;
    server.fields.extend(now);
    crate::call::touch(server, &touched);
    server.settle(time, over, vec![then]);
    Ok(())
}

/// A dynamic address changes with each start.
fn with_dynamic_address(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let (number, id_of_address) = (call.world.rng.u8(1..), call.world.uuid());
    let server = call.change(&SERVER, id)?;
    let is_requested = server.fields["dynamic_ip_required"] == json!(true);
    let address = format!("51.15.0.{number}");
    let dynamic = if is_requested { server_view::address(&id_of_address, &address, true) } else { Value::Null };
    server.hidden.insert("dynamic_ip".to_owned(), dynamic);
    Ok(())
}
