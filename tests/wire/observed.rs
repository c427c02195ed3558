//! The objects in recorded responses: their resource type, ID and fields.

use std::collections::BTreeMap;

use catalog::{Catalog, IdPart, Resource, Source, Step};
use serde_json::Value as Json;

use crate::recording::{Exchange, Recording};

/// An object of a resource type in a recorded response.
#[derive(Clone)]
pub(crate) struct ObservedObject<'a> {
    pub(crate) token: &'a str,
    pub(crate) resource: &'a Resource,
    /// Its Pulumi ID.
    pub(crate) id: String,
    /// The response of the first read step: the object, or the list that contains it.
    pub(crate) first_response: Json,
    /// The object itself.
    pub(crate) object: Json,
    pub(crate) recording: &'a Recording,
    /// The index of the exchange in the recording.
    pub(crate) index: usize,
}

impl ObservedObject<'_> {
    /// Whether the status of the object is transient.
    pub(crate) fn is_transient(&self) -> bool {
        let Some(wait) = &self.resource.wait else { return false };
        self.object[&wait.field].as_str().is_some_and(|status| wait.passing.iter().any(|transient| transient == status))
    }

    /// Its place in the recordings, for messages.
    pub(crate) fn place(&self) -> String {
        format!("{} in {} ({})", self.token, self.recording.place(), self.index)
    }
}

/// All objects in the responses of a recording, of all resource types of the catalog.
pub(crate) fn all<'a>(catalog: &'a Catalog, recording: &'a Recording) -> Vec<ObservedObject<'a>> {
    let mut found = Vec::new();
    for (index, exchange) in recording.exchanges.iter().enumerate() {
        for (token, resource) in &catalog.resources {
            for (first_response, object, step) in objects(resource, exchange) {
                let Some(id) = id(resource, step, exchange, &object) else { continue };
                // The account of the recordings has many other purchases.
                if token == "domain/registration:Registration" && !is_changed(recording, &id) {
                    continue;
                }
                found.push(ObservedObject { token, resource, id, first_response, object, recording, index });
            }
        }
    }
    found
}

/// Whether the response to a change in the recording contains the last part of the ID.
fn is_changed(recording: &Recording, id: &str) -> bool {
    let last = id.rsplit('/').next().unwrap_or(id);
    let mut changes = recording.exchanges.iter().filter(|exchange| exchange.method != "GET");
    changes.any(|exchange| exchange.response.to_string().contains(last))
}

/// The path parameters of an exchange, if it is a call of this step.
pub(crate) fn fits(step: &Step, exchange: &Exchange) -> Option<BTreeMap<String, String>> {
    if step.call.method != exchange.method {
        return None;
    }
    let template: Vec<&str> = step.call.path.split('/').collect();
    let path: Vec<&str> = exchange.path.split('/').collect();
    if template.len() != path.len() {
        return None;
    }
    let mut parameters = BTreeMap::new();
    for (expected, actual) in template.iter().zip(path) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters.insert(name.to_owned(), actual.to_owned());
            }
            None if *expected == actual => {}
            None => return None,
        }
    }
    Some(parameters)
}

/// The name of a property in snake case, as most fields are named.
pub(crate) fn field(name: &str) -> String {
    let mut field = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            field.push('_');
        }
        field.push(character.to_ascii_lowercase());
    }
    field
}

/// The objects of a resource type in a response, each with the response of the first read step.
fn objects<'r>(resource: &'r Resource, exchange: &Exchange) -> Vec<(Json, Json, &'r Step)> {
    if exchange.status >= 300 || exchange.response.is_null() {
        return Vec::new();
    }
    let Some(first) = resource.read.first() else { return Vec::new() };
    if fits(first, exchange).is_some() {
        let Some(list) = &first.call.pages else {
            let object = inside(first, exchange).clone();
            return vec![(object.clone(), object, first)];
        };
        let elements = exchange.response[list].as_array().cloned().unwrap_or_default();
        if first.find.is_none() {
            let object = exchange.response.clone();
            return vec![(object.clone(), object, first)];
        }
        return elements.into_iter().map(|element| (listed(first, &element), element, first)).collect();
    }
    let steps = resource.create.iter().chain(&resource.update);
    let returns_object =
        |step: &&Step| step.call.returns_object && step.into.is_none() && fits(step, exchange).is_some();
    steps
        .filter(returns_object)
        .take(1)
        .map(|step| {
            let object = inside(step, exchange).clone();
            let first_response = if first.find.is_some() { listed(first, &object) } else { object.clone() };
            (first_response, object, step)
        })
        .collect()
}

/// The object in a response, in an API that wraps objects. The client also accepts it without the wrapper.
pub(crate) fn inside<'a>(step: &Step, exchange: &'a Exchange) -> &'a Json {
    let wrapper = step.call.format.wrapper.as_ref();
    wrapper.map_or(&exchange.response, |wrapper| &exchange.response[wrapper])
}

/// A list with one element, as the step expects it.
fn listed(step: &Step, element: &Json) -> Json {
    let list = step.call.pages.clone().unwrap_or_default();
    serde_json::json!({ list: [element], "total_count": 1 })
}

/// The Pulumi ID of an object; its parts are in the path, the query, the request body or the response.
fn id(resource: &Resource, step: &Step, exchange: &Exchange, object: &Json) -> Option<String> {
    let path = fits(step, exchange)?;
    let parts: Option<Vec<String>> = resource
        .id
        .iter()
        .map(|part| match part {
            IdPart::Locality => {
                path.get("region").or_else(|| path.get("zone")).cloned().or_else(|| text(&object["region"]))
            }
            IdPart::Id if !resource.named_by.is_empty() => {
                let names = resource.named_by.iter().filter_map(|field| text(object.pointer(&pointer(field))?));
                Some(names.collect::<Vec<_>>().join("."))
            }
            IdPart::Id => text(&object["id"]),
            IdPart::Literal(literal) => Some(literal.clone()),
            IdPart::Property(name) => property(step, name, &path, exchange, object),
        })
        .collect();
    let id = parts?.join("/");
    // A list contains objects that have no part with a name, such as a flexible IP without a MAC address.
    (!id.contains("//") && !id.ends_with('/')).then_some(id)
}

/// The JSON pointer of a path of field names.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

fn property(
    step: &Step,
    name: &str,
    path: &BTreeMap<String, String>,
    exchange: &Exchange,
    object: &Json,
) -> Option<String> {
    let field = field(name);
    let of_path = step.call.parameters.iter().find_map(|(parameter, source)| {
        matches!(source, Source::Property(property) if property == name).then(|| path.get(parameter).cloned())?
    });
    of_path
        .or_else(|| text(&object[&field]))
        .or_else(|| exchange.query.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone()))
        .or_else(|| text(&exchange.request[&field]))
}

/// A string or a number, as a part of an ID.
fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
