//! Read replicas: separate calls for endpoints.
//!
//! A descriptor is not sufficient because an endpoint is deleted by its API ID, one call for each kind that changes, before
//! a single call creates all new ones. Assumes that each element of `endpoints` has a field with the name of its kind, and
//! that a change of one puts the replica into a transient status.

use super::databases_instance::{desired, remove};
use super::prelude::*;

/// See the module.
pub(super) struct ReadReplica;

/// The kinds of endpoints in the order of their updates, by the property that requests one.
const ENDPOINTS: [(&str, &str); 2] = [("directAccess", "direct_access"), ("privateNetwork", "private_network")];

#[async_trait]
impl Handler for ReadReplica {
    async fn after_update(&self, cx: &Context<'_>, scope: &mut Scope<'_>, transition: Transition<'_>) -> Result<bool> {
        let changed = ENDPOINTS.iter().filter(|(property, _)| transition.changed.contains(*property));
        let kinds: Vec<&str> = changed.map(|(_, kind)| *kind).collect();
        for kind in &kinds {
            remove(cx, scope, kind).await?;
        }
        let specs: Vec<Json> = kinds.iter().filter_map(|kind| desired(scope, "endpoint_spec", kind)).collect();
        if !specs.is_empty() {
            change(cx, scope, "CreateReadReplicaEndpoint", json!({ "endpoint_spec": specs })).await?;
        }
        Ok(!kinds.is_empty())
    }
}
