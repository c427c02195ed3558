//! What a JSON value may look like. It does not know where a schema is used.

use std::collections::BTreeMap;

use crate::Error;
use crate::reader::{Fields, Node};
use crate::storage::Xml;

/// A schema: its kind, and what is said about it at this place.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The shape.
    pub kind: Kind,
    /// Whether `null` is declared as a value.
    pub nullable: bool,
    /// Whether Scaleway advises against using it.
    pub deprecated: bool,
    /// How it is written as XML, where that is said.
    pub xml: Option<Xml>,
}

/// The shape of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A component of the same document, by name; see [`crate::Document::resolve`].
    Reference(String),
    /// A text.
    String {
        /// What the text must look like, if declared.
        format: Option<StringFormat>,
    },
    /// One of some texts. Servers add values, so readers treat it as open.
    Enum {
        /// The values known when the document was made.
        values: Vec<String>,
        /// The zero value, which stands for "not given" in requests.
        default: String,
    },
    /// A whole number.
    Integer {
        /// How wide the number is.
        format: IntegerFormat,
        /// What it counts, if declared.
        unit: Option<Unit>,
    },
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array {
        /// What each element looks like.
        items: Box<Schema>,
        /// The fewest and the most elements, where declared.
        bounds: Option<(usize, usize)>,
    },
    /// An object with declared fields; none at all when the API takes or gives an empty message.
    Object {
        /// The fields by name.
        properties: BTreeMap<String, Schema>,
        /// Groups of fields of which at most one may be set.
        one_of: Vec<Vec<String>>,
    },
    /// An object whose keys are data.
    Map(Box<Schema>),
    /// An object of which nothing is declared: any JSON object.
    Free,
    /// A value that fits one of several schemas.
    OneOf(Vec<Schema>),
}

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringFormat {
    /// A point in time as in RFC 3339.
    DateTime,
    /// Bytes in base64.
    Byte,
    /// An IPv4 or IPv6 address, also with a prefix length as the API sends it.
    Ip,
    /// A network such as `172.16.0.0/22`.
    Cidr,
    /// Seconds such as `3600s` or `1.500000000s`.
    Duration,
}

/// How wide a whole number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegerFormat {
    /// Signed, 32 bits.
    Int32,
    /// Unsigned, 32 bits.
    Uint32,
    /// Signed, 64 bits.
    Int64,
    /// Unsigned, 64 bits.
    Uint64,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
}

/// The only pattern in use; it says the same as the format `duration`.
const DURATION_PATTERN: &str = "^-?[0-9]+(\\.[0-9]+)?s$";

pub(crate) fn read(node: Node<'_>) -> Result<Schema, Error> {
    let mut fields = node.fields()?;
    if let Some(reference) = fields.take("$ref") {
        let kind = Kind::Reference(reference_name(&reference)?);
        fields.finish()?;
        return Ok(Schema { kind, nullable: false, deprecated: false, xml: None });
    }
    let nullable = fields.flag("nullable")?;
    let deprecated = fields.flag("deprecated")?;
    let xml = fields.take("xml").map(crate::storage::xml).transpose()?;
    let kind = kind(&mut fields)?;
    fields.finish()?;
    Ok(Schema { kind, nullable, deprecated, xml })
}

fn kind(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    if let Some(all_of) = fields.take("allOf") {
        return only_reference(&all_of);
    }
    if let Some(one_of) = fields.take("oneOf") {
        return Ok(Kind::OneOf(one_of.list()?.into_iter().map(read).collect::<Result<_, _>>()?));
    }
    let type_ = fields.need("type")?;
    match type_.text()?.as_str() {
        "string" => string(fields),
        "integer" => integer(fields),
        "number" => number(fields),
        "boolean" => Ok(Kind::Boolean),
        "array" => array(fields),
        "object" => object(fields),
        other => Err(type_.refuse(format!("type `{other}` is not one this reader knows"))),
    }
}

/// `allOf` around one reference is how OpenAPI 3.0 says "nullable" of a reference; no other use is read.
fn only_reference(all_of: &Node<'_>) -> Result<Kind, Error> {
    let parts = all_of.list()?;
    let [part] = parts.as_slice() else {
        return Err(all_of.refuse("expected exactly one reference"));
    };
    match read(part.clone())?.kind {
        kind @ Kind::Reference(_) => Ok(kind),
        _ => Err(all_of.refuse("expected a reference")),
    }
}

