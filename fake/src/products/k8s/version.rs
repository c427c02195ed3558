//! Kubernetes versions.

use serde_json::{Value, json};

use crate::call::{Handled, ReadCall};
use crate::response::ApiError;

/// The newest patch version of each minor version, newest first; as recorded in August 2026.
const VERSIONS: [&str; 3] = ["1.36.1", "1.35.3", "1.34.6"];

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    let region = call.locality();
    let versions: Vec<Value> = VERSIONS.iter().map(|name| version(name, &region)).collect();
    Ok(json!({ "versions": versions }))
}

/// An older patch version exists too.
pub(super) fn get(call: &mut ReadCall<'_>) -> Handled {
    let name = call.id();
    check(&name).map_err(|_| ApiError::not_found("version", &name))?;
    Ok(version(&name, &call.locality()))
}

/// Rejects a version that clusters cannot have.
pub(super) fn check(name: &str) -> Result<(), ApiError> {
    let minors = VERSIONS.iter().filter_map(|newest| newest.rsplit_once('.'));
    let is_known = name.rsplit_once('.').is_some_and(|(minor, _)| minors.into_iter().any(|(known, _)| known == minor));
    if is_known { Ok(()) } else { Err(ApiError::constraint("version", "the version does not exist")) }
}

/// Rejects an upgrade to the same or an older version.
pub(super) fn check_newer(old: &str, new: &str) -> Result<(), ApiError> {
    let numbers = |name: &str| name.split('.').filter_map(|number| number.parse().ok()).collect::<Vec<u32>>();
    if numbers(new) > numbers(old) {
        return Ok(());
    }
    Err(ApiError::constraint("version", "the version must be newer than the current one"))
}

/// Whether there is a newer version.
pub(super) fn is_old(name: &str) -> bool {
    check_newer(name, VERSIONS[0]).is_ok()
}

fn version(name: &str, region: &str) -> Value {
    json!({
        "region": region,
        "name": name,
        "label": format!("Kubernetes {name}"),
        "srn": format!("srn://k8s.scw.eu/regions/{region}/versions/{name}"),
        "available_cnis": ["cilium", "cilium_native", "calico", "kilo", "none"],
        "available_feature_gates": ["HPAScaleToZero", "CPUManagerPolicyAlphaOptions", "MutatingAdmissionPolicy"],
        "available_admission_plugins": ["AlwaysPullImages", "PodNodeSelector", "PodTolerationRestriction"],
        "available_kubelet_args": {
            "containerLogMaxFiles": "uint16",
            "containerLogMaxSize": "quantity",
            "cpuCFSQuota": "bool",
            "cpuCFSQuotaPeriod": "duration",
            "cpuManagerPolicy": "enum:none|static",
            "cpuManagerPolicyOptions": "map[string]string",
            "enableDebuggingHandlers": "bool",
            "evictionHard": "map[string]string",
            "evictionMinimumReclaim": "map[string]string",
            "imageGCHighThresholdPercent": "uint32",
            "imageGCLowThresholdPercent": "uint32",
            "maxParallelImagePulls": "int32",
            "maxPods": "uint16",
            "registryBurst": "int32",
            "registryPullQPS": "int32",
            "serializeImagePulls": "bool",
        },
        "additional_components": {},
        "deprecated_at": "2027-01-19T00:00:00Z",
        "end_of_life_at": "2027-03-19T00:00:00Z",
        "released_at": "2026-01-19T00:00:00Z",
    })
}
