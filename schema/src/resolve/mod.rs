//! From descriptors and API documents to the catalog: every name is looked up, and an unknown name is an error.
//!
//! Other modules read the files and generate the Pulumi schema.

mod action;
mod call;
mod checks;
mod component;
mod coverage;
mod created_with;
mod kind;
mod listing;
mod local;
mod lookup;
mod messaging;
mod property;
mod settle;
mod source;
mod step;
mod storage;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use catalog::{Catalog, DeletedIf, Function, IdPart, Locality, Resource, Special, Within};
use scaleway_api::Document;

use crate::descriptor::{self, LocalityWord, Product, Steps};
use crate::findings::{Findings, Place, did_you_mean, or_list};
use crate::load::{LoadedResource, Offer};
use crate::names::snake_case;
use crate::shape::Shape;

pub use component::ResolvedComponent;
pub(crate) use component::components;
pub(crate) use lookup::ResolvedLookup;

use call::Call;

/// A resolved resource, with the descriptor that contains its descriptions.
pub struct Resolved<'a> {
    /// The Pulumi module (`registry`).
    pub module: &'a str,
    /// The place of its descriptor.
    pub place: &'a Place,
    /// The descriptor.
    pub descriptor: &'a descriptor::Resource,
    /// The result for the catalog.
    pub resource: Resource,
    /// Its lookup function.
    pub(crate) lookup: Option<ResolvedLookup>,
}

/// Resolves all resources. Unknown names are errors in the findings.
pub fn resolve<'a>(offer: &'a Offer, findings: &mut Findings) -> Vec<Resolved<'a>> {
    let mut all = Vec::new();
    for (module, product) in &offer.products {
        for LoadedResource { place, resource, .. } in &product.resources {
            if let Some(maker) = &resource.local {
                let compiled = local::resolve(place, resource, maker, &product.product, findings);
                all.push(Resolved { module, place, descriptor: resource, resource: compiled, lookup: None });
                continue;
            }
            if let Some(scope) = Scope::new(place, resource, &product.product, findings) {
                let compiled = scope.resolve(findings);
                all.extend(compiled.map(|(compiled, lookup)| Resolved {
                    module,
                    place,
                    descriptor: resource,
                    resource: compiled,
                    lookup,
                }));
            }
        }
    }
    all
}

/// The catalog of the resolved resources.
pub fn catalog(resolved: &[Resolved<'_>], components: &[ResolvedComponent<'_>]) -> Catalog {
    let (functions, resources): (Vec<_>, Vec<_>) = resolved.iter().partition(|one| one.descriptor.function);
    let parents: BTreeSet<&str> =
        resources.iter().filter_map(|one| Some(one.resource.within.as_ref()?.token.as_str())).collect();
    let localities = resources.iter().flat_map(|one| one.resource.localities.iter().cloned()).collect();
    let resources = resources.into_iter().map(|one| {
        let token = one.resource.token.clone();
        let has_parts = parents.contains(token.as_str());
        (token, Resource { has_parts, ..one.resource.clone() })
    });
    let resources = resources.collect();
    let lookups = resolved.iter().filter(|one| !one.descriptor.function).filter_map(|one| one.lookup.as_ref());
    let functions = functions.into_iter().map(|one| match &one.lookup {
        Some(lookup) => Function { standalone: Some(Box::new(one.resource.clone())), ..lookup.function.clone() },
        None => lookup::standalone(&one.resource),
    });
    let functions = lookups
        .map(|lookup| lookup.function.clone())
        .chain(functions)
        .map(|function| (function.token.clone(), function))
        .collect();
    let components = components.iter().map(|one| (one.component.token.clone(), one.component.clone())).collect();
    let aliases = resolved.iter().flat_map(aliases).map(|(flat, modular)| (flat.clone(), modular.clone())).collect();
    Catalog { resources, functions, components, aliases, localities }
}

