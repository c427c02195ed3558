//! The wire format of Object Storage operations for the client: keywords of the API document, with references resolved.

use std::collections::BTreeMap;

use scaleway_api::{Document, Form, Kind, Operation, Schema};
use serde_json::{Value as Json, json};

/// The wire format of an operation; `None` for other products.
pub(crate) fn shape(document: &Document, operation: &Operation) -> Option<Json> {
    let storage = operation.storage.as_ref()?;
    let mut shape = json!({});
    if !storage.headers.is_empty() {
        let names: BTreeMap<&String, &String> =
            storage.headers.iter().map(|(field, (name, _))| (field, name)).collect();
        shape["headers"] = json!(names);
    }
    if !storage.response_headers.is_empty() {
        let headers = storage.response_headers.iter().map(|(field, (name, schema))| {
            let number = matches!(document.resolve(schema).kind, Kind::Integer { .. });
            (field.clone(), if number { json!({ "name": name, "number": true }) } else { json!({ "name": name }) })
        });
        shape["response_headers"] = Json::Object(headers.collect());
    }
    for (word, given) in [("body", &storage.body), ("response", &storage.answer)] {
        match given {
            None => {}
            Some(Form::Xml(schema)) => shape[word] = json!({ "xml": element(document, schema) }),
            Some(Form::Text(field, _)) => shape[word] = json!({ "text": field }),
            Some(Form::Bytes) => shape[word] = json!("bytes"),
        }
    }
    if !storage.not_set.is_empty() {
        shape["not_set"] = json!(storage.not_set);
    }
    Some(shape)
}

fn element(document: &Document, schema: &Schema) -> Json {
    let resolved = document.resolve(schema);
    let xml = schema.xml.as_ref().or(resolved.xml.as_ref());
    let mut element = json!({});
    if let Some(name) = xml.and_then(|xml| xml.name.as_ref()) {
        element["name"] = json!(name);
    }
    if let Some(namespace) = xml.and_then(|xml| xml.namespace.as_ref()) {
        element["namespace"] = json!(namespace);
    }
    if xml.is_some_and(|xml| xml.attribute) {
        element["attribute"] = json!(true);
    }
    match &resolved.kind {
        Kind::Object { properties, .. } => {
            let fields = properties.iter().map(|(name, schema)| (name.clone(), self::element(document, schema)));
            element["kind"] = json!({ "object": Json::Object(fields.collect()) });
        }
        Kind::Array { items, .. } => {
            let word = if xml.is_some_and(|xml| xml.wrapped) { "wrapped" } else { "flat" };
            element["kind"] = json!({ word: self::element(document, items) });
        }
        Kind::Integer { .. } | Kind::Number => element["kind"] = json!("number"),
        Kind::Boolean => element["kind"] = json!("boolean"),
        _ => {}
    }
    element
}
