//! Conversion between JSON and XML, based on a description of the document.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Description of an element or an attribute.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Element {
    /// Its name; for a wrapped list that of the wrapper.
    pub name: String,
    /// Its namespace, if the document must declare it.
    pub namespace: Option<String>,
    /// Whether it is an attribute of its parent element.
    pub attribute: bool,
    /// Its content.
    pub kind: ElementKind,
}

/// The content of an element.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ElementKind {
    /// A string.
    #[default]
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Child elements and attributes, by JSON field.
    Object(BTreeMap<String, Element>),
    /// A list without a wrapper: one element for each item.
    Flat(Box<Element>),
    /// A list in a wrapper element.
    Wrapped(Box<Element>),
}

/// The maximum depth of a document.
const DEEPEST: usize = 32;

/// A parsed element.
#[derive(Debug, Default)]
pub(crate) struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
    text: String,
}

impl Node {
    /// The name of the element.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text of the element.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The child elements.
    pub(crate) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The first child element with this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child element with this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text)
    }
}

/// Writes a document from JSON fields.
pub(crate) fn write(root: &Element, fields: &Map<String, Value>) -> String {
    let mut out = String::new();
    if let ElementKind::Object(inner) = &root.kind {
        object(root, inner, fields, &mut out);
    }
    out
}

/// Converts the root of a document to JSON. Elements without a description are ignored.
pub(crate) fn read(element: &Element, node: &Node) -> Value {
    match &element.kind {
        ElementKind::Text => Value::from(node.text.as_str()),
        ElementKind::Number => number(&node.text),
        ElementKind::Boolean => match node.text.trim() {
            "true" => Value::from(true),
            "false" => Value::from(false),
            other => Value::from(other),
        },
        ElementKind::Object(inner) => {
            let fields = inner.iter().filter_map(|(field, inner)| Some((field.clone(), read_field(inner, node)?)));
            Value::Object(fields.collect())
        }
        ElementKind::Flat(item) | ElementKind::Wrapped(item) => items(item, node),
    }
}

fn read_field(element: &Element, node: &Node) -> Option<Value> {
    if element.attribute {
        let local = local(&element.name);
        let (_, text) = node.attributes.iter().find(|(name, _)| name == local)?;
        return Some(Value::from(text.as_str()));
    }
    if let ElementKind::Flat(item) = &element.kind {
        let found = items(item, node);
        return found.as_array().is_some_and(|items| !items.is_empty()).then_some(found);
    }
    let child = node.children.iter().find(|child| child.name == element.name)?;
    Some(read(element, child))
}

fn items(item: &Element, node: &Node) -> Value {
    node.children.iter().filter(|child| child.name == item.name).map(|child| read(item, child)).collect()
}

fn number(text: &str) -> Value {
    let text = text.trim();
    text.parse::<i64>()
        .map(Value::from)
        .or_else(|_| text.parse::<f64>().map(Value::from))
        .unwrap_or_else(|_| text.into())
}

fn object(element: &Element, inner: &BTreeMap<String, Element>, fields: &Map<String, Value>, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    if let Some(namespace) = &element.namespace {
        attribute("xmlns", namespace, out);
    }
    for (field, inner) in inner.iter().filter(|(_, inner)| inner.attribute) {
        let Some(text) = fields.get(field).and_then(Value::as_str) else { continue };
        if let (Some((prefix, _)), Some(namespace)) = (inner.name.split_once(':'), &inner.namespace) {
            attribute(&format!("xmlns:{prefix}"), namespace, out);
        }
        attribute(&inner.name, text, out);
    }
    out.push('>');
    // Ordered by name, as the official tools write documents.
    let mut children: Vec<(&Element, &Value)> = inner
        .iter()
        .filter(|(_, inner)| !inner.attribute)
        .filter_map(|(field, inner)| Some((inner, fields.get(field).filter(|value| !value.is_null())?)))
        .collect();
    children.sort_by_key(|(inner, _)| match &inner.kind {
        ElementKind::Flat(item) => item.name.as_str(),
        _ => inner.name.as_str(),
    });
    for (inner, value) in children {
        one(inner, value, out);
    }
    close(&element.name, out);
}

fn one(element: &Element, value: &Value, out: &mut String) {
    match (&element.kind, value) {
        (_, Value::Null) => {}
        (ElementKind::Object(inner), Value::Object(fields)) => object(element, inner, fields, out),
        (ElementKind::Flat(item), Value::Array(values)) => {
            for value in values {
                one(item, value, out);
            }
        }
        (ElementKind::Wrapped(item), Value::Array(values)) => {
            open(&element.name, out);
            for value in values {
                one(item, value, out);
            }
            close(&element.name, out);
        }
        (_, Value::String(text)) => leaf(&element.name, text, out),
        (_, value) => leaf(&element.name, &value.to_string(), out),
    }
}

