//! The API operations of a resource, with what its requests send. Does not depend on the meaning of the operations.

use std::collections::BTreeSet;

use scaleway_api::{Document, Operation};
use serde_json::Value as Json;

use crate::resolve::Resolved;

/// One request of a resource.
pub(crate) struct Sent {
    pub(crate) document: &'static Document,
    pub(crate) operation: &'static Operation,
    /// The names of the fields of its body.
    pub(crate) fields: BTreeSet<String>,
}

/// The requests of a resource and of its lookup.
pub(crate) fn of(one: &Resolved<'_>) -> Vec<Sent> {
    let mut written = vec![serde_json::to_value(&one.resource).unwrap_or_default()];
    written.extend(one.lookup.as_ref().map(|lookup| serde_json::to_value(&lookup.function).unwrap_or_default()));
    let mut sent = Vec::new();
    for json in &written {
        collect(json, &mut sent);
    }
    sent
}

fn collect(json: &Json, sent: &mut Vec<Sent>) {
    match json {
        Json::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Json::as_str);
            if let (Some(id), Some(method), Some(path)) = (text("id"), text("method"), text("path"))
                && let Some((document, operation)) = find(id, method, path)
            {
                let body = fields.get("body").unwrap_or(&Json::Null);
                sent.push(Sent { document, operation, fields: fields_of(body) });
            }
            fields.values().for_each(|inner| collect(inner, sent));
        }
        Json::Array(items) => items.iter().for_each(|inner| collect(inner, sent)),
        _ => {}
    }
}

fn find(id: &str, method: &str, path: &str) -> Option<(&'static Document, &'static Operation)> {
    let is_same = |operation: &&Operation| {
        operation.id == id && operation.method.name() == method && operation.path.to_string() == path
    };
    let mut documents = scaleway_api::documents();
    documents.find_map(|document| Some((document, document.operations.iter().find(is_same)?)))
}

/// The fields of a body at its top level, in the names of this request.
fn fields_of(body: &Json) -> BTreeSet<String> {
    let top = |name: &str| name.split(['.', '[']).next().unwrap_or_default().to_owned();
    let renamed = |name: &str| body["rename"][name].as_str().unwrap_or(name).to_owned();
    let fields = body["fields"].as_array().into_iter().flatten().filter_map(Json::as_str).map(renamed);
    let with = body["with"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    fields.chain(with).map(|name| top(&name)).collect()
}
