//! Backups of servers: a snapshot of each volume, and an image of these snapshots.

use serde_json::{Map, Value, json};

use super::image;
use super::kinds::{BLOCK_SNAPSHOT, IMAGE, VOLUME};
use super::task::task;
use super::volume;
use crate::call::{Call, Handled, object};
use crate::plain;
use crate::store::Object;

/// Not recorded. As Scaleway's CLI expects, the result of the task is the image.
pub(super) fn create(call: &mut Call<'_>, server: &Object) -> Handled {
    let given = call.text("name");
    let name = if given.is_empty() { server.text("name").to_owned() } else { given };
    let project = server.text("project").to_owned();
    let volumes = server.hidden.get("volumes").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut root, mut extra) = (Value::Null, Map::new());
    for (number, volume) in volumes.iter().enumerate() {
        let id = volume["id"].as_str().unwrap_or_default();
        let is_local = call.find(&VOLUME, id).is_ok();
        let title = format!("{name}_snap_{number}");
        let owner = if is_local { "project" } else { "project_id" };
        call.body = object(json!({ "name": title, "volume_id": id, owner: project }));
        let snapshot = if is_local {
            volume::snapshot(call)?["snapshot"]["id"].clone()
        } else {
            plain::create(call, BLOCK_SNAPSHOT.plain(), json!({}))?["id"].clone()
        };
        if number == 0 {
            root = snapshot;
        } else {
            extra.insert(number.to_string(), json!({ "id": snapshot }));
        }
    }
    let arch = &server.fields["arch"];
    call.body =
        object(json!({ "name": name, "root_volume": root, "extra_volumes": extra, "arch": arch, "project": project }));
    let made = image::create(call)?["id"].as_str().unwrap_or_default().to_owned();
    let (now, over) = (call.now, call.world.settle);
    let image = call.change(&IMAGE, &made)?;
    image.fields.extend(object(json!({ "from_server": server.id, "state": "creating" })));
    image.settle(now, over, vec![object(json!({ "state": "available" }))]);
    Ok(json!({ "task": task(call, &format!("/servers/{}/action", server.id), &format!("/images/{made}")) }))
}
