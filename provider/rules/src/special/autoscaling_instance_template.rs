//! Instance templates of Autoscaling: the API has volumes in a map by their numbers, the program in a list; and the configuration of
//! cloud-init as base64, the program as a string.
//!
//! A descriptor is not sufficient because the keys of the map are positions in the list, and because no conversion returns the string.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use super::Special;
use crate::convert::base64_text;
use crate::wire::Wire;

/// See the module.
pub(super) struct InstanceTemplate;

const VOLUMES: &str = "volumes";

const CLOUD_INIT: &str = "cloud_init";

impl Special for InstanceTemplate {
    /// The volumes of the list are numbered from 0.
    fn encode(&self, wire: &mut Wire) {
        if let Some(Json::String(text)) = wire.get(CLOUD_INIT) {
            let encoded = BASE64.encode(text);
            wire.insert(CLOUD_INIT.to_owned(), json!(encoded));
        }
        let Some(Json::Array(volumes)) = wire.get(VOLUMES) else { return };
        let numbered = volumes.iter().enumerate().map(|(number, volume)| (number.to_string(), volume.clone()));
        let numbered: Map<String, Json> = numbered.collect();
        wire.insert(VOLUMES.to_owned(), Json::Object(numbered));
    }

    /// The volumes in the order of their numbers.
    fn decode(&self, wire: &mut Wire) {
        if let Some(Json::String(text)) = wire.get(CLOUD_INIT) {
            let decoded = base64_text(text.clone());
            wire.insert(CLOUD_INIT.to_owned(), json!(decoded));
        }
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
