//! One request of a descriptor: the operation in its API document, and the fields of its response.

use std::collections::BTreeMap;

use catalog::{Query, Source};
use scaleway_api::{Document, Kind, Method, Operation, Protocol};

use super::{Scope, find_document};
use crate::descriptor::Step;
use crate::findings::{Findings, Place, did_you_mean};
use crate::shape::{Field, Shape};

/// The page size of the API of Instances.
const PER_PAGE: &str = "per_page";

/// A step and its operation.
pub(crate) struct Call<'a> {
    pub(crate) place: Place,
    pub(crate) step: Step,
    pub(crate) document: &'a Document,
    pub(crate) operation: &'a Operation,
    /// If the response is a list: the field with its elements.
    pub(crate) list: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// Finds the operation of a step.
    pub(crate) fn call(&self, step: Step, place: Place, findings: &mut Findings) -> Option<Call<'a>> {
        let document = match &step.api {
            None => self.document,
            Some(name) => find_document(name, &place.at("api"), findings)?,
        };
        let operation = find_operation(document, &step.call, &place, findings)?;
        Some(Call { place, step, document, operation, list: list_field(document, operation) })
    }

    /// The operations that a special handler calls in addition to the steps.
    pub(crate) fn special_calls(&self, findings: &mut Findings) -> Vec<Call<'a>> {
        let Some(special) = &self.resource.special else {
            return Vec::new();
        };
        let place = self.place.at("special").at("operations");
        let words = special.operations.iter().enumerate();
        words
            .filter_map(|(index, word)| {
                let (api, call) = match word.split_once(':') {
                    Some((api, call)) => (Some(api.to_owned()), call),
                    None => (None, word.as_str()),
                };
                let step = Step { call: call.to_owned(), api, ..Step::default() };
                self.call(step, place.index(index), findings)
            })
            .collect()
    }
}

