//! Kubernetes clusters, pools, nodes and access rules. Code is needed because the status of a cluster depends on its pools,
//! because requests contain parts of objects that answers contain as a whole, and because changes of a pool change its nodes.

mod parts;
mod pool;
mod version;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use parts::{CLUSTER, merged};

use crate::call::{Call, Handled, ReadCall};
use crate::clock;
use crate::facts::Named;
use crate::plain;
use crate::product::Product;
use crate::products::vpc::PRIVATE_NETWORK;
use crate::response::ApiError;

static RULE: Named = Named::new("k8s/acl");

pub(crate) static PRODUCT: Product = Product {
    document: "k8s.v1",
    kinds: &[],
    reads: &[
        ("ListClusterAvailableTypes", available_types),
        ("GetClusterKubeConfig", kubeconfig),
        ("ListClusterACLRules", list_rules),
        ("ListVersions", version::list),
        ("GetVersion", version::get),
        ("ListNodes", pool::nodes),
    ],
    writes: &[
        ("CreateCluster", create),
        ("UpdateCluster", update),
        ("SetClusterType", set_type),
        ("UpgradeCluster", upgrade),
        ("DeleteCluster", delete),
        ("ResetClusterAdminToken", reset_admin_token),
        ("SetClusterACLRules", set_rules),
        ("CreatePool", pool::create),
        ("UpdatePool", pool::update),
        ("SetPoolLabels", pool::set),
        ("SetPoolTaints", pool::set),
        ("SetPoolStartupTaints", pool::set),
        ("UpgradePool", pool::upgrade),
        ("DeletePool", pool::delete),
    ],
};

/// The types of control planes: their kinds, and the memory in gigabytes of dedicated ones.
const KINDS: [&str; 2] = ["kapsule", "multicloud"];
const DEDICATED: [u64; 3] = [4, 8, 16];
/// As recorded: the days for which a dedicated control plane is billed.
const COMMITMENT: i64 = 30;

/// As recorded: a cluster with a shared control plane needs a pool; any other one is ready.
fn create(call: &mut Call<'_>) -> Handled {
    version::check(&call.need("version")?)?;
    let network = call.text("private_network_id");
    if !network.is_empty() {
        call.find(&PRIVATE_NETWORK, &network)?;
    }
    if call.text("type").is_empty() {
        call.body.insert("type".to_owned(), json!("kapsule"));
    }
    if !types().any(|name| name == call.text("type")) {
        return Err(ApiError::constraint("type", "the type does not exist"));
    }
    let auto_upgrade = merged(
        json!({ "enabled": false, "maintenance_window": { "start_hour": 0, "day": "any" } }),
        upgrades(call).as_ref(),
    );
    let autoscaler = merged(autoscaler(), call.body.remove("autoscaler_config").as_ref());
    let answer = plain::create(
        call,
        CLUSTER.plain(),
        json!({
            "auto_upgrade": auto_upgrade,
            "autoscaler_config": autoscaler,
            "upgrade_available": version::is_old(&call.text("version")),
            "open_id_connect_config": call.value("open_id_connect_config", json!({})),
        }),
    )?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    commit(call, &id)?;
    let group = call.world.uuid();
    let then = json!({ "status": rest(call, &id)?, "iam_nodes_group_id": group });
    call.transition(&CLUSTER, &id, "creating", then)?;
    call.shown(&CLUSTER, &id)
}

/// As recorded: also a request without a change makes the cluster `updating`.
fn update(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CLUSTER, &id)?;
    let fields = call.find(&CLUSTER, &id)?.fields.clone();
    let auto_upgrade = merged(fields["auto_upgrade"].clone(), upgrades(call).as_ref());
    call.body.insert("auto_upgrade".to_owned(), auto_upgrade);
    for part in ["autoscaler_config", "open_id_connect_config"] {
        let given = call.body.remove(part);
        call.body.insert(part.to_owned(), merged(fields[part].clone(), given.as_ref()));
    }
    plain::update(call, CLUSTER.plain())?;
    updating(call, &id)
}

