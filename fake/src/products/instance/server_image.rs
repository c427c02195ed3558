//! The image of a server: of the project, or of the marketplace.

use serde_json::{Value, json};

use super::kinds::IMAGE;
use crate::call::Call;
use crate::products::marketplace;
use crate::response::ApiError;

/// As recorded: the owner of the marketplace, and the size of its images.
const OWNER: &str = "51b656e3-4865-41e8-adbc-0c45bdd780db";
const SIZE: u64 = 10_000_000_000;
const PUBLISHED: &str = "2026-05-12T15:20:10.934226+00:00";

/// An image, as a server shows it.
pub(super) fn find(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    if let Ok(image) = call.find(&IMAGE, id) {
        return Ok(call.show(&IMAGE, image));
    }
    let local = marketplace::find(call, id).ok_or_else(|| IMAGE.not_found(id))?;
    let name = marketplace::title(local["label"].as_str().unwrap_or_default());
    let snapshot = format!("5a9b0000{}", id.get(8..).unwrap_or_default());
    let root = if local["type"] == "instance_local" {
        json!({ "id": snapshot, "name": name, "volume_type": "l_ssd", "size": SIZE })
    } else {
        json!({ "volume_type": "sbs_snapshot", "id": snapshot, "size": 0, "name": "" })
    };
    Ok(json!({
        "id": id,
        "name": name,
        "organization": OWNER,
        "project": OWNER,
        "root_volume": root,
        "extra_volumes": {},
        "public": true,
        "arch": local["arch"],
        "creation_date": PUBLISHED,
        "modification_date": PUBLISHED,
        "default_bootscript": null,
        "from_server": "",
        "state": "available",
        "tags": [],
        "zone": call.locality(),
    }))
}
