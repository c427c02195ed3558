//! Registrations of domains: changes that the API does not offer.
//!
//! A descriptor is not sufficient because a change is rejected instead of replacing domains that cannot be bought twice, and because
//! the owner contact can be read in both forms. Another owner is rejected by the update and not by Check, because a failed purchase can
//! be replaced with another owner. Check compares with the inputs in the state, which a refresh updates.

use std::collections::BTreeSet;

use value::{Object, Path, Value};

use super::hooks::Special;
use crate::operation::{Diff, DiffRequest, Failure, Warning};
use crate::wire::Wire;

/// See the module.
pub(super) struct Registration;

/// The two forms of the owner.
const OWNER: [&str; 2] = ["ownerContactId", "ownerContact"];

impl Special for Registration {
    fn check(&self, olds: &Object, inputs: &Object, failures: &mut Vec<Failure>) {
        let names = |inputs: &Object| -> BTreeSet<String> {
            let names = inputs.given("domainNames").and_then(Value::as_array).into_iter().flatten();
            names.filter_map(|name| name.as_str().map(str::to_ascii_lowercase)).collect()
        };
        let (old, new) = (names(olds), names(inputs));
        let mut fail = |path: &str, reason: &str| {
            failures.push(Failure { path: Path::root(path), reason: reason.to_owned() });
        };
        if inputs.given("domainNames").and_then(Value::as_array).is_some_and(<[Value]>::is_empty) {
            fail("domainNames", "must contain at least one domain name");
        }
        if old != new {
            if old.intersection(&new).next().is_some() {
                fail(
                    "domainNames",
                    "cannot be added to or removed from a registration: use another resource for other domains",
                );
            }
            return;
        }
        if old.is_empty() {
            return;
        }
        let project = |inputs: &Object| inputs.text("projectId").map(str::to_owned);
        if let (Some(old), Some(new)) = (project(olds), project(inputs))
            && old != new
        {
            fail(
                "projectId",
                "cannot be changed, because the domains cannot be bought again: move them in the Scaleway console",
            );
        }
    }

    /// The engine reads the domains with their purchase: none of them is left.
    fn is_gone(&self, _desired: &Wire, answers: &Wire) -> bool {
        answers.get("registered").and_then(serde_json::Value::as_array).is_some_and(Vec::is_empty)
    }

    /// The owner can be written in two forms; the outputs have both.
    fn adjust_diff(&self, request: &DiffRequest<'_>, diff: &mut Diff) {
        for name in OWNER {
            let is_same = match (request.olds.given(name), request.news.given(name)) {
                (Some(old), Some(new)) => !new.contains_unknown() && is_same_owner(old, new),
                (_, new) => new.is_none(),
            };
            if is_same {
                diff.changes.retain(|path, _| path.top() != Some(name));
            } else if !diff.replaces() && diff.properties().any(|changed| changed == name) {
                let text =
                    "the owner cannot be changed, because a new owner needs a trade: the update will fail".to_owned();
                diff.warnings.push(Warning { path: Path::root(name), text });
            }
        }
        let path = Path::root("domainNames");
        if diff.changes.contains_key(&path) {
            let text = "the new domains are bought, and the old ones stay registered until they expire".to_owned();
            diff.warnings.push(Warning { path, text });
        }
    }
}

/// Whether two contacts are equal, where both have a value. Upper and lower case are the same to the API.
fn is_same_owner(old: &Value, new: &Value) -> bool {
    match (old.as_object(), new.as_object()) {
        (Some(old), Some(new)) => {
            new.iter().all(|(name, new)| old.given(name).is_none_or(|old| is_same_owner(old, new)))
        }
        _ => match (old.as_str(), new.as_str()) {
            (Some(old), Some(new)) => old.eq_ignore_ascii_case(new),
            _ => old == new,
        },
    }
}

#[cfg(test)]
#[path = "domain_registration_tests.rs"]
mod tests;
