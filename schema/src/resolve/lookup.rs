//! Lookup functions: an existing resource is found by its ID, or by comparing the elements of a list.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{
    Checks, Function, IdPart, Input, Kind, Lookup, LookupBy, LookupParent, Operation, Property, ProviderDefault, Query,
    Resource, Source,
};

use super::call::{find_operation, list_field};
use super::property::property;
use super::wire::Sides;
use super::{Call, Calls, Scope};
use crate::descriptor::{self, Step};
use crate::findings::{Findings, Place, did_you_mean};
use crate::names::snake_case;
use crate::shape::{Field, Shape};

/// A lookup function, with the additional properties for its schema.
pub(crate) struct ResolvedLookup {
    /// The result for the catalog.
    pub(crate) function: Function,
    /// Properties of the function that the resource does not have: inputs and outputs.
    pub(crate) own: BTreeMap<String, Property>,
}

impl<'a> Scope<'a> {
    /// The lookup function of the resource.
    pub(crate) fn lookup(
        &self,
        resource: &Resource,
        calls: &Calls<'a>,
        findings: &mut Findings,
    ) -> Option<ResolvedLookup> {
        let word = self.resource.lookup.as_ref()?;
        let place = self.place.at("lookup");
        let list = word.list.as_deref().and_then(|id| self.list_call(id, &place.at("list"), findings));
        let reads = self.calls(&word.read, "lookup.read", findings);
        let parent = word
            .parent
            .as_ref()
            .and_then(|parent| Some((parent, self.list_call(&parent.list, &place.at("parent").at("list"), findings)?)));
        let mut selects: BTreeSet<String> = self.id.iter().filter_map(part_name).collect();
        if let Some((parent, list)) = &parent {
            selects.extend(parent.by.values().map(|name| snake_case(name)));
            selects.extend(list.operation.query_parameters.iter().map(|parameter| parameter.name.clone()));
        }
        let others = list.iter().chain(&reads);
        let own = own_properties(word, calls, others, selects, &place.at("properties"), findings);
        let inputs = given(word, resource, &own, &place, findings);
        let by = list.map(|list| self.lookup_by(word, &list, &inputs, &place, findings));
        self.check_id_given(word, &inputs, &place, findings);
        let parent = parent.map(|(word, list)| self.parent(word, &list, &inputs, &place.at("parent"), findings));
        let lists: Vec<&LookupBy> = by.iter().chain(parent.iter().map(|parent| &parent.by)).collect();
        // Without the list operation the selecting inputs are unknown, and a discontinued resource has none.
        if by.is_some() == word.list.is_some() && self.resource.discontinued.is_none() {
            self.check_used(word, &inputs, &lists, &place, findings);
        }
        for name in &word.without {
            self.check_property(name, &place.at("without"), findings);
        }
        let outputs = own.iter().filter(|(_, property)| property.read.is_some());
        let lookup = Lookup {
            resource: resource.token.clone(),
            inputs,
            id: word.id.clone(),
            by,
            parent,
            read: self.steps(&reads, calls, &resource.properties, findings),
            outputs: outputs.map(|(name, property)| (name.clone(), as_output(property))).collect(),
            without: word.without.clone(),
        };
        Some(ResolvedLookup { function: Function { token: word.token.clone(), lookup, standalone: None }, own })
    }

