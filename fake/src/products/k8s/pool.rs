//! Pools and their nodes.

use serde_json::json;

use super::parts::{CLUSTER, NODE, POOL, merged};
use super::version;
use crate::call::{Call, Handled, ReadCall};
use crate::plain;
use crate::products::ipam::{self, Holder};
use crate::response::ApiError;

/// As recorded: the nodes exist before the pool is ready, and the first pool makes the cluster ready.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let cluster = call.parameter("cluster_id");
    let version = call.find(&CLUSTER, &cluster)?.text("version").to_owned();
    let network = call.find(&CLUSTER, &cluster)?.fields["private_network_id"].clone();
    let size = call.value("size", 0).as_u64().unwrap_or_default();
    let max = call.value("max_size", size);
    // As recorded: only some nodes have a local disk.
    let usual = if call.text("node_type").to_lowercase().starts_with("dev1") { "l_ssd" } else { "sbs_5k" };
    let volume = match call.text("root_volume_type").as_str() {
        "" | "default_volume_type" => usual.to_owned(),
        given => given.to_owned(),
    };
    call.body.insert("root_volume_type".to_owned(), json!(volume));
    let node_type = call.text("node_type").to_lowercase();
    call.body.insert("node_type".to_owned(), json!(node_type));
    let zone = call.text("zone");
    if zone.rsplit_once('-').is_none_or(|(region, _)| region != call.locality()) {
        return Err(ApiError::constraint("zone", "the zone is not in the region of the cluster"));
    }
    let known = json!({ "version": version, "max_size": max, "zone": zone, "private_network_id": network });
    let answer = plain::create(call, POOL.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    resize(call, &id, size)?;
    call.transition(&POOL, &id, "scaling", json!({ "status": "ready" }))?;
    let (now, over) = (call.now, call.world.settle);
    call.change(&CLUSTER, &cluster)?.settle(now, over, vec![crate::call::object(json!({ "status": "ready" }))]);
    call.shown(&POOL, &id)
}

/// A changed size makes the pool `scaling`.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let before = call.find(&POOL, &id)?.clone();
    call.settled(&POOL, &id)?;
    if let Some(policy) = call.body.remove("upgrade_policy") {
        call.body.insert("upgrade_policy".to_owned(), merged(before.fields["upgrade_policy"].clone(), Some(&policy)));
    }
    plain::update(call, POOL.plain())?;
    let size = call.find(&POOL, &id)?.fields["size"].clone();
    if size != before.fields["size"] {
        resize(call, &id, size.as_u64().unwrap_or_default())?;
        call.transition(&POOL, &id, "scaling", json!({ "status": "ready" }))?;
    }
    call.shown(&POOL, &id)
}

/// Replaces labels or taints.
pub(super) fn set(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("pool_id");
    call.settled(&POOL, &id)?;
    let given = std::mem::take(&mut call.body);
    let time = call.timestamp();
    let fields = &mut call.change(&POOL, &id)?.fields;
    fields.extend(given);
    fields.insert("updated_at".to_owned(), json!(time));
    call.shown(&POOL, &id)
}

/// A pool can have at most the version of its cluster.
pub(super) fn upgrade(call: &mut Call<'_>) -> Handled {
    let (id, requested) = (call.parameter("pool_id"), call.need("version")?);
    call.settled(&POOL, &id)?;
    let pool = call.find(&POOL, &id)?;
    let (old, cluster) = (pool.text("version").to_owned(), pool.text("cluster_id").to_owned());
    version::check_newer(&old, &requested)?;
    if version::check_newer(call.find(&CLUSTER, &cluster)?.text("version"), &requested).is_ok() {
        return Err(ApiError::constraint("version", "the version is newer than that of the cluster"));
    }
    upgrade_to(call, &id, &requested)?;
    call.shown(&POOL, &id)
}

/// The pool is `upgrading` for some time.
pub(super) fn upgrade_to(call: &mut Call<'_>, id: &str, version: &str) -> Result<(), ApiError> {
    call.transition(&POOL, id, "upgrading", json!({ "status": "ready", "version": version }))
}

