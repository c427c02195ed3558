//! Read replicas: read-only copies of an instance, with endpoints of their own. They are deleted with their instance.

use serde_json::{Value, json};

use super::endpoint;
use super::kinds::{INSTANCE, REPLICA};
use crate::call::{Call, Handled};
use crate::response::ApiError;
use crate::store::Object;

/// The types of endpoints; a replica has at most one of each.
const KINDS: [&str; 2] = ["direct_access", "private_network"];

/// As recorded: an endpoint in a private network exists at once, a direct one when the replica is ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let instance = call.need("instance_id")?;
    call.settled(&INSTANCE, &instance)?;
    let fields = json!({
        "instance_id": instance,
        "region": call.locality(),
        "same_zone": call.value("same_zone", true),
        "status": "provisioning",
        "endpoints": [],
    });
    let replica = call.draft(&REPLICA, fields);
    let id = replica.id.clone();
    call.insert(&REPLICA, replica);
    add(call, &id, "provisioning")
}

/// As recorded: creates all endpoints of the request at once.
pub(super) fn create_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("read_replica_id");
    call.settled(&REPLICA, &id)?;
    add(call, &id, "initializing")
}

pub(super) fn reset(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("read_replica_id");
    call.settled(&REPLICA, &id)?;
    call.transition(&REPLICA, &id, "initializing", json!({ "status": "ready" }))?;
    call.shown(&REPLICA, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&REPLICA, &id)?;
    release(call, &id)?;
    call.delete_in_time(&REPLICA)
}

/// Deletes all replicas of an instance.
pub(super) fn delete_all_of(call: &mut Call<'_>, instance: &str) -> Result<(), ApiError> {
    let own = call.world.store.of(&REPLICA).filter(|replica| replica.text("instance_id") == instance);
    let own: Vec<_> = own.map(|replica| replica.id.clone()).collect();
    let (now, over) = (call.now, call.world.settle);
    for id in own {
        release(call, &id)?;
        call.change(&REPLICA, &id)?.vanish(now, over);
    }
    Ok(())
}

/// The replica with this endpoint.
fn with_endpoint(call: &Call<'_>, id: &str) -> Option<Object> {
    let region = call.locality();
    let mut of_region = call.world.store.of(&REPLICA).filter(|replica| replica.locality == region);
    of_region.find(|replica| endpoint::all(replica).iter().any(|endpoint| endpoint["id"] == id)).cloned()
}

/// Deletes an endpoint of a read replica or of an instance: the API has one operation for both.
pub(super) fn delete_any_endpoint(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    match with_endpoint(call, &id) {
        Some(replica) => delete_endpoint(call, &replica, &id),
        None => endpoint::delete(call),
    }
}

/// As recorded: the endpoint is deleted once the replica is ready again.
fn delete_endpoint(call: &mut Call<'_>, replica: &Object, endpoint: &str) -> Handled {
    call.settled(&REPLICA, &replica.id)?;
    let (deleted, left): (Vec<_>, Vec<_>) =
        endpoint::all(replica).into_iter().partition(|other| other["id"] == endpoint);
    call.transition(&REPLICA, &replica.id, "configuring", json!({ "status": "ready", "endpoints": left }))?;
    endpoint::unassign_all(call, replica.text("instance_id"), &deleted);
    Ok(Value::Null)
}

/// Creates the endpoints in the body.
fn add(call: &mut Call<'_>, id: &str, status: &str) -> Handled {
    let replica = call.find(&REPLICA, id)?.clone();
    let mut instance = call.find(&INSTANCE, replica.text("instance_id"))?.clone();
    // As recorded: the instance holds the addresses of a replica, under a name with the first digits of the replica's ID.
    let name = format!("read-replica-{}", id.get(..8).unwrap_or(id));
    instance.fields.insert("name".to_owned(), json!(name));
    let mut endpoints = endpoint::all(&replica);
    for spec in call.value("endpoint_spec", json!([])).as_array().into_iter().flatten() {
        for kind in KINDS {
            if spec[kind].is_object() && endpoints.iter().any(|endpoint| endpoint[kind].is_object()) {
                return Err(ApiError::already_exists("endpoint", id, "the read replica has an endpoint of this kind"));
            }
        }
        endpoints.push(endpoint::of_spec(call, &instance, spec)?);
    }
    let private: Vec<_> =
        endpoints.iter().filter(|endpoint| endpoint["private_network"].is_object()).cloned().collect();
    call.change(&REPLICA, id)?.fields.insert("endpoints".to_owned(), json!(private));
    call.transition(&REPLICA, id, status, json!({ "status": "ready", "endpoints": endpoints }))?;
    call.shown(&REPLICA, id)
}

fn release(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let replica = call.find(&REPLICA, id)?.clone();
    endpoint::unassign_all(call, replica.text("instance_id"), &endpoint::all(&replica));
    Ok(())
}
