//! Scopes of Cockpit tokens.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::{decoded, encoded};
use super::*;

#[test]
fn enabled_scopes_are_sent_by_name() {
    let wanted =
        json!({ "name": "a", "scopes": { "query_metrics": true, "write_metrics": false, "write_logs": true } });
    assert_eq!(
        encoded(&Token, &wanted),
        json!({ "name": "a", "token_scopes": ["read_only_metrics", "write_only_logs"] })
    );
}

#[test]
fn a_program_without_scopes_gets_the_default_scopes() {
    let usual = json!({ "token_scopes": ["write_only_metrics", "write_only_logs"] });
    assert_eq!(encoded(&Token, &json!({})), usual);
    assert_eq!(encoded(&Token, &json!({ "scopes": null })), usual);
}

#[test]
fn a_program_that_disables_all_scopes_gets_none() {
    assert_eq!(encoded(&Token, &json!({ "scopes": { "write_logs": false } })), json!({ "token_scopes": [] }));
    assert_eq!(encoded(&Token, &json!({ "scopes": { "write_logs": "yes" } })), json!({ "token_scopes": [] }));
}

#[test]
fn a_response_contains_all_nine_scopes() {
    let scopes = decoded(&Token, &json!({ "scopes": ["write_only_logs", "unknown_scope", 7, null] }))["scopes"].clone();
    assert_eq!(scopes.as_object().unwrap().len(), 9);
    assert_eq!(scopes["write_logs"], json!(true));
    assert_eq!(scopes["write_metrics"], json!(false));
    assert_eq!(decoded(&Token, &json!({ "scopes": "all" })), json!({}));
    assert_eq!(decoded(&Token, &json!({ "name": "a" })), json!({ "name": "a" }));
}

proptest! {
    #[test]
    fn what_was_sent_comes_back(switches in prop::array::uniform9(any::<bool>())) {
        let scopes: Wire =
            SCOPES.iter().zip(switches).map(|((switch, _), on)| ((*switch).to_owned(), Json::from(on))).collect();
        let mut request = encoded(&Token, &json!({ "scopes": scopes }));
        let answer = json!({ "scopes": request["token_scopes"].take() });
        prop_assert_eq!(decoded(&Token, &answer), json!({ "scopes": scopes }));
    }
}
