//! Whether the requests of a resource send all its inputs, and whether the properties that a descriptor names exist.

use catalog::{EachOf, IdPart, Input, Property, Resource, Step};

use scaleway_api::Protocol;

use super::step::{carries, is_made_for, sends};
use super::{Calls, Scope};
use crate::findings::{Findings, Place};

impl<'a> Scope<'a> {
    /// Rejects groups and references with unknown properties.
    pub(crate) fn check_groups(&self, findings: &mut Findings) {
        let groups = [
            ("exactlyOne", &self.resource.exactly_one),
            ("atLeastOne", &self.resource.at_least_one),
            ("atMostOne", &self.resource.at_most_one),
        ];
        for (word, groups) in groups {
            for (index, group) in groups.iter().enumerate() {
                let place = self.place.at(word).index(index);
                for name in group {
                    self.check_property(name, &place, findings);
                }
            }
        }
        let place = self.place.at("requires");
        for (name, others) in &self.resource.requires {
            for name in std::iter::once(name).chain(others) {
                self.check_property(name, &place, findings);
            }
        }
        for (name, word) in &self.resource.properties {
            let place = self.place.at("properties").at(name);
            let others = [
                ("same", &word.same),
                ("resends", &word.resends),
                ("handledIf", &word.handled_if),
                ("driftOf", &word.drift_of),
                ("createOnlyIf", &word.create_only_if),
                ("unless", &word.unless),
                ("onlyIf", &word.only_if),
                ("prefix", &word.prefix),
            ];
            for (word, other) in others {
                if let Some(other) = other {
                    self.check_property(other, &place.at(word), findings);
                }
            }
            for other in word.suffix_if.keys() {
                self.check_property(other, &place.at("suffixIf"), findings);
            }
            if word.handled_if.is_some() && !self.has_special_calls() {
                findings.mistake(&place.at("handledIf"), "requires a handler (`special`) with operations");
            }
        }
    }

    /// Rejects inputs that are never sent, and updatable inputs that no update sends.
    pub(crate) fn check_coverage(&self, resource: &Resource, calls: &Calls<'a>, findings: &mut Findings) {
        // A discontinued resource sends no requests.
        if resource.discontinued.is_some() {
            return;
        }
        if ["create", "update"].iter().any(|word| findings.has_mistake_in(&self.place.at(word))) {
            return;
        }
        let place = self.place.at("properties");
        for (name, property) in &resource.properties {
            if findings.has_mistake_in(&place.at(name)) {
                continue;
            }
            let (Some(_), true) = (&property.send, property.input != Input::No) else {
                continue;
            };
            // The fields of a handler are not in an API document; only its own tests can check them.
            let is_converted = self.resource.special.is_some() && self.resource.properties[name].kind.is_some();
            // Without a create, a part of the ID identifies an existing object.
            let is_selector = resource.create.is_empty() && self.id.contains(&IdPart::Property(name.clone()));
            if self.resource.function && !is_selector && !self.is_place(property) {
                if !self.has_special_calls() && !resource.read.iter().any(|step| carries(step, name, property)) {
                    findings.mistake(&place.at(name), "has no effect: no request sends this input");
                }
                continue;
            }
            let is_open = self.has_special_calls() || is_converted || self.is_used_elsewhere(name);
            if is_selector || self.is_place(property) || is_open {
                continue;
            }
            check_carried(name, property, resource, &place.at(name), findings);
        }
        for call in &calls.create {
            self.check_always_sent(call, resource, findings);
        }
    }

    /// The inputs that no body contains: the switch of waits, and the endpoint of queues and topics, its credentials and their project.
    pub(crate) fn is_used_elsewhere(&self, name: &str) -> bool {
        let switch = self.resource.wait.as_ref().and_then(|wait| wait.only.as_deref());
        let of_messaging = ["snsEndpoint", "sqsEndpoint", "projectId"].iter().chain(&catalog::MESSAGING_CREDENTIALS);
        switch == Some(name)
            || (matches!(self.document.protocol, Protocol::Sqs | Protocol::Sns)
                && of_messaging.into_iter().any(|other| *other == name))
    }

    /// The region or zone of the resource itself, which is in every path.
    fn is_place(&self, property: &Property) -> bool {
        use catalog::{Locality, ProviderDefault};
        matches!(
            (&property.input, self.locality),
            (Input::Provider(ProviderDefault::Region), Locality::Region)
                | (Input::Provider(ProviderDefault::Zone), Locality::Zone)
        )
    }

    /// Warns about fields that the SDK always writes and that no property sends: required fields are among them. Fields with
    /// an obvious empty value are not reported: booleans, numbers, enums, lists, maps, null.
    fn check_always_sent(&self, call: &super::Call<'a>, resource: &Resource, findings: &mut Findings) {
        if self.resource.special.is_some() {
            return;
        }
        let fields = call.body().and_then(|body| body.fields().map(|fields| (body, fields)));
        let Some((body, fields)) = fields else {
            return;
        };
        for name in call.operation.always_sent.iter().filter(|name| !call.step.with.contains_key(*name)) {
            let is_text = fields.get(name).is_some_and(|schema| {
                let kind = &body.document.resolve(schema).kind;
                !schema.nullable && matches!(kind, scaleway_api::Kind::String { .. })
            });
            // The property can have another name in this request (`rename`).
            let renamed = call.step.rename.iter().filter(|(_, here)| here.split('.').next() == Some(name.as_str()));
            let mut usual = renamed.map(|(usual, _)| usual).chain([name]);
            let given = usual.any(|usual| resource.properties.values().any(|property| sends(property, usual)));
            if is_text && !given && !call.operation.from_config.contains_key(name) {
                let message = format!("{} may require \"{name}\", and no property sends it", call.operation.id);
                findings.warning(&call.place, message);
            }
        }
    }
}

fn check_carried(name: &str, property: &Property, resource: &Resource, place: &Place, findings: &mut Findings) {
    // An action on an existing object, such as the purge of a cache, is not a part of a create.
    let is_action =
        |step: &Step| step.each.as_ref().is_some_and(|each| each.of == EachOf::All) && carries(step, name, property);
    if !resource.create.iter().any(|step| carries(step, name, property)) && !resource.update.iter().any(is_action) {
        findings.mistake(place, "no create request sends this input");
    }
    let changed =
        |name: &str, property: &Property| resource.update.iter().any(|step| is_made_for(step, name, property));
    if property.replace || property.create_only || resource.update.is_empty() || changed(name, property) {
        return;
    }
    let resent = property.resends.as_ref().and_then(|other| resource.properties.get_key_value(other));
    if resent.is_some_and(|(name, property)| changed(name, property)) {
        return;
    }
    findings.mistake(
        place,
        "no update request sends this input: set `replace: true`, or add the update step that sends it",
    );
}
