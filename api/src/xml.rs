//! The keyword `xml` of schemas, for Object Storage.

use crate::Error;
use crate::reader::Node;

/// The keyword `xml` of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xml {
    /// The name of the element or attribute.
    pub name: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Whether it is an attribute.
    pub attribute: bool,
    /// Whether the items of the list are inside of a separate element.
    pub wrapped: bool,
}

/// Parses the keyword.
pub(crate) fn read(node: Node<'_>) -> Result<Xml, Error> {
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