/// As recorded: only a larger control plane of the same kind is possible.
fn set_type(call: &mut Call<'_>) -> Handled {
    let (id, requested) = (call.parameter("cluster_id"), call.need("type")?);
    call.settled(&CLUSTER, &id)?;
    let old = call.find(&CLUSTER, &id)?.text("type").to_owned();
    if !larger(&old).any(|name| name == requested) {
        return Err(ApiError::constraint("type", "the cluster cannot be changed to this type"));
    }
    call.change(&CLUSTER, &id)?.fields.insert("type".to_owned(), json!(requested));
    commit(call, &id)?;
    updating(call, &id)
}

fn available_types(call: &mut ReadCall<'_>) -> Handled {
    let old = call.find(&CLUSTER, &call.parameter("cluster_id"))?.text("type").to_owned();
    let types: Vec<Value> = larger(&old).map(|name| cluster_type(&name)).collect();
    Ok(json!({ "total_count": types.len(), "cluster_types": types }))
}

/// The version changes at once. As recorded, the pools are upgraded after the cluster.
fn upgrade(call: &mut Call<'_>) -> Handled {
    let (id, requested) = (call.parameter("cluster_id"), call.need("version")?);
    version::check(&requested)?;
    call.settled(&CLUSTER, &id)?;
    let old = call.find(&CLUSTER, &id)?.text("version").to_owned();
    version::check_newer(&old, &requested)?;
    let fields = &mut call.change(&CLUSTER, &id)?.fields;
    fields.insert("version".to_owned(), json!(requested));
    fields.insert("upgrade_available".to_owned(), json!(version::is_old(&requested)));
    if call.value("upgrade_pools", false) == json!(true) {
        for own in pool::of(call, &id) {
            pool::upgrade_to(call, &own, &requested)?;
        }
    }
    updating(call, &id)
}

fn delete(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    call.settled(&CLUSTER, &id)?;
    for own in pool::of(call, &id) {
        pool::release(call, &own);
    }
    plain::remove_parts(call, CLUSTER.plain(), &id);
    call.delete_in_time(&CLUSTER)
}

/// As recorded: a file in base64, also while the cluster has no pool.
fn kubeconfig(call: &mut ReadCall<'_>) -> Handled {
    let cluster = call.find(&CLUSTER, &call.parameter("cluster_id"))?;
    let (name, url) = (cluster.text("name"), cluster.text("cluster_url"));
    let authority = STANDARD.encode(format!("CA of {}", cluster.id));
    let resets = cluster.hidden.get("token_resets").and_then(Value::as_u64).unwrap_or_default();
    let number = if resets == 0 { String::new() } else { format!("-{resets}") };
    let token = format!("canary-of-{}{number}", cluster.id);
    let file = format!(
        "apiVersion: v1\nclusters:\n- name: \"{name}\"\n  cluster:\n    certificate-authority-data: {authority}\n    server: {url}\n\
         contexts:\n- name: admin@{name}\n  context:\n    cluster: \"{name}\"\n    user: {name}-admin\ncurrent-context: admin@{name}\n\
         kind: Config\npreferences: {{}}\nusers:\n- name: {name}-admin\n  user:\n    token: {token}\n"
    );
    Ok(json!({ "name": "kubeconfig", "content_type": "application/octet-stream", "content": STANDARD.encode(file) }))
}

/// The next kubeconfig has another token.
fn reset_admin_token(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    let cluster = call.change(&CLUSTER, &id)?;
    let resets = cluster.hidden.get("token_resets").and_then(Value::as_u64).unwrap_or_default();
    cluster.hidden.insert("token_resets".to_owned(), json!(resets + 1));
    Ok(Value::Null)
}

/// As recorded: in the order of the addresses.
fn list_rules(call: &mut ReadCall<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.find(&CLUSTER, &id)?;
    let own = call.world.store.of(&RULE).filter(|rule| rule.hidden_text("cluster_id") == id);
    let mut rules: Vec<Value> = own.map(|rule| call.show(&RULE, rule)).collect();
    rules.sort_by_key(|rule| rule["ip"].as_str().unwrap_or_default().to_owned());
    Ok(json!({ "total_count": rules.len(), "rules": rules }))
}

