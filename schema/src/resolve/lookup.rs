//! Lookup functions: how an existing resource is found by its id, or listed and compared.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{
    Checks, Function, IdPart, Input, Lookup, LookupBy, Operation, Property, ProviderDefault, Query, Resource, Source,
};

use super::call::{find_operation, list_field};
use super::property::property;
use super::wire::Sides;
use super::{Call, Calls, Scope};
use crate::descriptor::{self, Step};
use crate::findings::{Findings, Place, did_you_mean};
use crate::names::snake_case;
use crate::shape::{Field, Shape};

/// A lookup function with what its schema needs.
pub(crate) struct ResolvedLookup {
    /// What the plugin will know.
    pub(crate) function: Function,
    /// The properties that only the function has, inputs and outputs.
    pub(crate) own: BTreeMap<String, Property>,
}

impl<'a> Scope<'a> {
    /// The resource's lookup function.
    pub(crate) fn lookup(
        &self,
        resource: &Resource,
        calls: &Calls<'a>,
        findings: &mut Findings,
    ) -> Option<ResolvedLookup> {
        let word = self.resource.lookup.as_ref()?;
        let place = self.place.at("lookup");
        let list = word.list.as_deref().and_then(|id| self.list_call(id, &place.at("list"), findings));
        let own = own_properties(word, calls, list.as_ref(), &place.at("properties"), findings);
        let inputs = given(word, resource, &own, &place, findings);
        let by = list.map(|list| self.lookup_by(word, &list, &inputs, &place, findings));
        self.check_id_given(word, &inputs, &place, findings);
        self.check_used(word, &inputs, by.as_ref(), &place, findings);
        let groups = word.id.iter().zip(word.by.first()).map(|(id, by)| vec![id.clone(), by.clone()]);
        let groups = groups.filter(|group| !group.iter().any(|name| word.required.contains(name)));
        for name in &word.without {
            self.check_property(name, &place.at("without"), findings);
        }
        let outputs = own.iter().filter(|(_, property)| property.read.is_some());
        let lookup = Lookup {
            resource: resource.token.clone(),
            inputs,
            id: word.id.clone(),
            by,
            exactly_one: groups.into_iter().collect(),
            outputs: outputs.map(|(name, property)| (name.clone(), as_output(property))).collect(),
            without: word.without.clone(),
        };
        Some(ResolvedLookup { function: Function { token: word.token.clone(), lookup }, own })
    }

    fn list_call(&self, id: &str, place: &Place, findings: &mut Findings) -> Option<Call<'a>> {
        let operation = find_operation(self.document, id, place, findings)?;
        let list = list_field(self.document, operation);
        if list.is_none() {
            findings.mistake(place, format!("{id} does not answer a list"));
        }
        let step = Step { call: id.to_owned(), ..Step::default() };
        Some(Call { place: place.clone(), step, document: self.document, operation, list })
    }

    fn lookup_by(
        &self,
        word: &descriptor::Lookup,
        list: &Call<'a>,
        inputs: &BTreeMap<String, Property>,
        place: &Place,
        findings: &mut Findings,
    ) -> LookupBy {
        let fields = element(list).and_then(|element| element.fields());
        let mut find = BTreeMap::new();
        for name in word.by.iter().filter(|name| inputs.contains_key(*name)) {
            let field = field_of(name, inputs.get(name));
            if let Some(fields) = fields.filter(|fields| !fields.contains_key(&field)) {
                let hint = did_you_mean(&field, fields.keys().map(String::as_str));
                let message = format!("an element of {} has no field \"{field}\"{hint}", list.operation.id);
                findings.mistake(&place.at("by"), message);
            }
            find.insert(field, Source::Property(name.clone()));
        }
        let queries = inputs.iter().filter(|(name, _)| Some(*name) != word.id.as_ref());
        let queries = queries.map(|(name, property)| (field_of(name, Some(property)), name));
        let query = queries.filter(|(field, _)| list.has_query(field));
        LookupBy {
            list: Operation {
                id: list.operation.id.clone(),
                method: list.operation.method.name().to_owned(),
                path: list.operation.path.to_string(),
                parameters: self.list_parameters(list, inputs, findings),
                query: query.map(|(name, input)| Query { name, from: Source::Property(input.clone()) }).collect(),
                body: None,
                pages: list.list.map(str::to_owned),
                answers_object: false,
            },
            find,
        }
    }

    fn list_parameters(
        &self,
        list: &Call<'a>,
        inputs: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> BTreeMap<String, Source> {
        let (mut found, left) = self.known_parameters(list);
        for name in left {
            match inputs.keys().find(|input| snake_case(input) == name) {
                Some(input) => {
                    found.insert(name.to_owned(), Source::Property(input.clone()));
                }
                None => findings.mistake(&list.place, format!("nothing gives the path parameter \"{name}\"")),
            }
        }
        for source in found.values() {
            if let Source::Property(name) = source
                && !inputs.contains_key(name)
            {
                findings.mistake(&list.place, format!("its path needs \"{name}\", which is no input of the function"));
            }
        }
        found
    }

    /// Refuses inputs that select nothing.
    fn check_used(
        &self,
        word: &descriptor::Lookup,
        inputs: &BTreeMap<String, Property>,
        by: Option<&LookupBy>,
        place: &Place,
        findings: &mut Findings,
    ) {
        for (name, property) in inputs {
            let asks = |source: &Source| *source == Source::Property(name.clone());
            let is_asked = by.is_some_and(|by| {
                by.find.values().any(asks)
                    || by.list.parameters.values().any(asks)
                    || by.list.query.iter().any(|query| asks(&query.from))
            });
            let is_place = matches!(property.input, Input::Provider(ProviderDefault::Region | ProviderDefault::Zone));
            let is_part = self.id.contains(&IdPart::Property(name.clone()));
            if !(is_asked || is_place || is_part || word.id.as_ref() == Some(name)) {
                findings.mistake(&place.at("inputs"), format!("\"{name}\" selects nothing"));
            }
        }
    }

    /// Without an input that holds the id, every part of it must be an input.
    fn check_id_given(
        &self,
        word: &descriptor::Lookup,
        inputs: &BTreeMap<String, Property>,
        place: &Place,
        findings: &mut Findings,
    ) {
        if word.id.is_some() || word.list.is_some() {
            return;
        }
        for part in &self.id {
            match part {
                IdPart::Property(name) if !inputs.contains_key(name) => {
                    findings.mistake(place, format!("the id needs \"{name}\", which is no input of the function"));
                }
                IdPart::Id => findings.mistake(place, "nothing gives the id: name the input with `id`, or a `list`"),
                _ => {}
            }
        }
    }
}

