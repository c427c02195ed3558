//! Read replicas: separate calls for endpoints.
//!
//! A descriptor is not sufficient because an endpoint is deleted by its API id, one call for each kind that changes, before
//! a single call creates all new ones. Assumes that each element of `endpoints` has a field with the name of its kind, and
//! that a change of one puts the replica into a transient status.

use client::BoxFuture;
use serde_json::{Value as Json, json};

use super::databases_instance::remove;
use super::{Handler, Transition, call};
use crate::context::Context;
use crate::wait;
use rules::error::Error;
use rules::scope::Scope;
use rules::wire;

/// See the module.
pub(super) struct ReadReplica;

/// The kinds of endpoints in the order of their updates, by the property that requests one.
const ENDPOINTS: [(&str, &str); 2] = [("directAccess", "direct_access"), ("privateNetwork", "private_network")];

impl Handler for ReadReplica {
    fn after_change<'a>(
        &'a self,
        cx: &'a Context<'_>,
        scope: &'a mut Scope<'_>,
        transition: Transition<'a>,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            if transition.is_creation() {
                return Ok(false);
            }
            let changed = ENDPOINTS.iter().filter(|(property, _)| transition.changed.contains(*property));
            let kinds: Vec<&str> = changed.map(|(_, kind)| *kind).collect();
            for kind in &kinds {
                remove(cx, scope, kind).await?;
            }
            let specs: Vec<Json> = kinds.iter().filter_map(|kind| wanted(scope, kind)).collect();
            if !specs.is_empty() {
                call(cx, scope, "CreateReadReplicaEndpoint", Some(json!({ "endpoint_spec": specs })), &[]).await?;
                wait::settled(cx, scope, true).await?;
            }
            Ok(!kinds.is_empty())
        })
    }
}

/// The desired endpoint of a kind, in the API's form.
fn wanted(scope: &Scope<'_>, kind: &str) -> Option<Json> {
    let specifications = wire::get(&scope.wanted, "endpoint_spec")?.as_array()?;
    specifications.iter().find(|specification| specification.get(kind).is_some()).cloned()
}
