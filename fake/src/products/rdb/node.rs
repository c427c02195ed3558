//! Values that depend on the node type and the engine: volume, settings, versions.
//!
//! This module does not depend on instances.

use serde_json::{Value, json};

use crate::call::Call;
use crate::response::ApiError;

const GIGABYTE: u64 = 1_000_000_000;

/// Sizes of the local volume in GB: the first two are recorded, the others invented.
const LOCAL_VOLUMES: &[(&str, u64)] = &[("db-dev-s", 5), ("db-dev-m", 25), ("db-dev-l", 50), ("db-dev-xl", 80)];
const LARGER_LOCAL_VOLUME: u64 = 100;

/// As recorded: the default size of a block volume in GB.
const SMALLEST_BLOCK_VOLUME: u64 = 5;

/// Settings of small and of larger nodes, as recorded of `db-dev-s` and `db-dev-m`.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("effective_cache_size", "1300", "2700"),
    ("maintenance_work_mem", "150", "300"),
    ("max_connections", "100", "150"),
    ("max_parallel_workers", "0", "1"),
    ("max_parallel_workers_per_gather", "0", "0"),
    ("work_mem", "4", "8"),
];

/// As recorded: the small nodes.
const SMALL: [&str; 2] = ["db-dev-s", "db-play2-pico"];

/// The node types: name, vCPUs, memory in GiB, whether the local volume is available, and the range.
const TYPES: &[(&str, u32, u64, bool, &str)] = &[
    ("DB-DEV-S", 2, 2, true, "Development"),
    ("DB-DEV-M", 3, 4, true, "Development"),
    ("DB-DEV-L", 4, 8, true, "Development"),
    ("DB-DEV-XL", 4, 12, true, "Development"),
    ("DB-PLAY2-PICO", 1, 2, false, "PLAY2"),
    ("DB-PLAY2-NANO", 2, 8, false, "PLAY2"),
    ("DB-PLAY2-MICRO", 4, 16, false, "PLAY2"),
    ("DB-PRO2-XXS", 2, 8, false, "PRO2"),
    ("DB-PRO2-XS", 4, 16, false, "PRO2"),
    ("DB-PRO2-S", 8, 32, false, "PRO2"),
];

/// The available engines. The minor versions are recorded, as far as an upgrade to them was.
const ENGINES: &[(&str, &str, &str)] = &[
    ("PostgreSQL", "13", "13.23"),
    ("PostgreSQL", "14", "14.23"),
    ("PostgreSQL", "15", "15.18"),
    ("PostgreSQL", "16", "16.14"),
    ("PostgreSQL", "17", "17.10"),
    ("MySQL", "8", "8.0"),
];

/// The volume of a node. The size of a local volume depends on the node type.
pub(super) fn volume(node_type: &str, volume_type: &str, requested_size: u64) -> Value {
    let (class, size) = match volume_type {
        "lssd" => ("lssd", local_size(node_type)),
        "bssd" => ("bssd", requested_size.max(SMALLEST_BLOCK_VOLUME * GIGABYTE)),
        _ => ("sbs", requested_size.max(SMALLEST_BLOCK_VOLUME * GIGABYTE)),
    };
    json!({ "class": class, "type": volume_type, "size": size })
}

/// The settings of a new instance; those of MySQL are unknown.
pub(super) fn settings(node_type: &str, engine: &str) -> Value {
    if !engine.starts_with("PostgreSQL") {
        return json!([]);
    }
    let small = SMALL.contains(&node_type);
    let settings = SETTINGS
        .iter()
        .map(|(name, of_small, of_larger)| json!({ "name": name, "value": if small { of_small } else { of_larger } }));
    settings.collect()
}

/// The engine in the spelling of the API, such as `PostgreSQL-17`.
pub(super) fn engine(requested: &str) -> Result<String, ApiError> {
    let names = ENGINES.iter().map(|(name, version, _)| format!("{name}-{version}"));
    names
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(requested))
        .ok_or_else(|| ApiError::constraint("engine", "there is no such engine"))
}

/// The versions that an engine can be upgraded to, each with an ID of its own.
pub(super) fn upgradable_versions(call: &mut Call<'_>, engine: &str) -> Value {
    let place = ENGINES.iter().position(|(name, version, _)| format!("{name}-{version}") == engine);
    let newer = ENGINES.iter().skip(place.map_or(ENGINES.len(), |place| place + 1));
    let newer = newer.filter(|(name, ..)| engine.starts_with(name)).map(|(name, version, minor)| {
        let id = call.world.uuid();
        json!({ "id": id, "name": format!("{name}-{version}"), "version": version, "minor_version": minor })
    });
    newer.collect()
}

/// The elements of a list of node types.
pub(super) fn types(region: &str) -> Vec<Value> {
    let volume = |kind: &str, class: &str, size: (u64, u64)| {
        json!({
            "type": kind, "class": class, "description": "", "chunk_size": GIGABYTE,
            "min_size": size.0 * GIGABYTE, "max_size": size.1 * GIGABYTE,
        })
    };
    let one = |(name, vcpus, memory, is_local, range): &(&str, u32, u64, bool, &str)| {
        let mut volumes = vec![volume("sbs_5k", "sbs", (5, 10_000)), volume("sbs_15k", "sbs", (5, 10_000))];
        if *is_local {
            let gigabytes = local_size(&name.to_lowercase()) / GIGABYTE;
            volumes.insert(0, volume("lssd", "lssd", (gigabytes, gigabytes)));
        }
        json!({
            "name": name, "vcpus": vcpus, "memory": memory << 30, "description": "", "instance_range": range,
            "generation": "generation_v2", "stock_status": "available", "disabled": false, "beta": false,
            "is_ha_required": false, "is_bssd_compatible": true, "available_volume_types": volumes,
            "volume_constraint": { "min_size": 5 * GIGABYTE, "max_size": 10_000 * GIGABYTE }, "region": region,
        })
    };
    TYPES.iter().map(one).collect()
}

fn local_size(node_type: &str) -> u64 {
    let known = LOCAL_VOLUMES.iter().find(|(name, _)| *name == node_type);
    known.map_or(LARGER_LOCAL_VOLUME, |(_, gigabytes)| *gigabytes) * GIGABYTE
}