/// The properties that the resource does not have.
fn own_properties<'a>(
    word: &descriptor::Lookup,
    calls: &Calls<'a>,
    list: Option<&Call<'a>>,
    place: &Place,
    findings: &mut Findings,
) -> BTreeMap<String, Property> {
    let mut read = calls.answers.clone();
    // Filters may be named by what the list takes in its query, or by what its elements hold.
    let mut queries = BTreeSet::new();
    if let Some(list) = list {
        queries.extend(list.operation.query_parameters.iter().map(|parameter| parameter.name.clone()));
        if let Some(element) = element(list) {
            read.add(&list.operation.id, element, "", &BTreeMap::new());
        }
    }
    let named: BTreeSet<&String> = word.id.iter().chain(&word.by).chain(&word.required).chain(&word.inputs).collect();
    let found = word.properties.iter().map(|(name, word)| {
        let elsewhere = named.contains(name) || queries.contains(&snake_case(name));
        let sides = Sides {
            send: Shape::default(),
            told_once: read.clone(),
            read: read.clone(),
            sent_elsewhere: elsewhere.then(|| (name.clone(), None)).into_iter().collect(),
            told_by_id: BTreeSet::new(),
            is_input: true,
        };
        (name.clone(), property(name, word, &sides, &place.at(name), findings))
    });
    found.collect()
}

/// What may be given: the properties that `id`, `by`, `required` and `inputs` name, the function's own first.
fn given(
    word: &descriptor::Lookup,
    resource: &Resource,
    own: &BTreeMap<String, Property>,
    place: &Place,
    findings: &mut Findings,
) -> BTreeMap<String, Property> {
    let mut inputs = BTreeMap::new();
    let id = word.id.iter().map(|name| (name, "id"));
    let by = word.by.iter().map(|name| (name, "by"));
    let required = word.required.iter().map(|name| (name, "required"));
    let further = word.inputs.iter().map(|name| (name, "inputs"));
    for (name, here) in id.chain(by).chain(required).chain(further) {
        let Some(property) = own.get(name).or_else(|| resource.properties.get(name)) else {
            let known = own.keys().chain(resource.properties.keys()).map(String::as_str);
            let hint = did_you_mean(name, known);
            findings.mistake(&place.at(here), format!("there is no property \"{name}\"{hint}"));
            continue;
        };
        inputs.insert(name.clone(), as_input(property, word.required.contains(name)));
    }
    for (name, property) in own.iter().filter(|(_, property)| property.input != Input::No) {
        inputs.entry(name.clone()).or_insert_with(|| as_input(property, word.required.contains(name)));
    }
    inputs
}

/// One element of what a list answers.
fn element<'a>(list: &Call<'a>) -> Option<Field<'a>> {
    let answer = Field::new(list.document, list.operation.answer.as_ref()?);
    Some(Field { schema: answer.fields()?.get(list.list?)?, ..answer }.inner())
}

/// The field that an input is compared with and sent as.
fn field_of(name: &str, property: Option<&Property>) -> String {
    property.and_then(|property| property.read.clone()).unwrap_or_else(|| snake_case(name))
}

/// A property as the output of a function: nobody gives it.
fn as_output(property: &Property) -> Property {
    Property { input: Input::No, send: None, checks: Checks::default(), ..property.clone() }
}

/// A property as the input of a function: it selects, it does not shape.
fn as_input(property: &Property, required: bool) -> Property {
    let input = match property.input {
        _ if required => Input::Required,
        // A project selects only if it is given; a region is needed to ask at all.
        Input::Provider(place @ (ProviderDefault::Region | ProviderDefault::Zone)) => Input::Provider(place),
        _ => Input::Optional,
    };
    Property {
        kind: property.kind.clone(),
        input,
        send: property.send.clone(),
        read: property.read.clone(),
        secret: property.secret,
        convert: property.convert,
        values: property.values.clone(),
        checks: property.checks.clone(),
        deprecated: property.deprecated.clone(),
        ..Property::default()
    }
}
