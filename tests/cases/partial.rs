//! Creates that fail at each request: after the object exists, its ID is always stored.

use std::sync::Arc;

use catalog::Catalog;
use client::testing::ScriptedTransport;
use tests::case::{Action, Case, Exchange};
use tests::run::Outcome;
use tests::stage::{self, ProgressLog};

/// Violations when one request of a create is rejected.
pub(crate) async fn violations(catalog: &Arc<Catalog>, token: &str, case: &Case, outcome: &Outcome) -> Vec<String> {
    let (Action::Create, None, Some(inputs), Some(id)) = (case.action(), &outcome.error, &outcome.inputs, &outcome.id)
    else {
        return Vec::new();
    };
    // A login creates nothing, nor does a read.
    let makes = |call: &Exchange| !call.is_read();
    let Some(made) = case.calls.iter().position(|call| makes(call) && call.status < 300) else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    let full_token = format!("evalap-scaleway:{token}");
    for rejected in 0..case.calls.len() {
        let answered = case.calls[..rejected].iter().map(Exchange::step);
        let rejection = case.calls[rejected].rejection("not today");
        let network = ScriptedTransport::new(answered.chain([rejection]));
        let engine = stage::engine(catalog, Arc::new(network));
        let progress = ProgressLog::default();
        let created = engine.create(progress.operation(&full_token, &case.name), inputs).await;
        let call = &case.calls[rejected].send;
        let Err(error) = created else {
            wrong.push(format!("succeeds although `{call}` is rejected"));
            continue;
        };
        // Requests after a permission error explain that error, and are not part of the operation.
        if !call.contains("/iam/v1alpha1/api-keys/") && !error.to_string().contains("not today") {
            wrong.push(format!("has not the error of `{call}`: {error}"));
        }
        match error.partial_state() {
            None if rejected > made => wrong.push(format!("does not store the ID when `{call}` is rejected")),
            Some(_) if rejected <= made => {
                wrong.push(format!("stores an ID although `{call}` is rejected"));
            }
            Some(left) if left.id != *id => wrong.push(format!("stores the ID {} when `{call}` is rejected", left.id)),
            _ => {}
        }
    }
    wrong
}
