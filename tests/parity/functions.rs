//! Lookups: what they take and what they return.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::compare::{Difference, equal, flag, holds, peer_type, type_of};
use crate::{members, nested};

/// Compares one lookup; gives how many properties were compared.
pub(crate) fn compare(
    schema: &Json,
    token: &str,
    ours: &Json,
    peer: &Json,
    differences: &mut Vec<Difference>,
) -> usize {
    if peer.is_null() {
        equal(differences, token, "existence", true, false);
        return 0;
    }
    let (inputs, outputs) = (members(&ours["inputs"]["properties"]), members(&ours["outputs"]["properties"]));
    let peers = members(&peer["props"]);
    let names: BTreeSet<&str> = inputs.keys().chain(outputs.keys()).chain(peers.keys()).copied().collect();
    equal(differences, token, "deprecated", ours["deprecationMessage"].is_string(), flag(peer, "deprecated"));
    let mut compared = 0;
    // Every lookup returns the id, which the facts about the peer leave unsaid.
    for name in names.into_iter().filter(|name| *name != "id") {
        let at = format!("{token}.{name}");
        let spec = outputs.get(name).or_else(|| inputs.get(name));
        let (Some(spec), Some(peer)) = (spec, peers.get(name)) else {
            equal(differences, &at, "existence", spec.is_some(), peers.contains_key(name));
            continue;
        };
        compared += 1;
        equal(differences, &at, "type", type_of(spec).0, peer_type(peer));
        equal(differences, &at, "input", inputs.contains_key(name), peer["io"] == "in");
        equal(differences, &at, "required", holds(&ours["inputs"]["required"], name), flag(peer, "required"));
        equal(differences, &at, "output", outputs.contains_key(name), true);
        equal(differences, &at, "secret", flag(spec, "secret"), flag(peer, "secret"));
        compared += nested::compare(schema, &at, spec, None, peer, differences);
    }
    compared
}
