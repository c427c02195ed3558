//! Actions on existing objects: the target, and how an accepted request is recognized.

use catalog::{Action, IdPart, Locality, RUN};

use super::Scope;
use crate::findings::Findings;

impl Scope<'_> {
    /// The action, if it is one.
    pub(super) fn action(&self, findings: &mut Findings) -> Option<Action> {
        let word = self.resource.action.as_ref()?;
        let place = self.place.at("action");
        let keys = [
            ("id", self.resource.id.is_some()),
            ("update", !self.resource.update.is_none()),
            ("delete", !self.resource.delete.is_none()),
            ("deletedIf", self.resource.deleted_if.is_some()),
            ("lookup", self.resource.lookup.is_some()),
            ("listing", self.resource.listing.is_some() && !word.creates),
            ("holdsData", self.resource.holds_data.is_some()),
        ];
        findings.reject_keys(self.place, &keys, "not allowed in an action: its object is another resource");
        self.check_property(&word.target, &place.at("target"), findings);
        if [!word.accepted.is_empty(), word.repeatable, word.creates].into_iter().filter(|is_set| *is_set).count() != 1
        {
            findings.mistake(&place, "set exactly one of `accepted`, `repeatable` and `creates`");
        }
        if word.ends_target && word.accepted.is_empty() {
            findings.mistake(&place.at("endsTarget"), "requires `accepted`");
        }
        if !word.accepted.is_empty() && self.resource.wait.is_none() {
            findings.mistake(&place.at("accepted"), "requires `wait`, which names the status field");
        }
        Some(Action {
            target: word.target.clone(),
            accepted: word.accepted.clone(),
            repeatable: word.repeatable,
            creates: word.creates,
            ends_target: word.ends_target,
        })
    }

    /// The ID of an action: that of its target, and one part that distinguishes it from other actions on the target. The ID of
    /// one that creates an object is that of the object.
    pub(super) fn action_id(&self) -> Option<Vec<IdPart>> {
        let target = self.resource.action.as_ref().filter(|action| !action.creates)?.target.clone();
        let locality = (self.locality != Locality::Global).then_some(IdPart::Locality);
        let rest = [IdPart::Property(target), IdPart::Property(RUN.to_owned())];
        Some(locality.into_iter().chain(rest).collect())
    }
}
