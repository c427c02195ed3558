//! Read replicas: their endpoints come and go by calls of their own.
//!
//! Data was not enough because an endpoint is deleted by the id it has at the API, one call for each kind that changes,
//! before all new ones are made by a single call. Assumes that `endpoints` of a replica tells each endpoint's kind by a
//! field of that name, and that changing one makes the replica passing.

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

/// The kinds of endpoints in the order in which they are exchanged, by the property that asks for one.
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

/// The endpoint of a kind that is asked for, as the API takes it.
fn wanted(scope: &Scope<'_>, kind: &str) -> Option<Json> {
    let specifications = wire::get(&scope.wanted, "endpoint_spec")?.as_array()?;
    specifications.iter().find(|specification| specification.get(kind).is_some()).cloned()
}