    fn list_call(&self, id: &str, place: &Place, findings: &mut Findings) -> Option<Call<'a>> {
        let operation = find_operation(self.document, id, place, findings)?;
        let list = list_field(self.document, operation);
        if list.is_none() {
            findings.mistake(place, format!("{id} does not return a list"));
            return None;
        }
        let step = Step { call: id.to_owned(), ..Step::default() };
        Some(Call { place: place.clone(), step, document: self.document, operation, list })
    }

    /// How the parent is found: the list operation, and the inputs that select the parent.
    fn parent(
        &self,
        word: &descriptor::LookupParent,
        list: &Call<'a>,
        inputs: &BTreeMap<String, Property>,
        place: &Place,
        findings: &mut Findings,
    ) -> LookupParent {
        for name in word.by.values().chain([&word.property]).filter(|name| !inputs.contains_key(*name)) {
            findings.mistake(place, format!("\"{name}\" is not an input of the function"));
        }
        let find = word.by.iter().map(|(field, input)| (field.clone(), Source::Property(input.clone())));
        let find: BTreeMap<String, Source> = find.collect();
        let named = inputs.keys().map(|input| (snake_case(input), Source::Property(input.clone())));
        let query: BTreeMap<String, Source> =
            named.chain(find.clone()).filter(|(field, _)| list.has_query(field)).collect();
        let query = query.into_iter().map(|(name, from)| Query { name, from }).collect();
        let call = self.list_operation(list, query, inputs, findings);
        LookupParent { property: word.property.clone(), by: LookupBy { list: call, element: None, find, newest: None } }
    }

    fn list_operation(
        &self,
        list: &Call<'a>,
        query: Vec<Query>,
        inputs: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Operation {
        // Fields that the SDK takes from its configuration are taken from the provider's configuration.
        let configured = |query: Query| match query.name.as_str() {
            "project_id" if list.operation.from_config.contains_key("project_id") => {
                Query { from: Source::Project, ..query }
            }
            _ => query,
        };
        let query = query.into_iter().map(configured).collect();
        list.listing(self.list_parameters(list, inputs, findings), query)
    }

    fn lookup_by(
        &self,
        word: &descriptor::Lookup,
        list: &Call<'a>,
        inputs: &BTreeMap<String, Property>,
        place: &Place,
        findings: &mut Findings,
    ) -> LookupBy {
        let whole = element(list);
        let candidate = match (&word.element, whole) {
            (Some(name), Some(whole)) => {
                let inner = whole.fields().and_then(|fields| fields.get(name));
                if inner.is_none() {
                    let message = format!("an element of {} has no field \"{name}\"", list.operation.id);
                    findings.mistake(&place.at("element"), message);
                }
                inner.map(|schema| Field { schema, ..whole })
            }
            (_, whole) => whole,
        };
        let fields = candidate.and_then(|candidate| candidate.fields());
        let mut find = BTreeMap::new();
        for name in word.by.iter().filter(|name| inputs.contains_key(*name)) {
            let field = field_of(name, inputs.get(name));
            let exists = candidate.is_some_and(|candidate| candidate.at(&field).is_some());
            if let Some(fields) = fields.filter(|_| !exists) {
                let hint = did_you_mean(&field, fields.keys().map(String::as_str));
                let message = format!("an element of {} has no field \"{field}\"{hint}", list.operation.id);
                findings.mistake(&place.at("by"), message);
            }
            find.insert(field, Source::Property(name.clone()));
        }
        let queries = inputs.iter().filter(|(name, _)| Some(*name) != word.id.as_ref());
        let query_of = |name: &str, property| match snake_case(name) {
            usual if list.has_query(&usual) => usual,
            _ => field_of(name, Some(property)),
        };
        let queries = queries.map(|(name, property)| (query_of(name, property), name));
        let query = queries.filter(|(field, _)| list.has_query(field));
        let query = query.map(|(name, input)| Query { name, from: Source::Property(input.clone()) });
        let query = query.chain(inside(list, inputs)).collect();
        let operation = self.list_operation(list, query, inputs, findings);
        if let Some(newest) = &word.newest {
            if fields.is_some_and(|fields| !fields.contains_key(&newest.field)) {
                let message = format!("an element of {} has no field \"{}\"", list.operation.id, newest.field);
                findings.mistake(&place.at("newest"), message);
            }
            if !inputs.contains_key(&newest.if_true) {
                let message = format!("\"{}\" is not an input of the function", newest.if_true);
                findings.mistake(&place.at("newest"), message);
            }
        }
        LookupBy { list: operation, element: word.element.clone(), find, newest: word.newest.clone() }
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
                None => findings.mistake(&list.place, format!("the path parameter \"{name}\" has no source")),
            }
        }
        for source in found.values() {
            if let Source::Property(name) = source
                && !inputs.contains_key(name)
            {
                findings
                    .mistake(&list.place, format!("its path needs \"{name}\", which is not an input of the function"));
            }
        }
        found
    }

    /// Rejects inputs that do not select anything.
    fn check_used(
        &self,
        word: &descriptor::Lookup,
        inputs: &BTreeMap<String, Property>,
        lists: &[&LookupBy],
        place: &Place,
        findings: &mut Findings,
    ) {
        for (name, property) in inputs {
            let uses = |source: &Source| {
                let inside = matches!(source, Source::Wire(path) if path.split('.').next() == property.send.as_deref());
                *source == Source::Property(name.clone())
                    || (*source == Source::Project && name == "projectId")
                    || inside
            };
            let is_selector = lists.iter().any(|by| {
                by.find.values().any(uses)
                    || by.list.parameters.values().any(uses)
                    || by.list.query.iter().any(|query| uses(&query.from))
            });
            let is_place = matches!(property.input, Input::Provider(ProviderDefault::Region | ProviderDefault::Zone));
            let is_part = self.id.contains(&IdPart::Property(name.clone()));
            // Inputs of `pulumiverse_scaleway` programs that have no effect are accepted.
            let has_no_effect = property.deprecated.is_some() && property.send.is_none();
            // Requests use this project.
            let is_owner = name == "projectId" && self.product.project_in_id;
            // The read of the resource sends it.
            let reads_with = |step: &descriptor::Step| {
                step.query
                    .values()
                    .any(|word| word.as_str().and_then(|text| text.strip_prefix('$')) == Some(name.as_str()))
            };
            let is_read_with = self.resource.read.steps().iter().any(reads_with);
            let is_choice = word.newest.as_ref().is_some_and(|newest| newest.if_true == *name);
            let is_free = has_no_effect || is_choice || is_place || is_part || is_owner || is_read_with;
            if !(is_selector || is_free || word.id.as_ref() == Some(name)) {
                findings.mistake(
                    &place.at("inputs"),
                    format!("\"{name}\" has no effect: no request sends it, and no field is compared with it"),
                );
            }
        }
    }

    /// Without an input that contains the ID, every part of the ID must be an input.
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
                    findings.mistake(place, format!("the ID needs \"{name}\", which is not an input of the function"));
                }
                IdPart::Id => findings.mistake(place, "the ID has no source: set `id` to an input, or set `list`"),
                _ => {}
            }
        }
    }
}