impl<'a> Call<'a> {
    /// The request body.
    pub(crate) fn body(&self) -> Option<Field<'a>> {
        self.operation.request.as_ref().map(|schema| Field::new(self.document, schema))
    }

    /// The response. For a list that is searched (`find`) or has at most one element (`single`), one element.
    pub(crate) fn answer(&self) -> Option<Field<'a>> {
        let answer = Field::new(self.document, self.document.object_of(self.operation)?);
        match self.elements() {
            Some(name) => {
                let mut elements = Field { schema: answer.fields()?.get(name)?, ..answer }.inner();
                if let Some(path) = &self.step.element {
                    elements = elements.at(path.trim_end_matches("[]"))?.inner();
                }
                Some(Field { listed: self.step.find.is_empty() && !self.step.single, ..elements })
            }
            None => Some(answer),
        }
    }

    /// The field of the elements, if the response is used as a list.
    pub(crate) fn elements(&self) -> Option<&'a str> {
        let step = &self.step;
        self.list.filter(|_| !step.find.is_empty() || step.single || step.into.is_some())
    }

    /// Adds the response to the wire object of the resource.
    pub(crate) fn add_answer(&self, shape: &mut Shape<'a>) {
        if let Some(answer) = self.answer() {
            let name = format!("the response of {}", self.operation.id);
            shape.add(&name, answer, self.step.into.as_deref().unwrap_or_default(), &std::collections::BTreeMap::new());
            shape.open |= self.step.outer.is_some();
        }
    }

    /// Adds the body to the fields of requests.
    pub(crate) fn add_body(&self, shape: &mut Shape<'a>) {
        if let Some(body) = self.body() {
            // Plain text is the value of the one field that the step names.
            let text = self.step.fields.first().filter(|_| self.operation.is_text);
            let into = text.map_or("", String::as_str);
            shape.add(&format!("the body of {}", self.operation.id), body, into, &self.step.rename);
        }
    }

    /// How a response identifies the object, according to the API document.
    pub(crate) fn identity(&self) -> catalog::Identity {
        let none = catalog::Identity::default();
        let answers_one = matches!(self.operation.method, Method::Get | Method::Delete) && self.list.is_none();
        let is_stored = self.document.protocol == Protocol::S3;
        if self.operation.answer.is_none() {
            return catalog::Identity { silent: self.operation.method == Method::Delete && !is_stored, ..none };
        }
        let object = self.document.object_of(self.operation);
        let fields = object.and_then(|schema| Field::new(self.document, schema).fields());
        let Some(fields) = fields.filter(|_| answers_one && !is_stored) else { return none };
        let path = self.operation.path.to_string();
        let last = path.rsplit_once('{').and_then(|(_, rest)| rest.split_once('}'));
        let repeats = last.and_then(|(parameter, rest)| {
            // A path below an object is a part of the object, with its own ID.
            let is_named = parameter.ends_with("id") || self.operation.wrapper.as_deref() == Some(parameter);
            let is_own = rest.is_empty() && is_named && fields.contains_key("id");
            let name = if fields.contains_key(parameter) { parameter } else { "id" };
            (name == parameter || is_own).then(|| (name.to_owned(), parameter.to_owned()))
        });
        if let Some((repeats, parameter)) = repeats {
            return catalog::Identity { repeats: Some(repeats), parameter: Some(parameter), ..none };
        }
        // Objects of every kind have an ID and a name.
        let (every, own): (Vec<&String>, Vec<&String>) =
            fields.keys().partition(|field| ["id", "name"].contains(&field.as_str()));
        let fields = if own.is_empty() { every } else { own };
        catalog::Identity { fields: fields.into_iter().cloned().collect(), ..none }
    }

    /// The format in which the API differs from the others.
    pub(crate) fn format(&self) -> catalog::WireFormat {
        let parameters = &self.operation.query_parameters;
        let page_size = parameters.iter().find(|parameter| self.list.is_some() && parameter.name == PER_PAGE);
        let joined = parameters.iter().filter(|parameter| parameter.joined).map(|parameter| parameter.name.clone());
        catalog::WireFormat {
            wrapper: self.operation.wrapper.clone(),
            page_size: page_size.map(|parameter| parameter.name.clone()),
            joined: joined.collect(),
            is_text: self.operation.is_text,
            has_tokens: self.has_query("page_token"),
        }
    }

    /// The operation as a list operation, with all pages.
    pub(crate) fn listing(&self, parameters: BTreeMap<String, Source>, query: Vec<Query>) -> catalog::Operation {
        catalog::Operation {
            id: self.operation.id.clone(),
            method: self.operation.method.name().to_owned(),
            path: self.operation.path.to_string(),
            parameters,
            query,
            body: None,
            pages: self.list.map(str::to_owned),
            returns_object: false,
            format: self.format(),
            identity: catalog::Identity::default(),
            storage: super::storage::shape(self.document, self.operation),
            messaging: super::messaging::format(self.document, self.operation),
        }
    }

    /// Whether the operation has this query parameter.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.operation.query_parameters.iter().any(|parameter| parameter.name == name)
    }
}

/// The operation with this ID.
pub(crate) fn find_operation<'a>(
    document: &'a Document,
    id: &str,
    place: &Place,
    findings: &mut Findings,
) -> Option<&'a Operation> {
    let operation = document.operation(id);
    if operation.is_some() {
        return operation;
    }
    let tags: Vec<String> =
        document.operations.iter().filter(|o| o.id == id).map(|o| format!("{}.{id}", o.tag)).collect();
    let message = if tags.is_empty() {
        let hint = did_you_mean(id, document.operations.iter().map(|operation| operation.id.as_str()));
        format!("there is no operation \"{id}\" in {}{hint}", document.name)
    } else {
        format!("\"{id}\" is in {} several times: use {}", document.name, crate::findings::or_list(&tags))
    };
    findings.mistake(place, message);
    None
}

/// Scaleway's lists: one field contains the elements, and the operation has pages or is named `List…`.
pub(crate) fn list_field<'a>(document: &'a Document, operation: &'a Operation) -> Option<&'a str> {
    let takes = |names: &[&str]| operation.query_parameters.iter().any(|query| names.contains(&query.name.as_str()));
    // Other lists of Object Storage use markers, which only special handlers send.
    if operation.storage.is_some() && !takes(&["continuation-token"]) {
        return None;
    }
    if !takes(&["page", "page_token"]) && !operation.id.starts_with("List") {
        return None;
    }
    let answer = Field::new(document, operation.answer.as_ref()?);
    let is_list = |schema| matches!(document.resolve(schema).kind, Kind::Array { .. });
    let mut lists = answer.fields()?.iter().filter(|(_, schema)| is_list(schema));
    let (name, _) = lists.next()?;
    lists.next().is_none().then_some(name.as_str())
}
