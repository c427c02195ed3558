//! What requests show of the stack's state, and what follows for names, for creates that began and for deletes that failed.

use catalog::Resource;
use rules::{Autonaming, Defaults, Diff, DiffRequest};
use value::Object;

use super::Server;
use crate::from_proto::{self, Target};

impl Server {
    /// Notes what the engine shows of the state: the object it stores for a URN, and its name.
    pub(super) fn stored(&self, target: &Target, id: &str, inputs: &Object) {
        self.names.saw(&target.urn, inputs.text("name"));
        if let Some(configured) = self.configured() {
            configured.engine.stored(&target.token, &target.urn, id);
        }
    }

    /// How an automatic name is made for a check without old inputs: the name of a create that was interrupted is
    /// repeated, others are derived from the URN and the owner of the objects.
    pub(super) fn naming(&self, check: &from_proto::Check, defaults: &Defaults) -> (Vec<u8>, Autonaming) {
        let urn = &check.target.urn;
        let owner = [&defaults.organization_id, &defaults.project_id].map(|id| id.as_deref().unwrap_or_default());
        let seed = self.names.seed(urn, &owner.join("/"), &check.seed);
        let repeats = check.autonaming == Autonaming::Default && defaults.environment.is_none();
        let configured = self.configured().filter(|_| repeats && !urn.is_empty());
        let interrupted = configured.and_then(|configured| configured.engine.unfinished(urn)?.name);
        (seed, interrupted.map_or_else(|| check.autonaming.clone(), Autonaming::Propose))
    }

    /// What would change, with what a failed delete of the object makes necessary.
    pub(super) fn diff_after_deletes(
        &self,
        resource: &Resource,
        request: &DiffRequest<'_>,
        urn: &str,
        id: &str,
    ) -> Diff {
        let mut diff = rules::diff(resource, request);
        let failed = self.configured().and_then(|configured| configured.engine.failed_delete(urn, id));
        if let Some(deletion) = failed {
            engine::after_failed_delete(resource, request, &deletion, &mut diff);
        }
        diff
    }
}
