//! Database instances: inputs that the snapshot of a restored instance contains, upgrades of the engine, and endpoints, which
//! the API has in one list and the program in one property for each kind.
//!
//! A descriptor is not sufficient because the inputs that `snapshotId` determines are not a fixed group, and because one field
//! of a request contains the endpoints of two properties. Changes of endpoints need separate calls (`engine`).

use serde_json::{Value as Json, json};
use value::{Data, Object, Path, Value};

use super::databases_upgrade;
use super::hooks::Special;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Instance;

/// Inputs that the snapshot contains, whether the program can set them or not.
const OF_SNAPSHOT: [&str; 3] = ["initSettings", "userName", "volumeType"];

/// The same, and the backup schedule, which is returned as disabled until its first run is planned.
const UNSHOWN_OF_SNAPSHOT: [&str; 4] = ["disableBackup", "initSettings", "userName", "volumeType"];

impl Special for Instance {
    /// `private_network` and `load_balancer` become `init_endpoints`, in the order of `pulumiverse_scaleway`; without either
    /// there is no list, so that the API creates its default public endpoint. `encryption.enabled` is copied to
    /// `enable_encryption`, its name in upgrades.
    ///
    /// Both properties are kept for the conditions of reads: no call has fields with their names.
    fn encode(&self, wire: &mut Wire) {
        let endpoints = [private_endpoint(wire), public_endpoint(wire, "load_balancer")];
        let endpoints: Vec<Json> = endpoints.into_iter().flatten().collect();
        if !endpoints.is_empty() {
            wire::set(wire, "init_endpoints", json!(endpoints));
        }
        if let Some(enabled) = wire::find(wire, "encryption.enabled").cloned() {
            wire::set(wire, "enable_encryption", enabled);
        }
    }

    /// As recorded: a backup schedule that was disabled by an update is returned as enabled, but has no next run.
    fn decode(&self, wire: &mut Wire) {
        if wire::find(wire, "backup_schedule.next_run_at").is_some_and(Json::is_null) {
            wire::set(wire, "backup_schedule.disabled", json!(true));
        }
    }

    fn inherited(&self, inputs: &Object) -> &'static [&'static str] {
        if inputs.given("snapshotId").is_some() { &OF_SNAPSHOT } else { &[] }
    }

    fn not_drift(&self, inputs: &Object) -> &'static [&'static str] {
        if inputs.given("snapshotId").is_some() { &UNSHOWN_OF_SNAPSHOT } else { &[] }
    }

    fn check(&self, olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let local = match inputs.given("volumeType") {
            Some(kind) => kind.as_str() == Some("lssd"),
            None => inputs.given("snapshotId").is_none(),
        };
        if local && inputs.given("volumeSizeInGb").is_some() && olds.is_empty() {
            let reason =
                "conflicts with the volume type lssd, whose size depends on the node type: remove it".to_owned();
            failures.push(Failure { path: Path::root("volumeSizeInGb"), reason });
        }
        databases_upgrade::check(olds, inputs, failures);
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        databases_upgrade::adjust_diff(request, diff);
        // The size of a local disk depends on the node type.
        if request.news.text("volumeType") == Some("lssd") {
            diff.warnings.retain(|warning| warning.path.top() != Some("volumeSizeInGb"));
        }
    }

    fn imported(&self, inputs: &mut Object) {
        keep_enable_ipam_only(inputs, "ipNet");
    }

    /// A restored instance has no backups, and a public endpoint only.
    fn differences_of_new(&self, inputs: &Object) -> (bool, &'static [&'static str]) {
        let given = |name: &str| inputs.given(name).is_some();
        match (given("snapshotId"), given("privateNetwork") && !given("loadBalancer")) {
            (false, _) => (false, &[]),
            (true, false) => (true, &["disableBackup"]),
            (true, true) => (true, &["disableBackup", "loadBalancer"]),
        }
    }
}

/// The request for a public endpoint of a kind, if the program requests one.
pub(super) fn public_endpoint(wire: &Wire, kind: &str) -> Option<Json> {
    wire.get(kind)?.is_object().then(|| json!({ kind: {} }))
}

/// The request for a private endpoint: at the address of the program, otherwise at one that IPAM chooses. If both are set,
/// both are sent, and the API rejects the request with its own message.
pub(super) fn private_endpoint(wire: &Wire) -> Option<Json> {
    let mut endpoint = json!({ "private_network_id": wire::get(wire, "private_network.private_network_id")? });
    let address = wire::get(wire, "private_network.service_ip");
    if let Some(address) = address {
        endpoint["service_ip"] = address.clone();
    }
    if wire::text(wire, "private_network.provisioning_mode").map_or(address.is_none(), |mode| mode == "ipam") {
        endpoint["ipam_config"] = json!({});
    }
    Some(json!({ "private_network": endpoint }))
}

/// An address that IPAM chose and `enableIpam` conflict in a request: an import contains `enableIpam`, so that another
/// instance of the same program gets a free address.
pub(super) fn keep_enable_ipam_only(inputs: &mut Object, address: &str) {
    let network = inputs.get_mut("privateNetwork").map(Value::data_mut);
    if let Some(Data::Object(network)) = network
        && network.flag("enableIpam") == Some(true)
    {
        network.remove(address);
    }
}

#[cfg(test)]
#[path = "databases_instance_tests.rs"]
mod tests;