/// The flat tokens of a resource and of its lookup, each with the modular token.
fn aliases<'a>(one: &'a Resolved<'_>) -> impl Iterator<Item = (&'a String, &'a String)> {
    let word = one.descriptor;
    let lookup = word.lookup.iter().flat_map(|lookup| lookup.aliases.iter().map(|flat| (flat, &lookup.token)));
    word.aliases.iter().map(|flat| (flat, &word.token)).chain(lookup)
}

/// Everything that the names of one descriptor are looked up in.
pub(crate) struct Scope<'a> {
    pub(crate) place: &'a Place,
    pub(crate) resource: &'a descriptor::Resource,
    pub(crate) product: &'a Product,
    pub(crate) document: &'a Document,
    pub(crate) locality: Locality,
    pub(crate) id: Vec<IdPart>,
    pub(crate) other_ids: Vec<Vec<IdPart>>,
}

/// The requests of a resource, with their operations.
pub(crate) struct Calls<'a> {
    pub(crate) create: Vec<Call<'a>>,
    pub(crate) read: Vec<Call<'a>>,
    pub(crate) update: Vec<Call<'a>>,
    pub(crate) delete: Vec<Call<'a>>,
    pub(crate) special: Vec<Call<'a>>,
    /// The responses of all read requests, combined.
    pub(crate) answers: Shape<'a>,
}

impl<'a> Scope<'a> {
    fn new(
        place: &'a Place,
        resource: &'a descriptor::Resource,
        product: &'a Product,
        findings: &mut Findings,
    ) -> Option<Self> {
        let name = resource.api.as_deref().unwrap_or(&product.api);
        let document = find_document(name, &place.at("api"), findings)?;
        let locality = match resource.locality.unwrap_or(product.locality) {
            LocalityWord::Region => Locality::Region,
            LocalityWord::Zone => Locality::Zone,
            LocalityWord::None => Locality::Global,
        };
        let mut scope = Self { place, resource, product, document, locality, id: Vec::new(), other_ids: Vec::new() };
        let mut forms = scope.id_forms(findings).into_iter();
        scope.id = forms.next().unwrap_or_default();
        scope.other_ids = forms.collect();
        Some(scope)
    }

    /// If an operation is unknown, nothing else can be checked, so there is no result.
    fn resolve(&self, findings: &mut Findings) -> Option<(Resource, Option<ResolvedLookup>)> {
        let calls = self.all_calls(findings)?;
        let properties = self.properties(&calls, findings);
        let resource = Resource {
            token: self.resource.token.clone(),
            label: self.resource.label.clone(),
            locality: self.locality,
            localities: localities(self.document),
            id: self.id.clone(),
            other_ids: self.other_ids.clone(),
            named_by: self.named_by(&calls.answers, findings),
            composed: self.composed_fields(&calls, findings),
            create: self.steps(&calls.create, &calls, &properties, findings),
            read: self.steps(&calls.read, &calls, &properties, findings),
            update: self.steps(&calls.update, &calls, &properties, findings),
            delete: self.steps(&calls.delete, &calls, &properties, findings),
            wait: self.wait(&calls, findings),
            timeouts: self.timeouts(findings),
            within: self.within(findings),
            has_parts: false,
            deleted_if: self.deleted_if(&calls.answers, findings),
            project_in_id: self.product.project_in_id,
            id_rest: self.resource.id.as_deref().is_some_and(|form| form.ends_with("*}")),
            denied_window_ms: self.denied_window(findings),
            permissions: BTreeMap::new(),
            holds_data: self.resource.holds_data.clone(),
            created_with: self.created_with(&calls, &properties, findings),
            local: None,
            action: self.action(findings),
            discontinued: self.resource.discontinued.clone(),
            special: self.special(&calls),
            listing: self.listing(calls.read.first(), findings),
            exactly_one: self.resource.exactly_one.clone(),
            at_least_one: self.resource.at_least_one.clone(),
            at_most_one: self.resource.at_most_one.clone(),
            requires: self.resource.requires.clone(),
            properties,
        };
        self.check_groups(findings);
        self.check_coverage(&resource, &calls, findings);
        let lookup = self.lookup(&resource, &calls, findings);
        Some((resource, lookup))
    }