/// As recorded: a shared cluster without a pool requires one again.
pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let cluster = call.find(&POOL, &id)?.text("cluster_id").to_owned();
    let answer = call.delete_in_time(&POOL)?;
    release(call, &id);
    call.world.store.remove_where(|node| node.kind == NODE.name && node.text("pool_id") == id);
    let is_last = of(call, &cluster).len() == 1;
    if is_last && call.find(&CLUSTER, &cluster)?.text("type") == "kapsule" {
        let (now, over) = (call.now, call.world.settle);
        let then = crate::call::object(json!({ "status": "pool_required" }));
        call.change(&CLUSTER, &cluster)?.settle(now, over, vec![then]);
    }
    Ok(answer)
}

pub(super) fn nodes(call: &mut ReadCall<'_>) -> Handled {
    call.find(&CLUSTER, &call.parameter("cluster_id"))?;
    plain::list(call, NODE.plain())
}

/// The pools of a cluster.
pub(super) fn of(call: &Call<'_>, cluster: &str) -> Vec<String> {
    call.world.store.of(&POOL).filter(|pool| pool.text("cluster_id") == cluster).map(|pool| pool.id.clone()).collect()
}

/// Detaches the addresses of all nodes of a pool.
pub(super) fn release(call: &mut Call<'_>, pool: &str) {
    let own = call.world.store.of(&NODE).filter(|node| node.text("pool_id") == pool);
    for node in own.map(|node| node.id.clone()).collect::<Vec<_>>() {
        free(call, &node);
    }
}

/// Adds or removes nodes, each with an address in the private network of the cluster.
fn resize(call: &mut Call<'_>, id: &str, size: u64) -> Result<(), ApiError> {
    let pool = call.find(&POOL, id)?.clone();
    let cluster = call.find(&CLUSTER, pool.text("cluster_id"))?.clone();
    let mut own: Vec<String> =
        call.world.store.of(&NODE).filter(|node| node.text("pool_id") == id).map(|node| node.id.clone()).collect();
    while own.len() as u64 > size {
        let Some(node) = own.pop() else { break };
        free(call, &node);
        call.world.store.remove(&NODE, &call.locality(), &node)?;
    }
    for _ in own.len() as u64..size {
        let (node, machine, time) = (call.world.uuid(), call.world.uuid(), call.timestamp());
        let short: String = node.chars().take(6).collect();
        let name = format!("scw-{}-{}-{short}", cluster.text("name"), pool.text("name"));
        let (a, b) = (call.world.rng.u8(..), call.world.rng.u8(1..255));
        let has_public = pool.fields["public_ip_disabled"] != json!(true);
        let public = has_public.then(|| format!("51.158.{a}.{b}"));
        let fields = json!({
            "id": node,
            "region": call.locality(),
            "cluster_id": cluster.id,
            "pool_id": id,
            "name": name,
            "status": "ready",
            "conditions": { "DiskPressure": "False", "MemoryPressure": "False", "PIDPressure": "False", "Ready": "True" },
            "public_ip_v4": public,
            "public_ip_v6": null,
            "provider_id": format!("scaleway://instance/{}/{machine}", pool.text("zone")),
            "error_message": "",
            "created_at": time,
            "updated_at": time,
        });
        call.create(&NODE, fields)?;
        let network = cluster.text("private_network_id");
        if !network.is_empty() {
            let holder = Holder { kind: "instance_private_nic", id: &node, name: &name, tags: &[] };
            ipam::assign_both(call, network, &holder)?;
        }
    }
    Ok(())
}

fn free(call: &mut Call<'_>, node: &str) {
    let held = call.world.store.of(&ipam::IP).filter(|ip| ip.hidden_text("resource_id") == node);
    for address in held.map(|ip| ip.id.clone()).collect::<Vec<_>>() {
        ipam::unassign(call, &address);
    }
}
