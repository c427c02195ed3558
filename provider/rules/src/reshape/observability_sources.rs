//! The data sources of a project, as a function lists them: each with its address to push to.
//!
//! It does not know who asked for which.

use serde_json::Value as Json;

use super::observability_source;
use crate::wire::Wire;

/// Nothing of a request needs another shape.
pub(super) fn encode(_wire: &mut Wire) {}

/// Adds `push_url` to each of the `sources`.
pub(super) fn decode(wire: &mut Wire) {
    let sources = wire.get_mut("sources").and_then(Json::as_array_mut).into_iter().flatten();
    sources.filter_map(Json::as_object_mut).for_each(observability_source::decode);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::reshape::reshaped;

    #[test]
    fn every_source_tells_where_to_push_to() {
        let answer = json!({ "sources": [{ "type": "logs", "url": "https://l" }, 7, { "url": null }] });
        let told = reshaped(super::decode, &answer);
        assert_eq!(told["sources"][0]["push_url"], "https://l/loki/api/v1/push");
        assert_eq!(told["sources"][2], json!({ "url": null }));
    }
}