fn reference_name(node: &Node<'_>) -> Result<String, Error> {
    let text = node.text()?;
    let name = text.strip_prefix("#/components/schemas/");
    name.map(str::to_owned).ok_or_else(|| node.refuse("expected a reference to a schema of this document"))
}

fn string(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    if let Some(values) = fields.take("enum") {
        let values = values.texts()?;
        let default = fields.need("default")?;
        if !values.contains(&default.text()?) {
            return Err(default.refuse("expected one of the enum's values"));
        }
        return Ok(Kind::Enum { values, default: default.text()? });
    }
    let format = match fields.take("format") {
        None => None,
        Some(node) => Some(match node.text()?.as_str() {
            "date-time" => StringFormat::DateTime,
            "byte" => StringFormat::Byte,
            "ip" => StringFormat::Ip,
            "cidr" => StringFormat::Cidr,
            "duration" => {
                fields.exactly("pattern", DURATION_PATTERN)?;
                StringFormat::Duration
            }
            other => return Err(node.refuse(format!("format `{other}` of a string is not one this reader knows"))),
        }),
    };
    Ok(Kind::String { format })
}

fn integer(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    let node = fields.need("format")?;
    let format = match node.text()?.as_str() {
        "int32" => IntegerFormat::Int32,
        "uint32" => IntegerFormat::Uint32,
        "int64" => IntegerFormat::Int64,
        "uint64" => IntegerFormat::Uint64,
        other => return Err(node.refuse(format!("format `{other}` of an integer is not one this reader knows"))),
    };
    if let Some(minimum) = fields.take("minimum") {
        let unsigned = matches!(format, IntegerFormat::Uint32 | IntegerFormat::Uint64);
        if !unsigned || minimum.number()? != 0 {
            return Err(minimum.refuse("expected 0, on an unsigned number"));
        }
    }
    let unit = match fields.take("x-unit") {
        None => None,
        Some(node) => Some(match node.text()?.as_str() {
            "bytes" => Unit::Bytes,
            "ms" => Unit::Milliseconds,
            other => return Err(node.refuse(format!("unit `{other}` is not one this reader knows"))),
        }),
    };
    Ok(Kind::Integer { format, unit })
}

fn number(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    let node = fields.need("format")?;
    match node.text()?.as_str() {
        "float" | "double" => Ok(Kind::Number),
        other => Err(node.refuse(format!("format `{other}` of a number is not one this reader knows"))),
    }
}

fn array(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    let items = Box::new(read(fields.need("items")?)?);
    let bounds = match (fields.take("minItems"), fields.take("maxItems")) {
        (None, None) => None,
        (Some(fewest), Some(most)) => Some((fewest.count()?, most.count()?)),
        _ => return Err(fields.refuse("expected both or none of `minItems` and `maxItems`")),
    };
    Ok(Kind::Array { items, bounds })
}

fn object(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    if let Some(values) = fields.take("additionalProperties") {
        // `true` says that there is nothing to say.
        return if matches!(values.flag(), Ok(true)) { Ok(Kind::Free) } else { Ok(Kind::Map(Box::new(read(values)?))) };
    }
    let mut properties = BTreeMap::new();
    if let Some(node) = fields.take("properties") {
        for (name, schema) in node.entries()? {
            properties.insert(name, read(schema)?);
        }
    }
    let one_of = match fields.take("x-one-of") {
        None => Vec::new(),
        Some(node) => groups(&node, |name| properties.contains_key(name))?,
    };
    Ok(Kind::Object { properties, one_of })
}

/// Groups of names, each of which must be declared.
pub(crate) fn groups(node: &Node<'_>, declared: impl Fn(&str) -> bool) -> Result<Vec<Vec<String>>, Error> {
    let groups = node.list()?.iter().map(Node::texts).collect::<Result<Vec<_>, _>>()?;
    if let Some(stray) = groups.iter().flatten().find(|name| !declared(name)) {
        return Err(node.refuse(format!("`{stray}` is not declared here")));
    }
    Ok(groups)
}
