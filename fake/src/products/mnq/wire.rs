//! The formats of requests and responses: JSON for queues, forms and XML for topics.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{HeaderValue, Response, StatusCode, Uri, header};
use jiff::Timestamp;
use quick_xml::escape::escape;
use serde_json::{Map, Value, json};

use super::caller::{Caller, Protocol};
use super::message_error::MessageError;
use crate::call::{World, WorldRef};
use crate::request::Received;

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// A request that does not change objects.
pub(super) type ReadMessage<'a> = Signed<&'a World>;

/// A request that changes objects.
pub(super) type Message<'a> = Signed<&'a mut World>;

/// Implements an operation.
#[derive(Clone, Copy)]
pub(super) enum Handler {
    Read(fn(&ReadMessage<'_>) -> Answer),
    Write(fn(&mut Message<'_>) -> Answer),
}

/// A request whose signature is valid.
pub(super) struct Signed<W> {
    pub(super) world: W,
    pub(super) now: Timestamp,
    pub(super) caller: Caller,
    /// The fields of the request; attributes are in `Attributes`.
    pub(super) fields: Map<String, Value>,
    /// The address of the service, without a slash at the end.
    pub(super) endpoint: String,
}

/// The fields of a response.
pub(super) type Answer = Result<Map<String, Value>, MessageError>;

impl<W: WorldRef> Signed<W> {
    /// The request, if its signature is valid.
    pub(super) fn of(world: W, protocol: Protocol, received: &Received, now: Timestamp) -> Result<Self, MessageError> {
        let caller = Caller::of(&world, protocol, received)?;
        Ok(Self { world, now, caller, fields: fields(protocol, received)?, endpoint: endpoint(received) })
    }

    /// A field as a string; empty if it is absent.
    pub(super) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A required field.
    pub(super) fn need(&self, field: &str) -> Result<String, MessageError> {
        let text = self.text(field);
        if text.is_empty() { Err(MessageError::missing(field)) } else { Ok(text.to_owned()) }
    }

    /// The attributes of the request, by name.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        let given = self.fields.get("Attributes").and_then(Value::as_object).into_iter().flatten();
        given.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
    }
}

/// The operation of a request.
pub(super) fn action(protocol: Protocol, received: &Received) -> String {
    match protocol {
        Protocol::Sqs => {
            let target = received.header("x-amz-target").unwrap_or_default();
            target.rsplit('.').next().unwrap_or_default().to_owned()
        }
        Protocol::Sns => pairs(received).into_iter().find(|(name, _)| name == "Action").unwrap_or_default().1,
    }
}

/// The fields of a request.
fn fields(protocol: Protocol, received: &Received) -> Answer {
    let mut fields = Map::new();
    match protocol {
        Protocol::Sqs => match serde_json::from_slice(&received.body) {
            Ok(Value::Object(body)) => fields = body,
            _ => return Err(MessageError::new("SerializationException", "The body is not a JSON object.")),
        },
        Protocol::Sns => {
            let pairs = pairs(received);
            let mut attributes = Map::new();
            for (name, value) in &pairs {
                match name.strip_prefix("Attributes.entry.").and_then(|rest| rest.strip_suffix(".key")) {
                    Some(index) => {
                        let given = format!("Attributes.entry.{index}.value");
                        let given = pairs.iter().find(|(name, _)| *name == given).map(|(_, value)| value.as_str());
                        attributes.insert(value.clone(), json!(given.unwrap_or_default()));
                    }
                    None => drop(fields.insert(name.clone(), json!(value))),
                }
            }
            fields.insert("Attributes".to_owned(), Value::Object(attributes));
        }
    }
    Ok(fields)
}

/// The fields of a form.
fn pairs(received: &Received) -> Vec<(String, String)> {
    let uri = format!("/?{}", String::from_utf8_lossy(&received.body)).parse::<Uri>();
    let pairs = uri.ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    pairs.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// The address of the service as the client used it.
fn endpoint(received: &Received) -> String {
    let host = received.header("host").unwrap_or("localhost");
    let scheme = if host.ends_with(".scaleway.com") { "https" } else { "http" };
    format!("{scheme}://{host}")
}

/// The HTTP response.
pub(super) fn response(protocol: Protocol, action: &str, answered: Answer, id: &str) -> Response<Bytes> {
    let status = answered.as_ref().err().map_or(200, |error| error.status);
    let old_code = answered.as_ref().err().map(|error| format!("{};Sender", error.old_code));
    let (content_type, body) = match (protocol, answered) {
        (Protocol::Sqs, Ok(fields)) if fields.is_empty() => {
            ("application/x-amz-json-1.0; charset=utf-8", String::new())
        }
        (Protocol::Sqs, Ok(fields)) => ("application/json; charset=utf-8", Value::Object(fields).to_string()),
        (Protocol::Sqs, Err(MessageError { code, message, .. })) => {
            let body = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message });
            ("application/json; charset=utf-8", body.to_string())
        }
        (Protocol::Sns, Ok(fields)) => ("text/xml; charset=utf-8", document(action, fields, id)),
        (Protocol::Sns, Err(error)) => ("text/xml; charset=utf-8", error_document(&error, id)),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let (Protocol::Sqs, Some(code)) = (protocol, old_code.and_then(|code| HeaderValue::try_from(code).ok())) {
        headers.insert("x-amzn-query-error", code);
    }
    response
}

/// An XML document with the indents of the recordings.
fn document(action: &str, fields: Map<String, Value>, id: &str) -> String {
    let mut text = format!("<{action}Response xmlns=\"{NAMESPACE}\">\n");
    if !fields.is_empty() {
        element(&mut text, 1, &format!("{action}Result"), &Value::Object(fields));
    }
    element(&mut text, 1, "ResponseMetadata", &json!({ "RequestId": format!("tx{id}") }));
    text + &format!("</{action}Response>")
}

fn error_document(error: &MessageError, id: &str) -> String {
    let mut text = format!("<ErrorResponse xmlns=\"{NAMESPACE}\">\n");
    let _ = write!(
        text,
        "    <Error>\n        <Type>Sender</Type>\n        <Code>{}</Code>\n        <Message>{}</Message>\n    </Error>\n",
        error.code,
        escape(error.message.as_str()),
    );
    element(&mut text, 1, "RequestId", &json!(format!("tx{id}")));
    text + "</ErrorResponse>"
}

fn element(text: &mut String, depth: usize, name: &str, value: &Value) {
    let indent = "    ".repeat(depth);
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Object(fields) => {
            let _ = writeln!(text, "{indent}<{name}>");
            for (field, value) in fields {
                if name == "Attributes" {
                    let inner = "    ".repeat(depth + 1);
                    let _ = writeln!(text, "{inner}<entry>");
                    element(text, depth + 2, "key", &json!(field));
                    element(text, depth + 2, "value", value);
                    let _ = writeln!(text, "{inner}</entry>");
                } else {
                    element(text, depth + 1, field, value);
                }
            }
            writeln!(text, "{indent}</{name}>")
        }
        Value::Array(items) => {
            let _ = writeln!(text, "{indent}<{name}>");
            for item in items {
                element(text, depth + 1, "member", item);
            }
            writeln!(text, "{indent}</{name}>")
        }
        value => writeln!(text, "{indent}<{name}>{}</{name}>", escape(value.as_str().unwrap_or_default())),
    };
}
