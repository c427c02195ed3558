//! Load balancers in responses about their parts: with their instances, or without.

use serde_json::{Value, json};

use crate::call::{Call, Handled, WorldRef};
use crate::facts::Named;
use crate::response::ApiError;

pub(super) static LB: Named = Named::new("lb/lb");

/// Completes the load balancer in a response with its instances, which most responses omit.
pub(super) fn show_load_balancer(call: &Call<'_, impl WorldRef>, answer: &mut Value) -> Result<(), ApiError> {
    let id = answer["lb"]["id"].as_str().unwrap_or_default().to_owned();
    if let Some(lb) = answer.get_mut("lb") {
        *lb = call.shown(&LB, &id)?;
    }
    Ok(())
}

/// As recorded, the instances are `pending` for a moment after a change; the response to the change shows it.
pub(super) fn changed(call: &mut Call<'_>, mut answer: Value) -> Handled {
    let id = answer["lb"]["id"].as_str().unwrap_or_default().to_owned();
    pend(call, &id)?;
    show_load_balancer(call, &mut answer)?;
    Ok(answer)
}

pub(super) fn pend(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let (now, over) = (call.now, call.world.settle);
    let lb = call.change(&LB, id)?;
    let ready = lb.fields.get("instances").cloned().unwrap_or_default();
    let mut pending = ready.clone();
    for instance in pending.as_array_mut().into_iter().flatten() {
        instance["status"] = json!("pending");
    }
    lb.fields.insert("instances".to_owned(), pending);
    lb.settle(now, over, vec![crate::call::object(json!({ "instances": ready }))]);
    Ok(())
}