    fn all_calls(&self, findings: &mut Findings) -> Option<Calls<'a>> {
        let before = findings.mistakes.len();
        let mut calls = Calls {
            create: self.calls(&self.resource.create, "create", findings),
            read: self.calls(&self.resource.read, "read", findings),
            update: self.calls(&self.resource.update, "update", findings),
            delete: self.calls(&self.resource.delete, "delete", findings),
            special: self.special_calls(findings),
            answers: Shape::new(self.is_open()),
        };
        // The response of an action is stored beside its target.
        let acts = calls.create.iter().filter(|call| self.resource.action.is_some() && call.step.into.is_some());
        for call in calls.read.iter().chain(acts) {
            call.add_answer(&mut calls.answers);
        }
        (findings.mistakes.len() == before).then_some(calls)
    }

    /// The requests of one of the keys `create`, `read`, `update`, `delete`.
    fn calls(&self, steps: &Steps, word: &str, findings: &mut Findings) -> Vec<Call<'a>> {
        let place = self.place.at(word);
        let several = matches!(steps, Steps::Many(_));
        let steps = steps.steps().into_iter().enumerate();
        steps
            .filter_map(|(index, step)| {
                let place = if several { place.index(index) } else { place.clone() };
                self.call(step, place, findings)
            })
            .collect()
    }

    /// Whether the descriptor may use fields that are not in an API document.
    pub(crate) fn is_open(&self) -> bool {
        let word = self.resource;
        word.special.is_some() || word.discontinued.is_some()
    }

    /// The property that is sent as this field.
    pub(crate) fn property_of_field(&self, field: &str) -> Option<&'a str> {
        let properties = &self.resource.properties;
        let by_rule = properties.keys().find(|name| snake_case(name) == field);
        let by_word = || {
            let sent =
                |word: &&descriptor::Property| word.sent_field().and_then(|path| path.split('[').next()) == Some(field);
            properties.iter().find(|(_, word)| sent(word)).map(|(name, _)| name)
        };
        by_rule.or_else(by_word).map(String::as_str)
    }

    /// Whether a handler sends requests in addition to the steps.
    pub(crate) fn has_special_calls(&self) -> bool {
        self.resource.special.as_ref().is_some_and(|special| !special.operations.is_empty())
    }

    /// Rejects a name that is not a property of the resource.
    pub(crate) fn check_property(&self, name: &str, place: &Place, findings: &mut Findings) -> bool {
        let known = self.resource.properties.contains_key(name);
        if !known {
            let hint = did_you_mean(name, self.resource.properties.keys().map(String::as_str));
            findings.mistake(place, format!("there is no property \"{name}\"{hint}"));
        }
        known
    }

    fn id_forms(&self, findings: &mut Findings) -> Vec<Vec<IdPart>> {
        if let Some(id) = self.action_id() {
            return vec![id];
        }
        let Some(forms) = &self.resource.id else {
            return vec![match self.locality {
                Locality::Global => vec![IdPart::Id],
                Locality::Region | Locality::Zone => vec![IdPart::Locality, IdPart::Id],
            }];
        };
        forms.split(" | ").map(|form| self.id_parts(form, findings)).collect()
    }

    fn id_parts(&self, form: &str, findings: &mut Findings) -> Vec<IdPart> {
        let place = self.place.at("id");
        let mut parts = Vec::new();
        for part in form.split('/') {
            let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                if part.is_empty() || part.contains(['{', '}']) {
                    findings.mistake(&place, format!("\"{part}\" is neither a constant nor a name in braces"));
                }
                parts.push(IdPart::Literal(part.to_owned()));
                continue;
            };
            match (name.trim_end_matches('*'), self.locality) {
                ("region", Locality::Region) | ("zone", Locality::Zone) => parts.push(IdPart::Locality),
                ("id", _) => parts.push(IdPart::Id),
                (name, _) if self.check_property(name, &place, findings) => {
                    parts.push(IdPart::Property(name.to_owned()));
                }
                _ => {}
            }
        }
        parts
    }

    fn within(&self, findings: &mut Findings) -> Option<Within> {
        let within = self.resource.within.as_ref()?;
        self.check_property(&within.property, &self.place.at("within").at("property"), findings);
        Some(Within { property: within.property.clone(), token: within.token.clone() })
    }

    /// Each part of a format is a prefix and a field in braces.
    fn composed_fields(&self, calls: &Calls<'a>, findings: &mut Findings) -> BTreeMap<String, String> {
        for (field, format) in &self.resource.composed {
            let place = self.place.at("composed").at(field);
            check_answer_field(&calls.answers, field, &place, findings);
            let is_part = |part: &str| part.strip_suffix('}').is_some_and(|part| part.matches('{').count() == 1);
            if !format.split([':', '/']).all(is_part) {
                findings.mistake(&place, "each part between colons or slashes must be a prefix and a field in braces");
            }
        }
        self.resource.composed.clone()
    }

    fn named_by(&self, answers: &Shape<'a>, findings: &mut Findings) -> Vec<String> {
        for field in &self.resource.named_by {
            check_answer_field(answers, field, &self.place.at("namedBy"), findings);
        }
        self.resource.named_by.clone()
    }

    fn deleted_if(&self, answers: &Shape<'a>, findings: &mut Findings) -> Option<DeletedIf> {
        let word = self.resource.deleted_if.as_ref()?;
        let place = self.place.at("deletedIf");
        for field in word.set.iter().chain(&word.unset).chain(word.values.keys()) {
            check_answer_field(answers, field, &place, findings);
        }
        for field in word.missing_from.keys() {
            check_answer_field(answers, field, &place, findings);
        }
        let missing_from = self.sources(&word.missing_from, answers, &place.at("missingFrom"), findings);
        let (set, unset, values) = (word.set.clone(), word.unset.clone(), word.values.clone());
        Some(DeletedIf { set, unset, values, missing_from })
    }

    fn special(&self, calls: &Calls<'a>) -> Option<Special> {
        let special = self.resource.special.as_ref()?;
        // Several documents have operations with one name, so those of another document have its name in front.
        let key = |call: &Call<'_>| match &call.step.api {
            Some(api) => format!("{api}:{}", call.operation.id),
            None => call.operation.id.clone(),
        };
        let operations = calls.special.iter().map(|call| (key(call), self.free_operation(call, calls)));
        Some(Special { handler: special.handler, operations: operations.collect() })
    }
}

/// The API document with this name.
pub(crate) fn find_document(name: &str, place: &Place, findings: &mut Findings) -> Option<&'static Document> {
    let document = scaleway_api::document(name);
    if document.is_none() {
        let hint = did_you_mean(name, scaleway_api::documents().map(|document| document.name.as_str()));
        findings.mistake(place, format!("there is no API document \"{name}\"{hint}"));
    }
    document
}

/// Rejects a field that no response contains.
pub(crate) fn check_answer_field(answers: &Shape<'_>, field: &str, place: &Place, findings: &mut Findings) {
    if answers.open || !answers.find(field).is_empty() {
        return;
    }
    let hint = did_you_mean(field, answers.field_names());
    let parts = or_list(&answers.part_names());
    findings.mistake(place, format!("there is no field \"{field}\" in {parts}{hint}"));
}

/// Every region or zone in a document.
fn localities(document: &Document) -> Vec<String> {
    let mut listed: Vec<String> = document.localities.values().flatten().cloned().collect();
    listed.sort();
    listed.dedup();
    listed
}
