//! Apple silicon servers: the status of the VPC, private networks without a VPC, and the installation of another operating system.
//!
//! A descriptor is not sufficient because the API returns a status for the input `enableVpc`, because private networks depend on the value of `enableVpc`, and because the change of the
//! operating system is an update that deletes data.

use serde_json::Value as Json;
use value::{Object, Path, Value};

use super::hooks::Special;
use super::server_private_networks as private_networks;
use crate::operation::{Diff, DiffRequest, Failure, Warning};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Server;

impl Special for Server {
    fn decode(&self, wire: &mut Wire) {
        if let Some(status) = wire::text(wire, "vpc_status").map(str::to_owned) {
            wire.insert(
                "enable_vpc".to_owned(),
                Json::from(["vpc_enabled", "vpc_updating"].contains(&status.as_str())),
            );
        }
        private_networks::decode(wire);
    }

    fn check(&self, _olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let has_networks =
            inputs.given("privateNetworks").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        let vpc = inputs.given("enableVpc");
        if has_networks && vpc.is_none_or(|vpc| vpc.as_bool() == Some(false)) {
            let reason = "needs `enableVpc: true`".to_owned();
            failures.push(Failure { path: Path::root("privateNetworks"), reason });
        }
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let path = Path::root("osId");
        if !diff.replaces() && diff.changes.contains_key(&path) && request.news.given("osId").is_some() {
            let text = "the server is installed again, and all data on its disk is deleted".to_owned();
            diff.warnings.push(Warning { path, text });
        }
    }
}

#[cfg(test)]
#[path = "applesilicon_server_tests.rs"]
mod tests;
