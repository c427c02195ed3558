//! Objects that the API creates with a resource.

use std::collections::BTreeMap;

use catalog::{CreatedWith, Property};

use super::{Calls, Scope};
use crate::findings::Findings;

impl<'a> Scope<'a> {
    pub(super) fn created_with(
        &self,
        calls: &Calls<'a>,
        properties: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Option<Box<CreatedWith>> {
        let word = self.resource.created_with.as_ref()?;
        let place = self.place.at("createdWith");
        for name in [&word.property, &word.from].into_iter().chain(&word.unless) {
            self.check_property(name, &place, findings);
        }
        if !properties.get(&word.property).is_some_and(|property| property.returned_once) {
            findings.mistake(&place.at("property"), format!("\"{}\" needs returnedOnce", word.property));
        }
        Some(Box::new(CreatedWith {
            property: word.property.clone(),
            from: word.from.clone(),
            unless: word.unless.clone(),
            kept_if: self.when(&word.kept_if, &place.at("keptIf"), findings),
            read: self.inner(Some(&word.read), place.at("read"), calls, findings)?,
            used_by: word.used_by.clone(),
            delete: self.inner(Some(&word.delete), place.at("delete"), calls, findings)?,
        }))
    }
}