/// A function without a resource: its inputs, and its read steps.
pub(super) fn standalone(resource: &Resource) -> Function {
    let given = resource.properties.iter().filter(|(_, property)| property.input != Input::No);
    let lookup = Lookup {
        resource: String::new(),
        inputs: given.map(|(name, property)| (name.clone(), property.clone())).collect(),
        id: None,
        by: None,
        parent: None,
        read: Vec::new(),
        outputs: BTreeMap::new(),
        without: Vec::new(),
    };
    Function { token: resource.token.clone(), lookup, standalone: Some(Box::new(resource.clone())) }
}

/// List filters that are inside of inputs: `resource_id` is the `id` of `resource`.
fn inside(list: &Call<'_>, inputs: &BTreeMap<String, Property>) -> Vec<Query> {
    let mut queries = Vec::new();
    for property in inputs.values() {
        let (Kind::Object(inner), Some(outer)) = (&property.kind, &property.send) else { continue };
        for inner in inner.values().filter_map(|inner| inner.send.as_ref()) {
            let name = format!("{outer}_{inner}");
            if list.has_query(&name) {
                queries.push(Query { name, from: Source::Wire(format!("{outer}.{inner}")) });
            }
        }
    }
    queries
}

/// The properties that the resource does not have.
fn own_properties<'a: 'c, 'c>(
    word: &descriptor::Lookup,
    calls: &Calls<'a>,
    others: impl Iterator<Item = &'c Call<'a>>,
    selects: BTreeSet<String>,
    place: &Place,
    findings: &mut Findings,
) -> BTreeMap<String, Property> {
    let mut read = calls.answers.clone();
    // Filters have the name of a query parameter of the list, or of a field of its elements.
    let mut queries = selects;
    for call in others {
        queries.extend(call.operation.query_parameters.iter().map(|parameter| parameter.name.clone()));
        if let Some(answer) = element(call).or_else(|| call.answer()) {
            read.add(&call.operation.id, answer, "", &BTreeMap::new());
        }
    }
    let named: BTreeSet<&String> = word.id.iter().chain(&word.by).chain(&word.required).chain(&word.inputs).collect();
    let found = word.properties.iter().map(|(name, word)| {
        let elsewhere = named.contains(name) || queries.contains(&snake_case(name));
        let sides = Sides {
            // The filters inside of an object input are in no body: `inside` finds them in the query.
            send: Shape::new(!word.properties.is_empty()),
            returned_once: read.clone(),
            read: read.clone(),
            sent_elsewhere: elsewhere.then(|| (name.clone(), None)).into_iter().collect(),
            in_id: BTreeSet::new(),
            is_input: true,
        };
        (name.clone(), property(name, word, &sides, &place.at(name), findings))
    });
    found.collect()
}

/// The inputs: the properties in `id`, `by`, `required` and `inputs`. The function's own take precedence.
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
        let mut input = as_input(property, word.required.contains(name));
        // The default of a new resource does not apply to a lookup; a default of the function does.
        input.default = own.get(name).and_then(|own| own.default.clone());
        if here == "id" && matches!(property.input, Input::Provider(_)) {
            // Without an ID, the ID of the provider's project is used.
            input.input = property.input.clone();
        }
        inputs.insert(name.clone(), input);
    }
    for (name, property) in own.iter().filter(|(_, property)| property.input != Input::No) {
        inputs.entry(name.clone()).or_insert_with(|| {
            let default = property.default.clone();
            Property { default, ..as_input(property, word.required.contains(name)) }
        });
    }
    inputs
}

fn part_name(part: &IdPart) -> Option<String> {
    match part {
        IdPart::Property(name) => Some(snake_case(name)),
        _ => None,
    }
}

/// One element of a list response.
pub(crate) fn element<'a>(list: &Call<'a>) -> Option<Field<'a>> {
    let answer = Field::new(list.document, list.operation.answer.as_ref()?);
    Some(Field { schema: answer.fields()?.get(list.list?)?, ..answer }.inner())
}

/// The field that an input is compared with, and sent as.
fn field_of(name: &str, property: Option<&Property>) -> String {
    let read = property.and_then(|property| property.read.as_deref()?.split(" | ").next());
    read.map_or_else(|| snake_case(name), str::to_owned)
}

/// A property as an output of the function.
fn as_output(property: &Property) -> Property {
    Property { input: Input::No, send: None, added: None, checks: Checks::default(), ..property.clone() }
}

/// A property as an input of the function: it selects, and does not configure.
fn as_input(property: &Property, required: bool) -> Property {
    let input = match property.input {
        _ if required => Input::Required,
        // A project is a filter only if it is set; a region is needed for every request.
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