fn leaf(name: &str, text: &str, out: &mut String) {
    open(name, out);
    out.push_str(&escape(text));
    close(name, out);
}

fn open(name: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

fn close(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(&escape(value));
    out.push('"');
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Parses a document and returns its root element.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|_| "it is not XML".to_owned())?;
        let here = open.last_mut().ok_or("it is not XML")?;
        match event {
            Event::Start(tag) => {
                let node = node(&tag)?;
                if open.len() > DEEPEST {
                    return Err("its elements are nested too deeply".to_owned());
                }
                open.push(node);
            }
            Event::Empty(tag) => here.children.push(node(&tag)?),
            Event::End(_) => {
                let done = open.pop().ok_or("it is not XML")?;
                open.last_mut().ok_or("it is not XML")?.children.push(done);
            }
            Event::Text(text) => here.text.push_str(&text.decode().map_err(|_| "it is not valid UTF-8".to_owned())?),
            Event::CData(text) => here.text.push_str(&text.decode().map_err(|_| "it is not valid UTF-8".to_owned())?),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten();
                let name = reference.decode().unwrap_or_default();
                match (character, resolve_predefined_entity(&name)) {
                    (Some(character), _) => here.text.push(character),
                    (None, Some(text)) => here.text.push_str(text),
                    (None, None) => return Err("it contains an unknown XML entity".to_owned()),
                }
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    let mut root = open.pop().ok_or("it is not XML")?;
    if !open.is_empty() {
        return Err("it is truncated".to_owned());
    }
    root.children.pop().ok_or_else(|| "it is not XML".to_owned())
}

fn node(tag: &quick_xml::events::BytesStart<'_>) -> Result<Node, String> {
    let wrong = |_| "it is not XML".to_owned();
    let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| "it is not XML".to_owned())?;
        let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        let text = std::str::from_utf8(&attribute.value).map_err(wrong)?;
        attributes.push((name, text.to_owned()));
    }
    Ok(Node { name, attributes, ..Node::default() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    /// A document with tags in a wrapper, rules without a wrapper, a number, and an attribute.
    fn document() -> Element {
        let described = json!({
            "name": "Root", "namespace": "http://example.com/",
            "kind": { "object": {
                "tags": { "name": "TagSet", "kind": { "wrapped": { "name": "Tag", "kind": { "object": {
                    "key": { "name": "Key" }, "value": { "name": "Value" }
                } } } } },
                "rules": { "kind": { "flat": { "name": "ARule", "kind": { "object": {
                    "days": { "name": "Days", "kind": "number" }, "on": { "name": "On", "kind": "boolean" }
                } } } } },
                "grantee": { "name": "Grantee", "kind": { "object": {
                    "type": { "name": "xsi:type", "attribute": true, "namespace": "urn:xsi" }, "id": { "name": "ID" }
                } } }
            } }
        });
        serde_json::from_value(described).unwrap()
    }

    #[test]
    fn a_document_is_written_as_described_and_parsed_again() {
        let json = json!({
            "tags": [{ "key": "a<b", "value": "\"&" }],
            "rules": [{ "days": 3, "on": true }],
            "grantee": { "type": "CanonicalUser", "id": "1" }
        });
        let text = write(&document(), json.as_object().unwrap());
        assert_eq!(
            text,
            "<Root xmlns=\"http://example.com/\"><ARule><Days>3</Days><On>true</On></ARule>\
             <Grantee xmlns:xsi=\"urn:xsi\" xsi:type=\"CanonicalUser\"><ID>1</ID></Grantee>\
             <TagSet><Tag><Key>a&lt;b</Key><Value>&quot;&amp;</Value></Tag></TagSet></Root>"
        );
        assert_eq!(read(&document(), &parse(text.as_bytes()).unwrap()), json);
    }

    #[test]
    fn an_empty_wrapper_is_an_empty_list_and_absent_elements_are_absent_fields() {
        let node = parse(b"<?xml version=\"1.0\"?>\n<Other><TagSet/><Grantee></Grantee></Other>").unwrap();
        assert_eq!(read(&document(), &node), json!({ "tags": [], "grantee": {} }));
    }

    #[test]
    fn character_references_are_decoded() {
        let node = parse(b"<E><Code>&#34;a&amp;b&#x22;</Code></E>").unwrap();
        assert_eq!(node.text_of("Code"), Some("\"a&b\""));
    }

    #[test]
    fn an_invalid_document_is_an_error_and_never_a_panic() {
        for text in ["", "x", "<a>", "<a></b>", "<a>&nonsense;</a>", "<a b=1>", &"<a>".repeat(100)] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&[0xff, 0xfe]).is_err());
    }
}
