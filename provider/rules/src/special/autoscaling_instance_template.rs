//! Instance templates of Autoscaling: the API has volumes in a map by their numbers, the program in a list.
//!
//! A descriptor is not sufficient because the keys of the map are positions in the list.

use serde_json::{Map, Value as Json};

use super::Special;
use crate::wire::Wire;

/// See the module.
pub(super) struct InstanceTemplate;

const VOLUMES: &str = "volumes";

impl Special for InstanceTemplate {
    /// The volumes of the list are numbered from 0.
    fn encode(&self, wire: &mut Wire) {
        let Some(Json::Array(volumes)) = wire.get(VOLUMES) else { return };
        let numbered = volumes.iter().enumerate().map(|(number, volume)| (number.to_string(), volume.clone()));
        let numbered: Map<String, Json> = numbered.collect();
        wire.insert(VOLUMES.to_owned(), Json::Object(numbered));
    }

    /// The volumes in the order of their numbers.
    fn decode(&self, wire: &mut Wire) {
        let Some(Json::Object(found)) = wire.get(VOLUMES) else { return };
        let mut numbered: Vec<(u32, &Json)> =
            found.iter().map(|(number, volume)| (number.parse().unwrap_or(u32::MAX), volume)).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let volumes = numbered.into_iter().map(|(_, volume)| volume.clone()).collect();
        wire.insert(VOLUMES.to_owned(), Json::Array(volumes));
    }
}

#[cfg(test)]
#[path = "autoscaling_instance_template_tests.rs"]
mod tests;
