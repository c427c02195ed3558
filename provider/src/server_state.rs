//! The state of the stack as seen in requests, for automatic names, interrupted creates and updates, and failed deletes.

use catalog::Resource;
use rules::operation::Warning;
use rules::{Autonaming, Defaults, Diff, DiffRequest};
use value::{Object, Path};

use super::Server;
use crate::from_proto::{self, Target};

impl Server {
    /// Records the object and the name that the engine's state contains for a URN.
    pub(super) fn stored(&self, target: &Target, id: &str, inputs: &Object) {
        self.names.saw(&target.urn, inputs.text("name"));
        if let Some(configured) = self.configured() {
            configured.engine.stored(&target.token, &target.urn, id);
        }
    }

    /// The automatic name for a check without old inputs: the name of an interrupted create is
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

    /// The diff, with the changes that a failed delete or an interrupted update of the object requires, and a warning about the
    /// object of an interrupted replacement.
    pub(super) fn diff_after_interruptions(
        &self,
        resource: &Resource,
        request: &DiffRequest<'_>,
        urn: &str,
        id: &str,
    ) -> Diff {
        let mut diff = rules::diff(resource, request);
        let earlier = self.configured().and_then(|configured| configured.engine.interruption(urn, id));
        if let Some(earlier) = earlier {
            engine::after_interruption(resource, request, &earlier, &mut diff);
        }
        // A replacement adopts the object.
        if !diff.replaces() {
            let unstored = self.configured().and_then(|configured| configured.engine.unstored(resource, urn, id));
            diff.warnings.extend(unstored.map(|text| Warning { path: Path::default(), text }));
        }
        diff
    }
}
