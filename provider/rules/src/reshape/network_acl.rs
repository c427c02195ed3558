//! Network ACLs: the API marks in the description of each rule whether it was created by a client.
//!
//! Only rules of clients belong to the program.

use serde_json::Value as Json;

use crate::wire::Wire;

/// The prefix of a marked description.
const MARKER: &str = "(Rule scope: ";

/// Requests are unchanged.
pub(super) fn encode(_: &mut Wire) {}

/// Keeps only the rules of clients, without the marker.
pub(super) fn decode(wire: &mut Wire) {
    let Some(Json::Array(rules)) = wire.get_mut("rules") else { return };
    rules.retain_mut(|rule| {
        let marked = rule["description"].as_str().and_then(|text| text.strip_prefix(MARKER)?.split_once(')'));
        let Some((scope, description)) = marked.map(|(scope, rest)| (scope.to_owned(), rest.trim_start().to_owned()))
        else {
            return true;
        };
        if let Some(rule) = rule.as_object_mut() {
            rule.insert("description".to_owned(), Json::from(description));
        }
        scope == "client"
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::reshape::reshaped;

    #[test]
    fn only_rules_of_clients_are_kept_without_the_marker() {
        let answer = json!({ "rules": [
            { "description": "(Rule scope: internal) metadata" },
            { "description": "(Rule scope: client) web" },
            { "description": "mine (Rule scope: none)" },
            { "description": null },
            7,
        ] });
        let left = json!({ "rules": [
            { "description": "web" },
            { "description": "mine (Rule scope: none)" },
            { "description": null },
            7,
        ] });
        assert_eq!(reshaped(decode, &answer), left);
        assert_eq!(reshaped(encode, &answer), answer);
    }
}
