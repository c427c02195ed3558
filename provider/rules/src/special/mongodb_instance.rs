//! MongoDB instances: endpoints, which the API has in one list and the program as one private and one public network.
//!
//! A descriptor is not sufficient because the list contains a public endpoint if the program sets no network, and because a
//! snapshot determines inputs that have a default otherwise.

use serde_json::{Value as Json, json};
use value::{Object, Path};

use super::hooks::Special;
use crate::operation::{Change, ChangeKind, Diff, DiffRequest};
use crate::wire::{self, Wire};

/// The smallest volume, which `pulumiverse_scaleway` uses as the default too.
const SMALLEST_VOLUME: u64 = 5_000_000_000;

/// See the module.
pub(super) struct Instance;

impl Special for Instance {
    /// The networks become `endpoints`: without a private network there is a public endpoint.
    fn encode(&self, wire: &mut Wire) {
        let private = wire.get("private_network").filter(|network| network.is_object());
        let private = private.map(|network| json!({ "private_network": network }));
        let is_public = private.is_none() || wire.get("public_network").is_some_and(Json::is_object);
        let public = is_public.then(|| json!({ "public_network": {} }));
        let endpoints = private.into_iter().chain(public).collect();
        wire.insert("endpoints".to_owned(), Json::Array(endpoints));
        if wire.get("snapshot_id").is_none_or(Json::is_null)
            && let Some(Json::Object(volume)) = wire.get_mut("volume")
        {
            volume.entry("size_bytes").or_insert_with(|| json!(SMALLEST_VOLUME));
        }
    }

    /// An endpoint in a private network has a list of host names, and the addresses that IPAM allocated.
    fn decode(&self, wire: &mut Wire) {
        let ips = wire::get(wire, "private_ips").and_then(Json::as_array).into_iter().flatten();
        let ips: Vec<Json> = ips.filter_map(|ip| ip["address"].as_str()?.split('/').next().map(Json::from)).collect();
        let Some(Json::Array(endpoints)) = wire.get_mut("endpoints") else { return };
        for endpoint in endpoints.iter_mut().filter(|endpoint| endpoint["private_network"].is_object()) {
            let host = endpoint["dns_record"].as_str().map(Json::from);
            endpoint["dns_records"] = host.into_iter().collect();
            endpoint["ips"] = Json::Array(ips.clone());
        }
    }

    /// The size of the volume and the version are those of the snapshot.
    fn inherited(&self, inputs: &Object) -> &'static [&'static str] {
        if inputs.given("snapshotId").is_some() { &["version", "volumeSizeInGb"] } else { &[] }
    }

    /// A public endpoint that the program leaves to the default, and values of the snapshot, are not drift.
    fn not_drift(&self, inputs: &Object) -> &'static [&'static str] {
        match (inputs.given("snapshotId").is_some(), inputs.given("privateNetwork").is_some()) {
            (true, true) => &["version", "volumeSizeInGb"],
            (true, false) => &["publicNetwork", "version", "volumeSizeInGb"],
            (false, true) => &[],
            (false, false) => &["publicNetwork"],
        }
    }

    /// An empty object is a change beside a private network, where it decides whether there is a public endpoint.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let [before, after] = [request.old_inputs, request.news]
            .map(|inputs| (inputs.given("privateNetwork").is_some(), inputs.given("publicNetwork").is_some()));
        // An import has no input for an endpoint that exists already.
        let exists = before.0 && after.1 && request.olds.given("publicNetwork").is_some();
        if (before.0 || after.0) && before.1 != after.1 && !exists {
            let kind = if after.1 { ChangeKind::Add } else { ChangeKind::Delete };
            diff.changes.entry(Path::root("publicNetwork")).or_insert(Change { kind, replace: false });
        }
    }

    /// The only endpoint is public by default.
    fn imported(&self, inputs: &mut Object) {
        if inputs.given("privateNetwork").is_none() {
            inputs.remove("publicNetwork");
        }
    }
}

#[cfg(test)]
#[path = "mongodb_instance_tests.rs"]
mod tests;
