//! Objects that the API creates with a resource.

use std::collections::BTreeMap;

use catalog::{CreatedWith, Property, Step, When};

use super::{Calls, Scope};
use crate::descriptor::StepOrOperation;
use crate::findings::{Findings, Place};

impl<'a> Scope<'a> {
    pub(super) fn created_with(
        &self,
        calls: &Calls<'a>,
        properties: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Option<Box<CreatedWith>> {
        let word = self.resource.created_with.as_ref()?;
        let place = self.place.at("createdWith");
        for name in [&word.property, &word.from].into_iter().chain(&word.unless).chain(word.kept_if.keys()) {
            self.check_property(name, &place, findings);
        }
        if !properties.get(&word.property).is_some_and(|property| property.returned_once) {
            findings.mistake(&place.at("property"), format!("\"{}\" needs returnedOnce", word.property));
        }
        let mut step = |name: &str, word: &StepOrOperation| -> Option<Step> {
            let call = self.call(word.step(), Place::at(&place, name), findings)?;
            Some(self.step(&call, calls, properties, findings))
        };
        let (read, delete) = (step("read", &word.read)?, step("delete", &word.delete)?);
        let kept_if = word.kept_if.iter().next();
        let kept_if = kept_if.map(|(name, is)| When { property: name.clone(), is: Some(is.clone()) });
        Some(Box::new(CreatedWith {
            property: word.property.clone(),
            from: word.from.clone(),
            unless: word.unless.clone(),
            kept_if,
            read,
            used_by: word.used_by.clone(),
            delete,
        }))
    }
}
