//! The HTTP request of a step: method, path, query and body, from the operation in the catalog and the values in scope.

use catalog::{MESSAGING_CREDENTIALS, Source, Step, WireFormat};
use client::{Call, Credentials, MessageFormat, Messaging, Method, Repeatable, Shape, Storage};
use rules::error::{Error, ErrorKind};
use rules::scope::Scope;
use rules::wire;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::client_error::of_client;

/// A call of a step with these body fields.
pub(crate) fn call(step: &Step, scope: &Scope<'_>, fields: &[String]) -> Result<Call, Error> {
    let operation = &step.call;
    let method = Method::from_bytes(operation.method.as_bytes())
        .map_err(|_| Error::new(ErrorKind::Internal, format!("{} has no HTTP verb", operation.id)))?;
    let mut arguments = Vec::new();
    for (name, source) in &operation.parameters {
        let value = scope.source(source).as_ref().and_then(wire::plain_text).filter(|text| !text.is_empty());
        let value = value.ok_or_else(|| missing(&operation.id, name, source))?;
        arguments.push((name.as_str(), value));
    }
    let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (path, word) =
        operation.path.split_once('?').map_or((operation.path.as_str(), None), |(path, word)| (path, Some(word)));
    let mut call = Call::new(method, path, &arguments).map_err(of_client)?;
    let WireFormat { wrapper, page_size, is_text, has_tokens, joined } = operation.format.clone();
    call = call.operation(operation.id.clone()).format(client::Format { wrapper, page_size, is_text, has_tokens });
    if let Some(storage) = &operation.storage {
        call = call.storage(stored(&operation.id, storage, scope)?);
    }
    if let Some(format) = &operation.messaging {
        call = call.messaging(messaged(&operation.id, format, scope)?);
    }
    // The format of a message names the operation too.
    if let Some(word) = word.filter(|_| operation.messaging.is_none()) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        call = call.query(name, value);
    }
    // All changes set absolute values, so they are idempotent.
    if call.method == Method::PATCH {
        call = call.repeatable(Repeatable::Yes);
    }
    for query in &operation.query {
        match scope.source(&query.from) {
            Some(Json::Array(items)) if joined.contains(&query.name) => {
                let items: Vec<String> = items.iter().filter_map(wire::plain_text).collect();
                if !items.is_empty() {
                    call = call.query(query.name.clone(), items.join(","));
                }
            }
            Some(Json::Array(items)) => {
                for item in items.iter().filter_map(wire::plain_text) {
                    call = call.query(query.name.clone(), item);
                }
            }
            Some(json) => {
                if let Some(text) = wire::plain_text(&json) {
                    call = call.query(query.name.clone(), text);
                }
            }
            None => {}
        }
    }
    Ok(match &operation.body {
        // A body of plain text is the value of one field, which is never omitted.
        Some(_) if call.format.is_text => {
            let text = scope.body(step, fields).into_iter().next().map(|(_, text)| text);
            call.body(text.filter(Json::is_string).unwrap_or_else(|| Json::from("")))
        }
        Some(_) => call.body(Json::Object(scope.body(step, fields))),
        None => call,
    })
}

/// The additional data of an Object Storage call.
fn stored(operation: &str, shape: &Json, scope: &Scope<'_>) -> Result<Storage, Error> {
    let shape = Shape::deserialize(shape)
        .map_err(|_| Error::new(ErrorKind::Internal, format!("the description of {operation} is invalid")))?;
    let region = scope.locality().ok_or_else(|| missing(operation, "region", &Source::Locality))?.to_owned();
    let project = scope.source(&Source::Project).as_ref().and_then(wire::plain_text);
    Ok(Storage { region, project, shape, content: None })
}

/// The additional data of a call to queues or topics: the credentials and the endpoint are inputs of the resource.
fn messaged(operation: &str, format: &Json, scope: &Scope<'_>) -> Result<Messaging, Error> {
    let format = MessageFormat::deserialize(format)
        .map_err(|_| Error::new(ErrorKind::Internal, format!("the description of {operation} is invalid")))?;
    let region = scope.locality().ok_or_else(|| missing(operation, "region", &Source::Locality))?.to_owned();
    let text = |name: &str| {
        let value = scope.source(&Source::Property(name.to_owned()));
        value.as_ref().and_then(wire::plain_text).filter(|text| !text.is_empty())
    };
    let [access, secret] = MESSAGING_CREDENTIALS.map(text);
    let credentials = access.zip(secret).map(|(access, secret)| Credentials::new(access, secret));
    let endpoint = text(&format!("{}Endpoint", format.service.name()));
    Ok(Messaging { region, endpoint, credentials, format })
}

fn missing(operation: &str, parameter: &str, source: &Source) -> Error {
    let error = Error::new(ErrorKind::Invalid, format!("{operation} requires the {}", parameter.replace('_', " ")));
    match source {
        Source::Locality | Source::Region => error.hint("set the region or zone of the resource or of the provider"),
        Source::Project => {
            error.hint("set the project: `projectId` of the resource or of the provider, or SCW_DEFAULT_PROJECT_ID")
        }
        Source::Organization => error.hint("set `organizationId` of the provider, or SCW_DEFAULT_ORGANIZATION_ID"),
        _ => error,
    }
}
