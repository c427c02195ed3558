//! The data sources of a project, as a function lists them: adds the push URL of each.

use serde_json::Value as Json;

use super::observability_source;
use crate::wire::Wire;

/// Requests are unchanged.
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
    fn every_source_has_a_push_url() {
        let answer = json!({ "sources": [{ "type": "logs", "url": "https://l" }, 7, { "url": null }] });
        let decoded = reshaped(super::decode, &answer);
        assert_eq!(decoded["sources"][0]["push_url"], "https://l/loki/api/v1/push");
        assert_eq!(decoded["sources"][2], json!({ "url": null }));
    }
}
