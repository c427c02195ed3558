//! Types of servers, and how many of them are available. Objects of a seed take precedence over the types here.

use serde_json::{Map, Value, json};

use super::kinds::{AVAILABILITY, SERVER_TYPE};
use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::response::ApiError;
use crate::store::Kind;

/// As recorded: the default size of a page of types.
const PAGE: usize = 50;
const GIGABYTE: u64 = 1_000_000_000;
const MEBIBYTE: u64 = 1 << 20;
const MEGABIT: u64 = 1_000_000;

/// A type as recorded: cores, memory in GiB, graphics processors, price of an hour, largest local storage in GB, bandwidth in
/// Mbit/s, bandwidth to Block Storage in MiB/s, and the number of file systems.
struct Offer(&'static str, u32, u64, u32, f64, u64, u64, u64, u32);

static OFFERS: &[Offer] = &[
    Offer("COPARM1-2C-8G", 2, 8, 0, 0.0426, 0, 200, 80, 0),
    Offer("DEV1-L", 4, 8, 0, 0.04284, 80, 400, 200, 0),
    Offer("DEV1-M", 3, 4, 0, 0.020_196, 40, 300, 150, 0),
    Offer("DEV1-S", 2, 2, 0, 0.008_976, 20, 200, 100, 0),
    Offer("GP1-XS", 4, 16, 0, 0.09282, 150, 500, 300, 0),
    Offer("L4-1-24G", 8, 48, 1, 0.7875, 0, 2500, 1000, 2),
    Offer("PLAY2-MICRO", 4, 8, 0, 0.05508, 0, 400, 160, 0),
    Offer("PLAY2-NANO", 2, 4, 0, 0.02754, 0, 200, 80, 0),
    Offer("PLAY2-PICO", 1, 2, 0, 0.01428, 0, 100, 40, 0),
    Offer("PRO2-S", 8, 32, 0, 0.22338, 0, 1500, 500, 0),
    Offer("PRO2-XS", 4, 16, 0, 0.1122, 0, 700, 250, 0),
    Offer("PRO2-XXS", 2, 8, 0, 0.0561, 0, 350, 125, 0),
    Offer("STARDUST1-S", 1, 1, 0, 0.0006, 10, 100, 50, 0),
];

pub(super) fn list(call: &mut ReadCall<'_>) -> Handled {
    Ok(page(call, &SERVER_TYPE, shown))
}

/// As recorded, most types are `available`.
pub(super) fn availability(call: &mut ReadCall<'_>) -> Handled {
    Ok(page(call, &AVAILABILITY, |_| json!({ "availability": "available" })))
}

/// A type by its name; upper and lower case are equal.
pub(super) fn find(call: &Call<'_>, name: &str) -> Result<(String, Value), ApiError> {
    let seeded = of_zone(call, &SERVER_TYPE).into_iter().flatten();
    let own = OFFERS.iter().map(|offer| (offer.0.to_owned(), shown(offer)));
    let mut types = seeded.chain(own);
    let found = types.find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.ok_or_else(|| ApiError::constraint("commercial_type", "the type does not exist"))
}

/// The largest size of the local volumes of a server.
pub(super) fn largest(offer: &Value) -> u64 {
    offer["volumes_constraint"]["max_size"].as_u64().unwrap_or_default()
}

fn of_zone(call: &Call<'_, impl WorldRef>, kind: &Kind) -> Option<Vec<(String, Value)>> {
    let own = call.world.store.of(kind).filter(|object| object.locality == call.locality());
    let types: Vec<_> = own.map(|object| (object.id.clone(), Value::Object(object.fields.clone()))).collect();
    (!types.is_empty()).then_some(types)
}

/// A page of the types of the seed, otherwise of all offers.
fn page(call: &Call<'_, impl WorldRef>, kind: &Kind, shown: fn(&Offer) -> Value) -> Value {
    let all = || OFFERS.iter().map(|offer| (offer.0.to_owned(), shown(offer))).collect();
    let mut types = of_zone(call, kind).unwrap_or_else(all);
    types.sort_by(|(a, _), (b, _)| a.cmp(b));
    let count = |name: &str| call.query.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let size = count("per_page").filter(|size| *size > 0).unwrap_or(PAGE).min(100);
    let before = count("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
    let total = types.len();
    let shown: Map<String, Value> = types.into_iter().skip(before).take(size).collect();
    json!({ "servers": shown, "total_count": total })
}

fn shown(Offer(name, cores, memory, gpus, price, local, bandwidth, block, filesystems): &Offer) -> Value {
    let is_local = *local > 0;
    let per_volume = if is_local { (GIGABYTE, 800 * GIGABYTE) } else { (0, 0) };
    let gpu =
        (*gpus > 0).then(|| json!({ "gpu_manufacturer": "NVIDIA", "gpu_name": "L4", "gpu_memory": 24 << 30_u64 }));
    let bandwidth = bandwidth * MEGABIT;
    json!({
        "alt_names": [],
        "arch": if name.starts_with("COPARM") { "arm64" } else { "x86_64" },
        "ncpus": cores,
        "ram": memory << 30,
        "gpu": gpus,
        "gpu_info": gpu,
        "mig_profile": null,
        "volumes_constraint": { "min_size": 0, "max_size": local * GIGABYTE },
        "per_volume_constraint": { "l_ssd": { "min_size": per_volume.0, "max_size": per_volume.1 } },
        "scratch_storage_max_size": 0,
        "scratch_storage_max_volumes_count": 0,
        "monthly_price": price * 730.0,
        "hourly_price": price,
        "capabilities": {
            "boot_types": ["local", "rescue"],
            "placement_groups": true,
            "block_storage": true,
            "hot_snapshots_local_volume": is_local,
            "private_network": 8,
            "max_file_systems": filesystems,
        },
        "network": {
            "ipv6_support": true,
            "sum_internal_bandwidth": bandwidth,
            "sum_internet_bandwidth": bandwidth,
            "interfaces": [{ "internal_bandwidth": bandwidth, "internet_bandwidth": bandwidth }],
        },
        "block_bandwidth": block * MEBIBYTE,
        "end_of_service": false,
    })
}
