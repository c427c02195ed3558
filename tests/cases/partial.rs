//! Creates that fail half way, at each call: from the moment the object exists, its id is never lost.

use std::sync::Arc;

use catalog::Catalog;
use client::testing::ScriptedTransport;
use tests::case::{Action, Case, Exchange};
use tests::stage::{self, Told};

use crate::run::Outcome;

/// What goes wrong when one of the calls of a create is refused.
pub(crate) async fn broken(catalog: &Arc<Catalog>, token: &str, case: &Case, outcome: &Outcome) -> Vec<String> {
    let (Action::Create, None, Some(inputs), Some(id)) = (case.deed(), &outcome.error, &outcome.inputs, &outcome.id)
    else {
        return Vec::new();
    };
    // To log in makes nothing, as to look does not.
    let makes = |call: &Exchange| !["GET ", "LOGIN "].iter().any(|verb| call.send.starts_with(verb));
    let Some(made) = case.calls.iter().position(|call| makes(call) && call.status < 300) else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    let full_token = format!("evalap-scaleway:{token}");
    for refused in 0..case.calls.len() {
        let answered = case.calls[..refused].iter().map(Exchange::step);
        let refusal = case.calls[refused].refusal("not today");
        let network = ScriptedTransport::new(answered.chain([refusal]));
        let engine = stage::engine(catalog, Arc::new(network));
        let told = Told::default();
        let created = engine.create(told.operation(&full_token, &case.name), inputs).await;
        let call = &case.calls[refused].send;
        let Err(error) = created else {
            wrong.push(format!("succeeds although `{call}` is refused"));
            continue;
        };
        // What is asked for after a permission error explains that error, and is no part of the operation.
        if !call.contains("/iam/v1alpha1/api-keys/") && !error.to_string().contains("not today") {
            wrong.push(format!("does not tell why `{call}` is refused: {error}"));
        }
        match error.partial_state() {
            None if refused > made => wrong.push(format!("forgets what it made when `{call}` is refused")),
            Some(_) if refused <= made => {
                wrong.push(format!("claims to have made something although `{call}` is refused"));
            }
            Some(left) if left.id != *id => wrong.push(format!("calls it {} when `{call}` is refused", left.id)),
            _ => {}
        }
    }
    wrong
}
