//! The schema of a JSON value.

use std::collections::BTreeMap;

use crate::Error;
use crate::reader::{Fields, Node};
use crate::xml::{self, Xml};

/// A schema: its kind, and its other attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The kind.
    pub kind: Kind,
    /// Whether `null` is allowed.
    pub nullable: bool,
    /// Whether Scaleway has deprecated it.
    pub deprecated: bool,
    /// XML attributes, if any.
    pub xml: Option<Xml>,
}

/// The kind of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A component of the same document, by name; see [`crate::Document::resolve`].
    Reference(String),
    /// A string.
    String {
        /// Its format, if declared.
        format: Option<StringFormat>,
    },
    /// An enum. The API adds values, so responses may contain others.
    Enum {
        /// The values when the document was generated.
        values: Vec<String>,
        /// The zero value, which means "not set" in requests.
        default: String,
    },
    /// An integer.
    Integer {
        /// The size of the integer.
        format: IntegerFormat,
        /// Its unit, if declared.
        unit: Option<Unit>,
    },
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array {
        /// The schema of an element.
        items: Box<Schema>,
        /// Minimum and maximum number of elements, if declared.
        bounds: Option<(usize, usize)>,
    },
    /// An object with declared fields; without fields, the API uses an empty message.
    Object {
        /// The fields by name.
        properties: BTreeMap<String, Schema>,
        /// Groups of fields of which at most one may be set.
        one_of: Vec<Vec<String>>,
    },
    /// An object whose keys are data.
    Map(Box<Schema>),
    /// Any JSON object.
    Free,
    /// A value of one of several schemas.
    OneOf(Vec<Schema>),
}

/// The format of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringFormat {
    /// A time as in RFC 3339.
    DateTime,
    /// Bytes in base64.
    Byte,
    /// An IPv4 or IPv6 address, optionally with a prefix length, as in API responses.
    Ip,
    /// A network such as `172.16.0.0/22`.
    Cidr,
    /// Seconds such as `3600s` or `1.500000000s`.
    Duration,
}

/// The size of an integer.
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

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Milliseconds,
}

/// The only pattern in use, which is that of the format `duration`.
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
    let xml = fields.take("xml").map(xml::read).transpose()?;
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
        other => Err(type_.reject(format!("unsupported type `{other}`"))),
    }
}

/// `allOf` with one reference is how OpenAPI 3.0 adds "nullable" to a reference; other uses are not supported.
fn only_reference(all_of: &Node<'_>) -> Result<Kind, Error> {
    let parts = all_of.list()?;
    let [part] = parts.as_slice() else {
        return Err(all_of.reject("expected exactly one reference"));
    };
    match read(part.clone())?.kind {
        kind @ Kind::Reference(_) => Ok(kind),
        _ => Err(all_of.reject("expected a reference")),
    }
}

fn reference_name(node: &Node<'_>) -> Result<String, Error> {
    let text = node.text()?;
    let name = text.strip_prefix("#/components/schemas/");
    name.map(str::to_owned).ok_or_else(|| node.reject("expected a reference to a schema of this document"))
}

fn string(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    if let Some(values) = fields.take("enum") {
        let values = values.strings()?;
        let default = fields.need("default")?;
        if !values.contains(&default.text()?) {
            return Err(default.reject("expected one of the enum's values"));
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
            other => return Err(node.reject(format!("unsupported string format `{other}`"))),
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
        other => return Err(node.reject(format!("unsupported integer format `{other}`"))),
    };
    if let Some(minimum) = fields.take("minimum") {
        let unsigned = matches!(format, IntegerFormat::Uint32 | IntegerFormat::Uint64);
        if !unsigned || minimum.number()? != 0 {
            return Err(minimum.reject("expected 0, on an unsigned number"));
        }
    }
    let unit = match fields.take("x-unit") {
        None => None,
        Some(node) => Some(match node.text()?.as_str() {
            "bytes" => Unit::Bytes,
            "ms" => Unit::Milliseconds,
            other => return Err(node.reject(format!("unsupported unit `{other}`"))),
        }),
    };
    Ok(Kind::Integer { format, unit })
}

fn number(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    let node = fields.need("format")?;
    match node.text()?.as_str() {
        "float" | "double" => Ok(Kind::Number),
        other => Err(node.reject(format!("unsupported number format `{other}`"))),
    }
}

fn array(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    let items = Box::new(read(fields.need("items")?)?);
    let bounds = match (fields.take("minItems"), fields.take("maxItems")) {
        (None, None) => None,
        (Some(fewest), Some(most)) => Some((fewest.count()?, most.count()?)),
        _ => return Err(fields.reject("expected both or none of `minItems` and `maxItems`")),
    };
    Ok(Kind::Array { items, bounds })
}

fn object(fields: &mut Fields<'_>) -> Result<Kind, Error> {
    if let Some(values) = fields.take("additionalProperties") {
        // `true` is the default.
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
    let groups = node.list()?.iter().map(Node::strings).collect::<Result<Vec<_>, _>>()?;
    if let Some(stray) = groups.iter().flatten().find(|name| !declared(name)) {
        return Err(node.reject(format!("`{stray}` is not declared here")));
    }
    Ok(groups)
}