/// Replaces all rules.
fn set_rules(call: &mut Call<'_>) -> Handled {
    let id = call.parameter("cluster_id");
    call.settled(&CLUSTER, &id)?;
    call.world.store.remove_where(|rule| rule.kind == RULE.name && rule.hidden_text("cluster_id") == id);
    let mut rules = Vec::new();
    for given in call.value("acls", json!([])).as_array().into_iter().flatten() {
        let mut fields =
            json!({ "description": given["description"].as_str().unwrap_or_default(), "region": call.locality() });
        for field in ["ip", "scaleway_ranges"] {
            if !given[field].is_null() {
                fields[field] = given[field].clone();
            }
        }
        let mut rule = call.draft(&RULE, fields);
        rule.hidden.insert("cluster_id".to_owned(), json!(id));
        rules.push(call.insert(&RULE, rule));
    }
    updating(call, &id)?;
    Ok(json!({ "rules": rules }))
}

/// As recorded: the defaults of the autoscaler.
fn autoscaler() -> Value {
    json!({
        "scale_down_disabled": false,
        "scale_down_delay_after_add": "10m",
        "estimator": "binpacking",
        "expander": "random",
        "ignore_daemonsets_utilization": false,
        "balance_similar_node_groups": false,
        "expendable_pods_priority_cutoff": -10,
        "scale_down_unneeded_time": "10m",
        "scale_down_utilization_threshold": 0.5,
        "max_graceful_termination_sec": 600,
        "skip_nodes_with_local_storage": false,
        "log_level": 2,
    })
}

/// The automatic upgrades of the request, as answers name them.
fn upgrades(call: &mut Call<'_>) -> Option<Value> {
    let mut given = call.body.remove("auto_upgrade")?;
    if let Some(enable) = given.as_object_mut().and_then(|given| given.remove("enable")) {
        given["enabled"] = enable;
    }
    Some(given)
}

/// The final status of a cluster.
fn rest(call: &Call<'_>, id: &str) -> Result<&'static str, ApiError> {
    let shared = call.find(&CLUSTER, id)?.text("type") == "kapsule";
    Ok(if shared && pool::of(call, id).is_empty() { "pool_required" } else { "ready" })
}

/// The cluster is `updating` for some time.
fn updating(call: &mut Call<'_>, id: &str) -> Handled {
    let (time, then) = (call.timestamp(), json!({ "status": rest(call, id)? }));
    call.change(&CLUSTER, id)?.fields.insert("updated_at".to_owned(), json!(time));
    call.transition(&CLUSTER, id, "updating", then)?;
    call.shown(&CLUSTER, id)
}

/// Sets the end of the commitment: the current time for a shared control plane.
fn commit(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let days = if call.find(&CLUSTER, id)?.text("type").contains("dedicated") { COMMITMENT } else { 0 };
    let end = call.now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(call.now);
    call.change(&CLUSTER, id)?.fields.insert("commitment_ends_at".to_owned(), json!(clock::micros(end)));
    Ok(())
}

fn types() -> impl Iterator<Item = String> {
    KINDS.into_iter().flat_map(|kind| {
        std::iter::once(kind.to_owned())
            .chain(DEDICATED.into_iter().map(move |size| format!("{kind}-dedicated-{size}")))
    })
}

/// The types that a cluster of a type can be changed to. As recorded, the list of a shared type contains the type itself.
fn larger(old: &str) -> impl Iterator<Item = String> {
    let kind = old.split('-').next().unwrap_or_default().to_owned();
    let all: Vec<String> = types().filter(|name| name.split('-').next() == Some(&kind)).collect();
    let first = all.iter().position(|name| name == old).map_or(0, |place| if place == 0 { 0 } else { place + 1 });
    all.into_iter().skip(first)
}

fn cluster_type(name: &str) -> Value {
    let size = name.rsplit('-').next().and_then(|size| size.parse::<u64>().ok());
    json!({
        "name": name,
        "region": "",
        "srn": "",
        "availability": "available",
        "max_nodes": size.map_or(150, |size| if size == 4 { 250 } else { 500 }),
        "commitment_delay": if size.is_some() { "2592000s" } else { "0s" },
        "sla": if size.is_some() { 99.5 } else { 0.0 },
        "resiliency": if size.is_some() { "high_availability" } else { "standard" },
        "memory": size.unwrap_or(4) * 1_000_000_000,
        "dedicated": size.is_some(),
        "audit_logs_supported": size.is_some(),
        "max_etcd_size": if size.is_some() { 200_000_000 } else { 55_000_000 },
    })
}
