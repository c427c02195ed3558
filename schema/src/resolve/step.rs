//! The steps of a resource as the engine sends them: path, query, body, and conditions.

use std::collections::BTreeMap;

use catalog::{Body, Each, EachOf, Find, Operation, Property, Query, Settles, Source, Step, When};
use scaleway_api::Method;
use serde_json::Value as Json;

use super::kind::object_of;
use super::{Call, Calls, Scope, check_answer_field, messaging, storage};
use crate::descriptor;
use crate::findings::{Findings, Place, did_you_mean};
use crate::shape::Field;

impl<'a> Scope<'a> {
    /// The steps of several requests.
    pub(crate) fn steps(
        &self,
        steps: &[Call<'a>],
        calls: &Calls<'a>,
        properties: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Vec<Step> {
        steps.iter().map(|call| self.step(call, calls, properties, findings)).collect()
    }

    fn step(
        &self,
        call: &Call<'a>,
        calls: &Calls<'a>,
        properties: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Step {
        let word = &call.step;
        check_list(call, calls, findings);
        Step {
            call: Operation {
                id: call.operation.id.clone(),
                method: call.operation.method.name().to_owned(),
                path: call.operation.path.to_string(),
                parameters: self.parameters(call, findings),
                query: self.query(call, calls, findings),
                body: self.body(call, calls, properties, findings),
                pages: call.elements().map(str::to_owned),
                returns_object: returns_object(call, calls),
                format: call.format(),
                identity: call.identity(),
                storage: storage::shape(call.document, call.operation),
                messaging: messaging::format(call.document, call.operation),
            },
            find: self.find(call, calls, findings),
            only: self.sources(&word.only, &calls.answers, &call.place.at("only"), findings),
            into: word.into.clone(),
            beside: word.beside.clone(),
            object: object(call, findings),
            id_from: id_from(call, findings),
            when: self.when(&word.when, &call.place.at("when"), findings),
            instead: instead(call, calls, findings),
            optional: word.optional,
            retry: word.retry.clone(),
            awaits: self.awaits(call, findings),
            one_by_one: word.one_by_one,
            missing_window_ms: milliseconds(word.missing_window.as_deref(), call, findings),
            empty_when_new: word.empty_when_new,
            reads: self.reads(call, findings),
            call_if_empty: self.call_if_empty(call, calls, findings),
            each: self.each(call, calls, findings),
            settles: settles(call, findings),
            existing: self.inner(word.existing.as_deref(), call.place.at("existing"), calls, findings).map(Box::new),
            undo: self.inner(word.undo.as_deref(), call.place.at("undo"), calls, findings).map(Box::new),
        }
    }

    /// A request that belongs to a step or to another word, and sends no properties.
    pub(super) fn inner(
        &self,
        step: Option<&descriptor::StepOrOperation>,
        place: Place,
        calls: &Calls<'a>,
        findings: &mut Findings,
    ) -> Option<Step> {
        let inner = self.call(step?.step(), place, findings)?;
        Some(self.step(&inner, calls, &BTreeMap::new(), findings))
    }

    fn reads(&self, call: &Call<'a>, findings: &mut Findings) -> Vec<String> {
        let place = call.place.at("reads");
        call.step.reads.iter().filter(|name| self.check_property(name, &place, findings)).cloned().collect()
    }

    fn each(&self, call: &Call<'a>, calls: &Calls<'a>, findings: &mut Findings) -> Option<Each> {
        let word = call.step.each.as_ref()?;
        let place = call.place.at("each");
        if let Some(field) =
            word.field.as_ref().filter(|field| !self.is_open() && self.property_of_field(field).is_none())
        {
            findings.mistake(&place.at("field"), format!("no property is sent as \"{field}\""));
        }
        let live = word.live.split("[]").next().unwrap_or_default();
        let is_read_by_delete = calls.delete.iter().any(|delete| delete.step.into.as_deref() == Some(live));
        if word.of != EachOf::All && !is_read_by_delete {
            check_answer_field(&calls.answers, live, &place.at("live"), findings);
        }
        Some(Each { field: word.field.clone(), live: word.live.clone(), of: word.of })
    }

    fn call_if_empty(&self, call: &Call<'a>, calls: &Calls<'a>, findings: &mut Findings) -> Option<Operation> {
        let id = call.step.call_if_empty.as_ref()?;
        let step = descriptor::Step {
            call: id.clone(),
            api: call.step.api.clone(),
            with: call.step.with.clone(),
            ..descriptor::Step::default()
        };
        let other = self.call(step, call.place.at("callIfEmpty"), findings)?;
        Some(self.step(&other, calls, &BTreeMap::new(), findings).call)
    }

    /// An operation of a special handler: the part of its request that the descriptor determines. The handler adds the rest.
    pub(crate) fn free_operation(&self, call: &Call<'a>, calls: &Calls<'a>) -> Operation {
        let (mut parameters, left) = self.known_parameters(call);
        // Only IDs have the same meaning in all operations: the `name` of a user is not the name of its instance.
        parameters.retain(|name, source| *source == Source::Locality || name.ends_with("_id"));
        // The parameter that is the UUID in the first read has the same name in other operations (`instance_id`). If the first read
        // is a list, the delete has that parameter.
        let mut own = calls.read.first().map(|read| self.known_parameters(read).1).unwrap_or_default();
        if own.is_empty() {
            own = calls.delete.first().map(|delete| self.known_parameters(delete).1).unwrap_or_default();
            own.retain(|name| name.ends_with("_id"));
        }
        for name in left.into_iter().filter(|name| own.contains(name)) {
            parameters.extend(self.last_source(&parameters).map(|source| (name.to_owned(), source)));
        }
        let fields: Vec<String> = body_fields(call).into_iter().map(str::to_owned).collect();
        // Every call with a project parameter gets the project.
        let project = fields.iter().find(|field| ["project_id", "project"].contains(&field.as_str()));
        let with = project.map(|field| (field.clone(), Source::Project)).into_iter().collect();
        Operation {
            id: call.operation.id.clone(),
            method: call.operation.method.name().to_owned(),
            path: call.operation.path.to_string(),
            parameters,
            query: Vec::new(),
            body: call.operation.request.is_some().then(|| Body { fields, with, ..Body::default() }),
            pages: call.list.map(str::to_owned),
            returns_object: false,
            format: call.format(),
            identity: call.identity(),
            storage: storage::shape(call.document, call.operation),
            messaging: messaging::format(call.document, call.operation),
        }
    }

    fn query(&self, call: &Call<'a>, calls: &Calls<'a>, findings: &mut Findings) -> Vec<Query> {
        let place = call.place.at("query");
        for name in call.step.query.keys().filter(|name| !call.has_query(name)) {
            let known = call.operation.query_parameters.iter().map(|parameter| parameter.name.as_str());
            let hint = did_you_mean(name, known);
            findings.mistake(&place, format!("{} has no query parameter \"{name}\"{hint}", call.operation.id));
        }
        let mut sources = self.sources(&call.step.query, &calls.answers, &place, findings);
        let searched = call.step.find.iter().filter(|(name, _)| call.has_query(name));
        for (name, word) in searched {
            // Errors of `find` are reported by `find()`.
            let source = self.source(word, &calls.answers, &place, &mut Findings::default());
            sources.entry(name.clone()).or_insert(source);
        }
        sources.into_iter().map(|(name, from)| Query { name, from }).collect()
    }

    fn body(
        &self,
        call: &Call<'a>,
        calls: &Calls<'a>,
        properties: &BTreeMap<String, Property>,
        findings: &mut Findings,
    ) -> Option<Body> {
        let word = &call.step;
        // A body of plain text has no fields: the step names the property that is the text.
        let known =
            if call.operation.is_text { word.fields.iter().map(String::as_str).collect() } else { body_fields(call) };
        let spelled = |field: &str| word.rename.get(field).map_or(field.to_owned(), String::clone);
        // A name in `rename` can be a path: in a create, `email` of a user is `member.email`.
        let top = |path: &str| path.split('.').next().and_then(|top| known.iter().find(|name| **name == top)).copied();
        for (words, place) in [
            (word.fields.iter().collect::<Vec<_>>(), "fields"),
            (word.with.keys().collect(), "with"),
            (word.rename.keys().collect(), "rename"),
        ] {
            for field in words.into_iter().filter(|field| top(&spelled(field)).is_none()) {
                let hint = did_you_mean(field, known.iter().copied());
                let message = format!("the body of {} has no field \"{}\"{hint}", call.operation.id, spelled(field));
                findings.mistake(&call.place.at(place), message);
            }
        }
        call.body()?;
        let fields = if word.each.is_some() {
            Vec::new()
        } else if word.fields.is_empty() {
            let renamed =
                |name: &str| word.rename.iter().find(|(_, here)| *here == name).map(|(usual, _)| usual.clone());
            let usual = known.iter().map(|name| renamed(name).unwrap_or_else(|| (*name).to_owned()));
            let open = self.resource.special.is_some();
            usual.filter(|field| open || properties.values().any(|property| sends(property, field))).collect()
        } else {
            word.fields.clone()
        };
        Some(Body {
            fields,
            whole: word.whole.unwrap_or(call.operation.method == Method::Put),
            with: self.sources(&word.with, &calls.answers, &call.place.at("with"), findings),
            rename: word.rename.clone(),
        })
    }

    fn find(&self, call: &Call<'a>, calls: &Calls<'a>, findings: &mut Findings) -> Option<Find> {
        if call.step.find.is_empty() {
            // The only element of the list is the resource.
            return call.step.single.then(Find::default);
        }
        let place = call.place.at("find");
        if let Some((element, fields)) = call.answer().and_then(|element| Some((element, element.fields()?))) {
            for name in call.step.find.keys().filter(|name| element.at(name).is_none()) {
                let hint = did_you_mean(name, fields.keys().map(String::as_str));
                findings.mistake(&place, format!("an element of {} has no field \"{name}\"{hint}", call.operation.id));
            }
        }
        let by = self.sources(&call.step.find, &calls.answers, &place, findings);
        let step = &call.step;
        Some(Find { by, first: step.first.clone(), element: step.element.clone(), outer: step.outer.clone() })
    }

    fn awaits(&self, call: &Call<'a>, findings: &mut Findings) -> BTreeMap<String, String> {
        let place = call.place.at("awaits");
        for name in call.step.awaits.values().flat_map(|text| placeholders(text)) {
            if self.check_property(name, &place, findings) && self.resource.properties[name].secret {
                findings.mistake(&place, format!("\"{name}\" is secret, and would be printed in a message"));
            }
        }
        call.step.awaits.clone()
    }

    /// A property and its value.
    pub(super) fn when(&self, word: &BTreeMap<String, Json>, place: &Place, findings: &mut Findings) -> Option<When> {
        if word.len() > 1 {
            findings.mistake(place, "only one property is allowed");
        }
        let (property, is) = word.iter().next()?;
        self.check_property(property, place, findings);
        Some(When { property: property.clone(), is: Some(is.clone()).filter(|is| !is.is_null()) })
    }
}

/// Whether the step replaces the first one of a create.
fn instead(call: &Call<'_>, calls: &Calls<'_>, findings: &mut Findings) -> bool {
    let is_later = calls.create.iter().skip(1).any(|create| std::ptr::eq(create, call));
    if call.step.instead && (!is_later || call.step.when.is_empty()) {
        findings
            .mistake(&call.place.at("instead"), "only a later step of a create with `when` can replace the first one");
    }
    call.step.instead
}

/// The status of the elements of a list.
fn settles(call: &Call<'_>, findings: &mut Findings) -> Option<Settles> {
    let word = call.step.settles.as_ref()?;
    let place = call.place.at("settles");
    let status =
        call.answer().and_then(|element| Some(Field { schema: element.fields()?.get(&word.field)?, ..element }));
    if let Some(status) = status {
        let values = match status.kind() {
            scaleway_api::Kind::Enum { values, .. } => values.clone(),
            _ => Vec::new(),
        };
        super::settle::check_values(&word.passing, &values, &place.at("passing"), findings);
        super::settle::check_values(&word.failed, &values, &place.at("failed"), findings);
    } else {
        let message = format!("an element of {} has no field \"{}\"", call.operation.id, word.field);
        findings.mistake(&place.at("field"), message);
    }
    Some(Settles { field: word.field.clone(), passing: word.passing.clone(), failed: word.failed.clone() })
}

/// Whether a property is sent in this field: at its path, or inside of it.
pub(crate) fn sends(property: &Property, field: &str) -> bool {
    match property.send.as_deref() {
        Some(".") => object_of(&property.kind).is_some_and(|inner| inner.values().any(|inner| sends(inner, field))),
        path => path.is_some_and(|path| {
            // A step can send one field of an object.
            let inside = field.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            let sends_inside = |rest: &str| {
                object_of(&property.kind).is_some_and(|inner| inner.values().any(|inner| sends(inner, rest)))
            };
            path == field || path.split(['.', '[']).next() == Some(field) || inside.is_some_and(sends_inside)
        }),
    }
}

/// Whether a step is sent because of a property: it is in the body, or it is the condition.
pub(crate) fn is_made_for(step: &Step, name: &str, property: &Property) -> bool {
    let body = step.call.body.as_ref();
    body.is_some_and(|body| body.fields.iter().any(|field| sends(property, field)))
        || step.each.as_ref().and_then(|each| each.field.as_ref()).is_some_and(|field| sends(property, field))
        || step.when.as_ref().is_some_and(|when| when.property == name)
}

/// Whether a step sends a property: `is_made_for`, or path, query or `with` contain it.
pub(crate) fn carries(step: &Step, name: &str, property: &Property) -> bool {
    let mentions = |source: &Source| mentions(source, name, property);
    let body = step.call.body.as_ref();
    is_made_for(step, name, property)
        || step.call.parameters.values().any(mentions)
        || step.call.query.iter().any(|query| mentions(&query.from))
        || body.is_some_and(|body| body.with.values().any(mentions))
        || step.only.values().any(mentions)
        || step.find.as_ref().is_some_and(|find| find.by.values().any(mentions))
}

fn mentions(source: &Source, name: &str, property: &Property) -> bool {
    match source {
        Source::Property(property) => property == name,
        Source::Wire(path) => sends(property, path.split(['.', '[']).next().unwrap_or(path)),
        Source::First(sources) | Source::List(sources) => sources.iter().any(|source| mentions(source, name, property)),
        Source::Fields(sources) => sources.values().any(|source| mentions(source, name, property)),
        _ => false,
    }
}

fn body_fields<'a>(call: &Call<'a>) -> Vec<&'a str> {
    let fields = call.body().and_then(|body| body.fields());
    fields.map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// The field of the response that contains the object.
fn object(call: &Call<'_>, findings: &mut Findings) -> Option<String> {
    let name = call.step.object.as_ref()?;
    let fields = call.answer().and_then(|answer| answer.fields());
    if !fields.is_some_and(|fields| fields.contains_key(name.trim_end_matches("[]"))) {
        findings.mistake(
            &call.place.at("object"),
            format!("the response of {} has no field \"{name}\"", call.operation.id),
        );
    }
    Some(name.clone())
}

/// The path of the string in the response that ends with the ID of the new object.
fn id_from(call: &Call<'_>, findings: &mut Findings) -> Option<String> {
    let path = call.step.id_from.as_ref()?;
    if call.answer().is_none_or(|answer| answer.at(path).is_none()) {
        let message = format!("the response of {} has no field \"{path}\"", call.operation.id);
        findings.mistake(&call.place.at("idFrom"), message);
    }
    Some(path.clone())
}

fn check_list(call: &Call<'_>, calls: &Calls<'_>, findings: &mut Findings) {
    let reads = calls.read.iter().any(|read| std::ptr::eq(read, call));
    if reads && call.list.is_some() && call.elements().is_none() && !call.step.first_page {
        let message =
            "the response is a list: select one element with `find` or `single`, or store all elements with `into`";
        findings.mistake(&call.place, message);
    }
    for (word, is_set) in [("find", !call.step.find.is_empty()), ("single", call.step.single)] {
        if is_set && call.list.is_none() {
            findings.mistake(&call.place.at(word), format!("{} does not return a list", call.operation.id));
        }
    }
    if call.step.single && call.step.query.is_empty() {
        findings.mistake(&call.place.at("single"), "a list without `query` can contain other objects");
    }
}

/// Whether a change returns the same object as the first read: the same named schema, at the same path.
fn returns_object(call: &Call<'_>, calls: &Calls<'_>) -> bool {
    let changes = calls.create.iter().chain(&calls.update).any(|change| std::ptr::eq(change, call));
    let (Some(answer), Some(read)) = (call.answer(), calls.read.first().filter(|read| read.step.outer.is_none()))
    else {
        return false;
    };
    changes && call.step.into == read.step.into && read.answer().is_some_and(|object| answer.is_same(&object))
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn milliseconds(text: Option<&str>, call: &Call<'_>, findings: &mut Findings) -> u64 {
    text.map_or(0, |text| crate::duration::milliseconds(text, &call.place.at("missingWindow"), findings))
}
