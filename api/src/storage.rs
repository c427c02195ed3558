//! Additional attributes of Object Storage operations: fields in headers, bodies that are not JSON,
//! and error codes that mean "not set".

use std::collections::BTreeMap;

use crate::Error;
use crate::reader::{Fields, Node};
use crate::schema::{self, Kind, Schema};

/// The wire format of an Object Storage operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storage {
    /// Request fields that are sent as headers: field to header name and schema.
    pub headers: BTreeMap<String, (String, Schema)>,
    /// The format of the request body.
    pub body: Option<Form>,
    /// Response fields that are headers.
    pub response_headers: BTreeMap<String, (String, Schema)>,
    /// The format of the response body.
    pub answer: Option<Form>,
    /// Error codes that mean that nothing is set.
    pub not_set: Vec<String>,
}

/// The format of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// An XML document; the `xml` of its schemas names elements and attributes.
    Xml(Schema),
    /// A string, which is the value of this field.
    Text(String, Schema),
    /// Bytes that are not in a field.
    Bytes,
}

/// A header and its field.
pub(crate) fn header(fields: &mut Fields<'_>, name: String) -> Result<(String, (String, Schema)), Error> {
    Ok((fields.need("x-field")?.text()?, (name, schema::read(fields.need("schema")?)?)))
}

/// The format of a body with one media type.
pub(crate) fn form(node: Node<'_>) -> Result<Form, Error> {
    let mut media = node.fields()?;
    let (xml, text) = (media.take("application/xml"), media.take("text/plain"));
    let form = match (xml, text, media.take("application/octet-stream")) {
        (Some(node), None, None) => {
            let mut fields = node.fields()?;
            let schema = schema::read(fields.need("schema")?)?;
            fields.finish()?;
            Form::Xml(schema)
        }
        (None, Some(node), None) => {
            let mut fields = node.fields()?;
            let form = Form::Text(fields.need("x-field")?.text()?, schema::read(fields.need("schema")?)?);
            fields.finish()?;
            form
        }
        (None, None, Some(node)) => {
            let mut fields = node.fields()?;
            schema::read(fields.need("schema")?)?;
            fields.finish()?;
            Form::Bytes
        }
        _ => return Err(media.reject("expected XML, a string or bytes")),
    };
    media.finish()?;
    Ok(form)
}

/// The headers of a successful response.
pub(crate) fn response_headers(node: &Node<'_>) -> Result<BTreeMap<String, (String, Schema)>, Error> {
    let mut response_headers = BTreeMap::new();
    for (name, node) in node.entries()? {
        let mut fields = node.fields()?;
        let (field, header) = header(&mut fields, name)?;
        fields.finish()?;
        response_headers.insert(field, header);
    }
    Ok(response_headers)
}

/// All fields of headers and body as one object; `None` if there are none.
pub(crate) fn object(
    headers: &BTreeMap<String, (String, Schema)>,
    form: Option<&Form>,
    schemas: &BTreeMap<String, Schema>,
) -> Option<Schema> {
    let mut properties: BTreeMap<String, Schema> =
        headers.iter().map(|(field, (_, schema))| (field.clone(), schema.clone())).collect();
    match form {
        Some(Form::Xml(schema)) => {
            let named = match &schema.kind {
                Kind::Reference(name) => schemas.get(name),
                _ => Some(schema),
            };
            if let Some(Kind::Object { properties: inner, .. }) = named.map(|schema| &schema.kind) {
                properties.extend(inner.clone());
            }
        }
        Some(Form::Text(field, schema)) => {
            properties.insert(field.clone(), schema.clone());
        }
        Some(Form::Bytes) | None => {}
    }
    if properties.is_empty() && form.is_none() {
        return None;
    }
    Some(Schema {
        kind: Kind::Object { properties, one_of: Vec::new() },
        nullable: false,
        deprecated: false,
        xml: None,
    })
}
