//! Images: requests have the IDs of snapshots, and responses show volumes with these IDs.

use serde_json::{Map, Value, json};

use super::kinds::{IMAGE, SNAPSHOT};
use crate::call::{Call, Handled};
use crate::plain;
use crate::response::ApiError;

pub(super) fn create(call: &mut Call<'_>) -> Handled {
    let root = root(call, &call.text("root_volume"))?;
    let extra = extra(call)?;
    plain::create(call, IMAGE.plain(), json!({ "root_volume": root, "extra_volumes": extra }))
}

pub(super) fn update(call: &mut Call<'_>) -> Handled {
    let extra = extra(call)?;
    if call.body.contains_key("extra_volumes") {
        call.body.insert("extra_volumes".to_owned(), Value::Object(extra));
    }
    plain::update(call, IMAGE.plain())
}

/// As recorded, a snapshot of Block Storage, which this document does not contain, has no name and no size.
fn root(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let snapshot = call.world.store.with_id(id).next().ok_or_else(|| SNAPSHOT.not_found(id))?;
    Ok(if snapshot.kind == SNAPSHOT.name {
        json!({
            "id": id,
            "name": snapshot.text("name"),
            "size": snapshot.fields["size"],
            "volume_type": snapshot.text("volume_type"),
        })
    } else {
        json!({ "id": id, "name": "", "size": 0, "volume_type": "sbs_snapshot" })
    })
}

/// Not recorded: the fields of a snapshot of Block Storage under the names of this document.
fn of_block_storage(call: &Call<'_>, id: &str) -> Map<String, Value> {
    let Some(snapshot) = call.world.store.with_id(id).next() else { return Map::new() };
    let named = |name: &str| snapshot.fields.get(name).cloned().unwrap_or_default();
    let (project, tags) = (named("project_id"), named("tags"));
    let (created, updated) = (named("created_at"), named("updated_at"));
    crate::call::object(json!({
        "organization": project, "project": project, "creation_date": created, "modification_date": updated, "tags": tags,
    }))
}

fn extra(call: &Call<'_>) -> Result<Map<String, Value>, ApiError> {
    let given = call.body.get("extra_volumes").and_then(Value::as_object).cloned().unwrap_or_default();
    let shown = given.into_iter().map(|(key, volume)| {
        let id = volume["id"].as_str().unwrap_or_default();
        let mut shown = root(call, id)?;
        let local = call.find(&SNAPSHOT, id).ok().map(|snapshot| snapshot.fields.clone());
        let owner = local.unwrap_or_else(|| of_block_storage(call, id));
        for field in ["organization", "project", "creation_date", "modification_date", "tags"] {
            shown[field] = owner.get(field).cloned().unwrap_or_default();
        }
        shown["state"] = json!("available");
        shown["zone"] = json!(call.locality());
        shown["server"] = Value::Null;
        shown["export_uri"] = Value::Null;
        Ok((key, shown))
    });
    shown.collect()
}
