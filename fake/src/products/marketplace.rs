//! Images of the marketplace, without an API key: each label has an image for each architecture and each kind of storage.
//! Objects of a seed take precedence over the labels here.

use serde_json::{Value, json};

use crate::call::{Call, Handled, ReadCall, WorldRef};
use crate::paging;
use crate::product::Product;
use crate::store::{Kind, Missing};

static LOCAL_IMAGE: Kind =
    Kind::new("marketplace/local_image", "LocalImage", "local_images", Missing::Labelled("local_image"));

pub(crate) static PRODUCT: Product = Product {
    document: "marketplace.v2",
    kinds: &[&LOCAL_IMAGE],
    reads: &[("ListLocalImages", list), ("GetLocalImage", get)],
    writes: &[],
};

/// Labels, and the names of the images.
const LABELS: [(&str, &str); 6] = [
    ("debian_bookworm", "Debian Bookworm"),
    ("debian_trixie", "Debian Trixie"),
    ("rockylinux_9", "Rocky Linux 9"),
    ("ubuntu_focal", "Ubuntu 20.04 Focal Fossa"),
    ("ubuntu_jammy", "Ubuntu 22.04 Jammy Jellyfish"),
    ("ubuntu_noble", "Ubuntu 24.04 Noble Numbat"),
];
const ZONES: [&str; 12] = [
    "fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2", "pl-waw-3",
    "it-mil-1", "it-mil-2", "it-mil-3",
];
const ARM: [&str; 1] = ["COPARM1-2C-8G"];
const X86: [&str; 12] = [
    "DEV1-S",
    "DEV1-M",
    "DEV1-L",
    "GP1-XS",
    "L4-1-24G",
    "PLAY2-MICRO",
    "PLAY2-NANO",
    "PLAY2-PICO",
    "PRO2-S",
    "PRO2-XS",
    "PRO2-XXS",
    "STARDUST1-S",
];
/// The types that have local storage.
const LOCAL: [&str; 5] = ["DEV1-S", "DEV1-M", "DEV1-L", "GP1-XS", "STARDUST1-S"];

/// An image by its ID.
pub(crate) fn find(call: &Call<'_, impl WorldRef>, id: &str) -> Option<Value> {
    all(call).into_iter().find(|image| image["id"] == id)
}

/// The name of the image with a label.
pub(crate) fn title(label: &str) -> &str {
    LABELS.iter().find(|(own, _)| *own == label).map_or(label, |(_, title)| title)
}

fn list(call: &mut ReadCall<'_>) -> Handled {
    let is_selected = |image: &Value| {
        let filters = [("zone", "zone"), ("arch", "arch"), ("type", "type"), ("image_label", "label")];
        filters
            .iter()
            .all(|(filter, field)| call.query.get(*filter).is_none_or(|requested| *requested == image[*field]))
    };
    let images: Vec<Value> = all(call).into_iter().filter(is_selected).collect();
    let total = images.len();
    Ok(json!({ "local_images": paging::slice(images, &call.query), "total_count": total }))
}

fn get(call: &mut ReadCall<'_>) -> Handled {
    let id = call.id();
    find(call, &id).ok_or_else(|| LOCAL_IMAGE.not_found(&id))
}

/// The images of the seed, and those of labels that it does not have.
fn all(call: &Call<'_, impl WorldRef>) -> Vec<Value> {
    let seeded: Vec<Value> = call.world.store.of(&LOCAL_IMAGE).map(|image| json!(image.fields)).collect();
    let mut images = Vec::new();
    for (label, _) in LABELS {
        for kind in ["instance_local", "instance_sbs"] {
            let of_seed = |image: &&Value| image["label"] == label && image["type"] == kind;
            if seeded.iter().any(|image| of_seed(&image)) {
                continue;
            }
            for zone in ZONES {
                images.extend(both(label, kind, zone));
            }
        }
    }
    images.splice(0..0, seeded);
    images
}

fn both(label: &str, kind: &str, zone: &str) -> Vec<Value> {
    let x86 = if kind == "instance_local" { &LOCAL[..] } else { &X86[..] };
    let arm = if kind == "instance_local" { &[][..] } else { &ARM[..] };
    let image = |arch: &str, types: &[&str]| {
        json!({
            "id": id_of(&[label, kind, zone, arch]),
            "arch": arch,
            "zone": zone,
            "compatible_commercial_types": types,
            "label": label,
            "type": kind,
        })
    };
    let found = [("arm64", arm), ("x86_64", x86)].into_iter().filter(|(_, types)| !types.is_empty());
    found.map(|(arch, types)| image(arch, types)).collect()
}

/// The same parts have the same ID (FNV-1a).
fn id_of(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{:08x}-{:04x}-4000-8000-{:012x}", hash >> 32, hash >> 16 & 0xffff, hash & 0xffff_ffff_ffff)
}
