//! AWS Query, the protocol of topics: forms in requests, XML in responses.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

use crate::xml::{self, Node};

/// The version of the protocol.
const VERSION: &str = "2010-03-31";

/// The form of a request. A call that sets attributes has one for each call, the others have a map.
pub(super) fn form(action: &str, attributes: &BTreeMap<String, String>, others: &Map<String, Value>) -> String {
    let mut fields: BTreeMap<String, String> = others.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    fields.insert("Action".to_owned(), action.to_owned());
    fields.insert("Version".to_owned(), VERSION.to_owned());
    if action.starts_with("Set") {
        for (name, value) in attributes.iter().take(1) {
            fields.insert("AttributeName".to_owned(), name.clone());
            fields.insert("AttributeValue".to_owned(), value.clone());
        }
    } else {
        for (index, (name, value)) in (1..).zip(attributes) {
            fields.insert(format!("Attributes.entry.{index}.key"), name.clone());
            fields.insert(format!("Attributes.entry.{index}.value"), value.clone());
        }
    }
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A value as a string.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The fields of a successful response: `<ActionResponse><ActionResult>`, whose map of attributes is a list of entries.
pub(super) fn read(action: &str, bytes: &[u8]) -> Result<Map<String, Value>, String> {
    let root = xml::parse(bytes)?;
    if root.name() != format!("{action}Response") {
        return Err(format!("it is an XML document `{}` instead of `{action}Response`", root.name()));
    }
    let Some(result) = root.child(&format!("{action}Result")) else { return Ok(Map::new()) };
    let fields = result.children().iter().map(|field| {
        let value = match field.name() {
            "Attributes" => entries(field),
            _ if field.child("member").is_some() => field.children().iter().map(object).collect(),
            _ => Value::from(field.text()),
        };
        (field.name().to_owned(), value)
    });
    Ok(fields.collect())
}

fn object(member: &Node) -> Value {
    let fields = member.children().iter().map(|field| (field.name().to_owned(), Value::from(field.text())));
    Value::Object(fields.collect())
}

fn entries(map: &Node) -> Value {
    let entries = map.children().iter().filter_map(|entry| {
        let value = entry.text_of("value").unwrap_or_default();
        Some((entry.text_of("key")?.to_owned(), Value::from(value)))
    });
    Value::Object(entries.collect())
}

/// The code and the message of an error response: `<ErrorResponse><Error>`.
pub(super) fn error(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let root = xml::parse(bytes).unwrap_or_default();
    let error = root.child("Error");
    let text = |name: &str| error.and_then(|error| error.text_of(name)).map(str::to_owned);
    (text("Code"), text("Message"))
}
