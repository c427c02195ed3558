//! The order of steps: a step begins when the steps that it depends on have ended, and steps that do not depend on each other
//! run at the same time.

use std::collections::BTreeSet;

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value as Json;
use tonic::Status;

use super::Failure;

/// One step: its name, and the names of the steps that must have ended before.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) after: BTreeSet<String>,
}

/// Runs `step` for each node. After a failure no further step begins, and those in progress end.
pub(super) async fn run<'s, F>(nodes: Vec<Node>, mut step: impl FnMut(String) -> F + 's) -> Result<(), Vec<Failure>>
where
    F: Future<Output = Result<(), Status>>,
{
    let mut waiting = nodes;
    let mut unfinished: BTreeSet<String> = waiting.iter().map(|node| node.name.clone()).collect();
    let mut running = FuturesUnordered::new();
    let mut failures = Vec::new();
    loop {
        if failures.is_empty() {
            let is_ready = |node: &mut Node| node.after.is_disjoint(&unfinished);
            for node in waiting.extract_if(.., is_ready) {
                let future = step(node.name.clone());
                running.push(async move { (node.name, future.await) });
            }
        }
        let Some((name, outcome)) = running.next().await else { break };
        match outcome {
            Ok(()) => {
                unfinished.remove(&name);
            }
            Err(status) => failures.push(Failure { name, status }),
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// The names of the resources that inputs refer to.
pub fn references(json: &Json) -> BTreeSet<String> {
    match json {
        Json::String(text) => {
            let name = text.strip_prefix('$').and_then(|text| text.split('.').next());
            name.map(str::to_owned).into_iter().collect()
        }
        Json::Array(items) => items.iter().flat_map(references).collect(),
        Json::Object(map) => map.values().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}
