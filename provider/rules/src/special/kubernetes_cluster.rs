//! Kubernetes clusters: minor versions with automatic upgrades, the kubeconfig, and the types that a cluster can change to.
//!
//! A descriptor is not sufficient because the form of `version` depends on `autoUpgrade`, because the kubeconfig is a file
//! in the response, and because the effect of a change of `type` depends on both values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};
use value::{Object, Path};

use super::hooks::Special;
use crate::operation::{Diff, DiffRequest, Failure};
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Cluster;

impl Special for Cluster {
    /// With automatic upgrades, the version is the minor one: the API chooses the patch version.
    fn decode(&self, wire: &mut Wire) {
        let upgrades = wire::get(wire, "auto_upgrade.enabled") == Some(&Json::Bool(true));
        if let (true, Some(version)) = (upgrades, wire::text(wire, "version").and_then(minor)) {
            wire.insert("version".to_owned(), json!(version));
        }
        let file = wire::text(wire, "kubeconfig_file.content").and_then(|content| BASE64.decode(content).ok());
        let file = file.and_then(|bytes| String::from_utf8(bytes).ok());
        let configs: Vec<Json> = file.iter().map(|file| kubeconfig(file)).collect();
        wire.insert("kubeconfigs".to_owned(), Json::Array(configs));
    }

    fn check(&self, _: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let upgrade = inputs.given("autoUpgrade");
        // An unknown value is neither.
        let enabled = match upgrade {
            None => Some(false),
            Some(upgrade) => upgrade.as_object().and_then(|upgrade| upgrade.flag("enable")),
        };
        let (Some(version), Some(enabled)) = (inputs.text("version"), enabled) else { return };
        let reason = match (is_minor(version), enabled) {
            (true, false) => "must be a patch version, such as `1.35.3`, unless `autoUpgrade` is enabled",
            (false, true) => "must be a minor version, such as `1.35`, because `autoUpgrade` chooses the patch version",
            _ => return,
        };
        failures.push(Failure { path: Path::root("version"), reason: reason.to_owned() });
    }

    /// Only a larger control plane of the same kind is a change in place.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        let old = request.old_inputs.text("type").or_else(|| request.olds.text("type"));
        let (Some(change), Some(old), Some(new)) =
            (diff.changes.get_mut(&Path::root("type")), old, request.news.text("type"))
        else {
            return;
        };
        change.replace |= !grows(old, new);
    }
}

/// Whether a version has no patch number.
pub fn is_minor(version: &str) -> bool {
    version.split('.').count() == 2
}

/// Whether a patch version is one of the version of a program, which may be a minor one.
pub fn is_version(patch: &str, desired: &str) -> bool {
    patch == desired || (is_minor(desired) && minor(patch).as_deref() == Some(desired))
}

/// `1.35` of `1.35.3`.
pub(super) fn minor(version: &str) -> Option<String> {
    let mut parts = version.split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

/// Whether a type has the same kind as another one, and a larger control plane. Types with another form are left to the API.
fn grows(old: &str, new: &str) -> bool {
    let parts = |name: &str| match name.split_once("-dedicated-") {
        None => Some((name.to_owned(), 0)),
        Some((kind, size)) => Some((kind.to_owned(), size.parse::<u32>().ok()?)),
    };
    match (parts(old), parts(new)) {
        (Some((old_kind, old_size)), Some((new_kind, new_size))) => old_kind == new_kind && new_size > old_size,
        _ => true,
    }
}

/// The file and its values; each value is in the file once.
fn kubeconfig(file: &str) -> Json {
    let value = |key: &str| {
        let mut lines = file.lines().map(|line| line.trim_start().trim_start_matches("- "));
        let found = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        found.map_or(Json::Null, |text| json!(text.trim().trim_matches('"')))
    };
    json!({
        "config_file": file,
        "host": value("server"),
        "cluster_ca_certificate": value("certificate-authority-data"),
        "token": value("token"),
    })
}

/// An output of `getVersion`.
pub(super) struct Version;

impl Special for Version {
    fn decode(&self, wire: &mut Wire) {
        let name = wire::text(wire, "name").and_then(minor);
        wire.insert("minor".to_owned(), json!(name));
    }
}

#[cfg(test)]
#[path = "kubernetes_cluster_tests.rs"]
mod tests;
