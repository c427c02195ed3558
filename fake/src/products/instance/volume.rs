//! Local volumes and their snapshots.

use serde_json::json;

use super::kinds::{SNAPSHOT, VOLUME};
use super::task::task;
use crate::call::{Call, Handled};
use crate::plain;
use crate::response::ApiError;

/// The size of an imported disk image; invented.
const IMPORTED: u64 = 10_000_000_000;

/// A volume has a size, or that of the snapshot that it is created from.
pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let snapshot = call.text("base_snapshot");
    let size = match (call.body.get("size").cloned(), snapshot.as_str()) {
        (Some(size), "") => size,
        (None, "") => return Err(ApiError::required("size")),
        (None, snapshot) => call.find(&SNAPSHOT, snapshot)?.fields["size"].clone(),
        (Some(_), _) => return Err(ApiError::constraint("size", "the size is that of the snapshot")),
    };
    if size.as_u64().is_none_or(|size| size < 1_000_000_000) {
        return Err(ApiError::constraint("size", "the size is at least 1 GB"));
    }
    plain::create(call, VOLUME.plain(), json!({ "size": size }))
}

/// As documented: only volumes of the discontinued type `b_ssd` can be resized.
pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let volume = call.find(&VOLUME, &call.id())?;
    if call.body.get("size").is_some_and(|size| volume.fields.get("size") != Some(size)) {
        return Err(ApiError::constraint("size", "a local volume cannot be resized"));
    }
    plain::update(call, VOLUME.plain())
}

pub(super) fn delete(call: &mut Call<'_>) -> Handled {
    if !call.find(&VOLUME, &call.id())?.fields["server"].is_null() {
        return Err(ApiError::precondition("resource_still_in_use", "a server uses the volume"));
    }
    plain::delete(call, VOLUME.plain())
}

/// A snapshot of a volume, or of a disk image in Object Storage. As recorded, the response has a task beside it.
pub(super) fn snapshot(call: &mut Call<'_>) -> Handled {
    let volume = call.text("volume_id");
    let known = match (volume.as_str(), call.text("bucket").is_empty()) {
        ("", true) => return Err(ApiError::required("volume_id")),
        ("", false) => {
            call.need("key")?;
            let kind = call.value("volume_type", "l_ssd");
            json!({ "size": IMPORTED, "volume_type": kind, "base_volume": null, "state": "importing" })
        }
        (_, false) => return Err(ApiError::constraint("bucket", "a snapshot is of a volume or of a disk image")),
        (id, true) => {
            let found = call.find(&VOLUME, id)?;
            if found.text("volume_type") == "scratch" {
                return Err(ApiError::constraint("volume_id", "a scratch volume cannot be snapshotted"));
            }
            let (size, kind, name) = (&found.fields["size"], &found.fields["volume_type"], &found.fields["name"]);
            json!({ "size": size, "volume_type": kind, "base_volume": { "id": id, "name": name } })
        }
    };
    let is_import = known["state"] == "importing";
    let answer = plain::create(call, SNAPSHOT.plain(), known)?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    if is_import {
        let (now, over) = (call.now, call.world.settle);
        let available = crate::call::object(json!({ "state": "available" }));
        call.change(&SNAPSHOT, &id)?.settle(now, over, vec![available]);
    }
    Ok(json!({ "snapshot": answer, "task": task(call, "/snapshots", &format!("snapshots/{id}")) }))
}

/// As recorded: the snapshot is `exporting` for some time, and the response is a task.
pub(super) fn export(call: &mut Call<'_>) -> Handled {
    let (id, bucket, key) = (call.parameter("snapshot_id"), call.need("bucket")?, call.need("key")?);
    let region = call.locality().rsplit_once('-').map(|(region, _)| region.to_owned()).unwrap_or_default();
    let (now, over) = (call.now, call.world.settle);
    let snapshot = call.change(&SNAPSHOT, &id)?;
    snapshot.fields.insert("state".to_owned(), json!("exporting"));
    snapshot.settle(now, over, vec![crate::call::object(json!({ "state": "available" }))]);
    let result = format!("https://s3.{region}.scw.cloud/{bucket}/{key}");
    Ok(json!({ "task": task(call, &format!("/snapshots/{id}/export"), &result) }))
}
