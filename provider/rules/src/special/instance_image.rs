//! Images of Instances: requests have the IDs of further snapshots in a map, and responses have objects.

use serde_json::{Map, Value as Json, json};

use super::Special;
use crate::wire::{self, Wire};

/// See the module.
pub(super) struct Image;

const EXTRA: &str = "extra_volumes";

impl Special for Image {
    /// The volumes of a list are numbered from 1; the root volume is number 0.
    fn encode(&self, wire: &mut Wire) {
        let Some(Json::Array(ids)) = wire.get(EXTRA) else { return };
        let volumes = ids.iter().enumerate().map(|(index, id)| ((index + 1).to_string(), json!({ "id": id })));
        let volumes: Map<String, Json> = volumes.collect();
        wire.insert(EXTRA.to_owned(), Json::Object(volumes));
    }

    /// The volumes in the order of their numbers, and the root volume as a list.
    fn decode(&self, wire: &mut Wire) {
        if let Some(root) = wire::get(wire, "root_volume").filter(|root| root.is_object()).cloned() {
            wire.insert("root_volumes".to_owned(), json!([root]));
        }
        let Some(Json::Object(found)) = wire.get(EXTRA) else { return };
        let mut numbered: Vec<(u32, &Json)> =
            found.iter().map(|(number, volume)| (number.parse().unwrap_or(u32::MAX), volume)).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let volumes: Vec<Json> = numbered.into_iter().map(|(_, volume)| volume.clone()).collect();
        let ids: Vec<&Json> = volumes.iter().filter_map(|volume| volume.get("id")).collect();
        let ids = json!(ids);
        wire.insert("additional_volumes".to_owned(), Json::Array(volumes));
        wire.insert(EXTRA.to_owned(), ids);
    }
}

#[cfg(test)]
#[path = "instance_image_tests.rs"]
mod tests;
