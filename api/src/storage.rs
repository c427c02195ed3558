//! What the operations of Object Storage say beside the others: headers that carry fields, bodies in other forms than JSON,
//! and errors that mean no more than "not set".
//!
//! It does not know how any of it is sent.

use std::collections::BTreeMap;

use crate::Error;
use crate::reader::{Fields, Node};
use crate::schema::{self, Kind, Schema};

/// How an operation of Object Storage is spoken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storage {
    /// Fields of the request that travel as headers: field to header and schema.
    pub headers: BTreeMap<String, (String, Schema)>,
    /// The form of the request's body.
    pub body: Option<Form>,
    /// Fields of the answer that headers tell.
    pub told: BTreeMap<String, (String, Schema)>,
    /// The form of the answer's body.
    pub answer: Option<Form>,
    /// Codes of errors that say that nothing is set.
    pub not_set: Vec<String>,
}

/// The form of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// An XML document; the `xml` of its schemas names elements and attributes.
    Xml(Schema),
    /// A text, which is the value of this field.
    Text(String, Schema),
    /// Bytes that no field holds.
    Bytes,
}

/// What the keyword `xml` says of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xml {
    /// The name of the element or attribute.
    pub name: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// It is an attribute.
    pub attribute: bool,
    /// The items of the list stand in an element of their own.
    pub wrapped: bool,
}

pub(crate) fn xml(node: Node<'_>) -> Result<Xml, Error> {
    let mut fields = node.fields()?;
    let text = |node: Option<Node<'_>>| node.map(|node| node.text()).transpose();
    let xml = Xml {
        name: text(fields.take("name"))?,
        namespace: text(fields.take("namespace"))?,
        attribute: fields.flag("attribute")?,
        wrapped: fields.flag("wrapped")?,
    };
    fields.finish()?;
    Ok(xml)
}

/// A header and the field it carries.
pub(crate) fn header(fields: &mut Fields<'_>, name: String) -> Result<(String, (String, Schema)), Error> {
    Ok((fields.need("x-field")?.text()?, (name, schema::read(fields.need("schema")?)?)))
}

/// The one form of a body.
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
        _ => return Err(media.refuse("expected XML, a text or bytes")),
    };
    media.finish()?;
    Ok(form)
}

/// The headers of a good answer.
pub(crate) fn told(node: &Node<'_>) -> Result<BTreeMap<String, (String, Schema)>, Error> {
    let mut told = BTreeMap::new();
    for (name, node) in node.entries()? {
        let mut fields = node.fields()?;
        let (field, header) = header(&mut fields, name)?;
        fields.finish()?;
        told.insert(field, header);
    }
    Ok(told)
}

/// All fields together as one object, wherever they travel; nothing if there are none.
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
