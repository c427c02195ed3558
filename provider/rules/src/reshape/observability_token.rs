//! Cockpit tokens: the API has a list of scope names, the program an object with nine booleans.

use serde_json::{Value as Json, json};

use crate::wire::Wire;

/// The properties of the program, named as in `pulumiverse_scaleway`, and the scopes of the API.
const SCOPES: [(&str, &str); 9] = [
    ("query_metrics", "read_only_metrics"),
    ("write_metrics", "write_only_metrics"),
    ("setup_metrics_rules", "full_access_metrics_rules"),
    ("query_logs", "read_only_logs"),
    ("write_logs", "write_only_logs"),
    ("setup_logs_rules", "full_access_logs_rules"),
    ("setup_alerts", "full_access_alert_manager"),
    ("query_traces", "read_only_traces"),
    ("write_traces", "write_only_traces"),
];

/// The default scopes, as in `pulumiverse_scaleway`: push metrics and logs.
const USUAL: [&str; 2] = ["write_only_metrics", "write_only_logs"];

/// `scopes`, an object of booleans, becomes `token_scopes`, a list of names; without the object the default ones.
pub(super) fn encode(wire: &mut Wire) {
    let names = match wire.remove("scopes") {
        Some(Json::Object(switches)) => {
            let is_on = |switch: &str| switches.get(switch).and_then(Json::as_bool) == Some(true);
            SCOPES.iter().filter(|(switch, _)| is_on(switch)).map(|(_, scope)| *scope).collect()
        }
        _ => USUAL.to_vec(),
    };
    wire.insert("token_scopes".to_owned(), json!(names));
}

/// `scopes`, a list of names, becomes an object of all nine booleans. Unknown names are omitted.
pub(super) fn decode(wire: &mut Wire) {
    let Some(Json::Array(names)) = wire.remove("scopes") else { return };
    let switches: Wire = SCOPES
        .iter()
        .map(|(switch, scope)| {
            let is_on = names.iter().any(|name| name.as_str() == Some(scope));
            ((*switch).to_owned(), Json::from(is_on))
        })
        .collect();
    wire.insert("scopes".to_owned(), Json::Object(switches));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::reshape::reshaped;

    fn encoded(json: &Json) -> Json {
        reshaped(encode, json)
    }

    fn decoded(json: &Json) -> Json {
        reshaped(decode, json)
    }

    #[test]
    fn enabled_scopes_are_sent_by_name() {
        let wanted =
            json!({ "name": "a", "scopes": { "query_metrics": true, "write_metrics": false, "write_logs": true } });
        assert_eq!(encoded(&wanted), json!({ "name": "a", "token_scopes": ["read_only_metrics", "write_only_logs"] }));
    }

    #[test]
    fn a_program_without_scopes_gets_the_default_scopes() {
        let usual = json!({ "token_scopes": ["write_only_metrics", "write_only_logs"] });
        assert_eq!(encoded(&json!({})), usual);
        assert_eq!(encoded(&json!({ "scopes": null })), usual);
    }

    #[test]
    fn a_program_that_disables_all_scopes_gets_none() {
        assert_eq!(encoded(&json!({ "scopes": { "write_logs": false } })), json!({ "token_scopes": [] }));
        assert_eq!(encoded(&json!({ "scopes": { "write_logs": "yes" } })), json!({ "token_scopes": [] }));
    }

    #[test]
    fn a_response_contains_all_nine_scopes() {
        let scopes = decoded(&json!({ "scopes": ["write_only_logs", "unknown_scope", 7, null] }))["scopes"].clone();
        assert_eq!(scopes.as_object().unwrap().len(), 9);
        assert_eq!(scopes["write_logs"], json!(true));
        assert_eq!(scopes["write_metrics"], json!(false));
        assert_eq!(decoded(&json!({ "scopes": "all" })), json!({}));
        assert_eq!(decoded(&json!({ "name": "a" })), json!({ "name": "a" }));
    }

    proptest! {
        #[test]
        fn what_was_sent_comes_back(switches in prop::array::uniform9(any::<bool>())) {
            let scopes: Wire =
                SCOPES.iter().zip(switches).map(|((switch, _), on)| ((*switch).to_owned(), Json::from(on))).collect();
            let mut request = encoded(&json!({ "scopes": scopes }));
            let answer = json!({ "scopes": request["token_scopes"].take() });
            prop_assert_eq!(decoded(&answer), json!({ "scopes": scopes }));
        }
    }
}
