//! The wire format of operations of queues and topics for the client: the protocol, the operation, and its attributes.

use scaleway_api::{Document, Kind, Operation, Protocol};
use serde_json::{Map, Value as Json, json};

/// The wire format of an operation; `None` for other products.
pub(crate) fn format(document: &Document, operation: &Operation) -> Option<Json> {
    let service = match document.protocol {
        Protocol::Sqs => "sqs",
        Protocol::Sns => "sns",
        Protocol::Json | Protocol::S3 => return None,
    };
    let bodies = [&operation.request, &operation.answer].into_iter().flatten();
    let fields = bodies.filter_map(|schema| match &document.resolve(schema).kind {
        Kind::Object { properties, .. } => Some(properties),
        _ => None,
    });
    let attributes: Map<String, Json> = fields
        .flatten()
        .filter(|(name, _)| operation.attributes.contains(name))
        .map(|(name, schema)| {
            let kind = match document.resolve(schema).kind {
                Kind::Integer { .. } => "integer",
                Kind::Boolean => "boolean",
                _ => "string",
            };
            (name.clone(), json!(kind))
        })
        .collect();
    Some(json!({ "service": service, "action": operation.id, "attributes": attributes }))
}
