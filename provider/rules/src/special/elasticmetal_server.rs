//! Elastic Metal servers: the spellings of an offer, and the effect of changes on the installation.
//!
//! A descriptor is not sufficient because a change of the offer is an update only if it is the monthly offer with the same name, and
//! because inputs of the installation have an effect only if the server is installed again.

use serde_json::Value as Json;
use value::{Object, Path};

use super::hooks::Special;
use super::server_private_networks as private_networks;
use crate::operation::{Diff, DiffRequest, Warning};
use crate::place;
use crate::wire::Wire;

/// See the module.
pub(super) struct Server;

/// The inputs of the installation beside the operating system. A write-only password is sent if its version changes.
pub const CONFIGURATION: [&str; 9] = [
    "hostname",
    "partitioning",
    "password",
    "passwordWoVersion",
    "serviceUser",
    "servicePassword",
    "servicePasswordWoVersion",
    "sshKeyIds",
    "user",
];

/// The text of the warning about an installation.
const INSTALLS: &str = "the server is installed again, and all data on its disks is deleted";

impl Special for Server {
    fn decode(&self, wire: &mut Wire) {
        private_networks::decode(wire);
        let ips = wire.get("ips").and_then(Json::as_array).cloned().unwrap_or_default();
        for (field, version) in [("ipv4", "IPv4"), ("ipv6", "IPv6")] {
            let own = ips.iter().filter(|ip| ip["version"] == version).cloned().collect();
            wire.insert(field.to_owned(), Json::Array(own));
        }
    }

    /// The offer and the users of the program stay: the API returns the name of an offer that the program identifies by its ID, and
    /// the users of the last installation.
    fn adjust_state(&self, inputs: &Object, _answers: &Wire, state: &mut Object) {
        for name in ["offer", "user", "serviceUser"] {
            if let Some(given) = inputs.given(name).filter(|given| given.as_str().is_some()) {
                state.insert(name.to_owned(), given.clone());
            }
        }
    }

    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        change_offer(request, diff);
        if diff.replaces() {
            return;
        }
        let os = Path::root("os");
        if diff.changes.contains_key(&os) && request.olds.given("os").is_some() {
            diff.warnings.push(Warning { path: os, text: INSTALLS.to_owned() });
        }
        let reinstalls = request.news.flag("reinstallOnConfigChanges") == Some(true);
        let changed: Vec<String> =
            diff.properties().filter(|name| CONFIGURATION.contains(name)).map(str::to_owned).collect();
        for name in changed {
            let installs = reinstalls && request.old_inputs.given(&name).is_some();
            let later = "the change takes effect with the next installation of the server: set `reinstallOnConfigChanges` before the \
                         change to install it now, which deletes all data on its disks";
            let text = if installs { INSTALLS } else { later };
            diff.warnings.push(Warning { path: Path::root(name), text: text.to_owned() });
        }
    }
}

/// Another spelling of the offer is not a change, and the monthly offer with the same name is an update.
fn change_offer(request: &DiffRequest<'_>, diff: &mut Diff) {
    let path = Path::root("offer");
    let (Some(new), Some(change)) = (request.news.text("offer"), diff.changes.get_mut(&path)) else { return };
    let is = |output: &str| request.olds.text(output).is_some_and(|id| place::split(id).1 == place::split(new).1);
    if is("offerId") || request.olds.text("offerName").is_some_and(|name| name.eq_ignore_ascii_case(new)) {
        diff.changes.remove(&path);
    } else if is("monthlyOfferId") {
        change.replace = false;
        let text = "the server gets a commitment of one month, which cannot be reverted".to_owned();
        diff.warnings.push(Warning { path, text });
    }
}

#[cfg(test)]
#[path = "elasticmetal_server_tests.rs"]
mod tests;
