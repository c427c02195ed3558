//! One API document: its operations and schemas, found by ID, by path or by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Error;
use crate::operation::{self, Method, Operation, Protocol};
use crate::path::{PathTemplate, Segment};
use crate::reader::Node;
use crate::schema::{self, Kind, Schema};
use crate::storage;

/// An API document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Product and version, such as `registry.v1`.
    pub name: String,
    /// The module and version that the document was made from.
    pub source: (String, String),
    /// The protocol of its operations.
    pub protocol: Protocol,
    /// The regions or zones of each tag. More may exist.
    pub localities: BTreeMap<String, Vec<String>>,
    /// The operations in the order of their paths.
    pub operations: Vec<Operation>,
    /// The named schemas.
    pub schemas: BTreeMap<String, Schema>,
}

/// An operation that matches the method and path of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// The path parameters by name, percent-decoded.
    pub parameters: BTreeMap<String, String>,
}

impl Document {
    /// The object in the response of an operation: the response itself, or the field that wraps it.
    pub fn object_of<'a>(&'a self, operation: &'a Operation) -> Option<&'a Schema> {
        let answer = operation.answer.as_ref()?;
        let Some(wrapper) = &operation.wrapper else { return Some(answer) };
        match &self.resolve(answer).kind {
            Kind::Object { properties, .. } => properties.get(wrapper),
            _ => None,
        }
    }

    /// Parses a document. Anything that this crate does not support is an error with its place.
    pub fn parse(name: &str, json: &str) -> Result<Self, Error> {
        let value: Value =
            serde_json::from_str(json).map_err(|source| Error::Json { document: name.to_owned(), source })?;
        let root = Node::root(name, &value);
        let mut fields = root.clone().fields()?;
        let version = fields.need("openapi")?;
        if !version.text()?.starts_with("3.0.") {
            return Err(version.reject("expected OpenAPI 3.0"));
        }
        // All operations of a protocol are signed in the same way, so these two keys are not stored.
        fields.need("security")?;
        fields.need("servers")?;
        let protocol = match fields.take("x-protocol") {
            None => Protocol::Json,
            Some(node) => match node.text()?.as_str() {
                "s3" => Protocol::S3,
                "sqs" => Protocol::Sqs,
                "sns" => Protocol::Sns,
                _ => return Err(node.reject("expected `s3`, `sqs` or `sns`")),
            },
        };
        let mut document = Self {
            name: name.to_owned(),
            source: source(fields.need("info")?, name)?,
            protocol,
            localities: fields.take("x-localities").map_or(Ok(BTreeMap::new()), |node| localities(&node))?,
            operations: operations(&fields.need("paths")?, protocol)?,
            schemas: components(fields.need("components")?)?,
        };
        fields.finish()?;
        for operation in &mut document.operations {
            let Some(storage) = &operation.storage else { continue };
            operation.request = storage::object(&storage.headers, storage.body.as_ref(), &document.schemas);
            operation.answer = storage::object(&storage.response_headers, storage.answer.as_ref(), &document.schemas);
        }
        document.check(&root)?;
        document.find_wrappers();
        Ok(document)
    }

    /// The operation with this ID. If several tags of a document have the ID, use `Tag.Id`; the bare ID is then
    /// not found.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        let (tag, id) = match id.split_once('.') {
            Some((tag, id)) => (Some(tag), id),
            None => (None, id),
        };
        let is_requested = |operation: &&Operation| operation.id == id && tag.is_none_or(|tag| operation.tag == tag);
        let mut found = self.operations.iter().filter(is_requested);
        let operation = found.next()?;
        found.next().is_none().then_some(operation)
    }

    /// The operation with this method and path (without query). A literal segment takes precedence over a parameter.
    /// Operations of AWS' protocols are not found: paths of Object Storage start with a bucket, which can have any name, and
    /// queues and topics have one path for all operations.
    pub fn find(&self, method: Method, path: &str) -> Option<Matched<'_>> {
        if self.protocol != Protocol::Json {
            return None;
        }
        self.operations
            .iter()
            .filter(|operation| operation.method == method)
            .filter_map(|operation| Some(Matched { operation, parameters: operation.path.matches(path)? }))
            .max_by_key(|matched| literals_first(&matched.operation.path))
    }

    /// The schema with this name.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.get(name)
    }

    /// Resolves references to the schema with the kind. The given schema also has `nullable` and `deprecated`, which a
    /// reference can have itself.
    pub fn resolve<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        let mut schema = schema;
        while let Kind::Reference(name) = &schema.kind {
            // `check` ensures that the schema exists and that the chain of references ends.
            match self.schemas.get(name) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    /// Sets the wrappers of operations. An object is wrapped if the response to its `Get` operation has only a field with it:
    /// `GetIP` answers `{ "ip": {...} }`. Other operations wrap it too, sometimes with a second field for a task. A create also
    /// wraps it if all other fields of its response are deprecated.
    fn find_wrappers(&mut self) {
        let reference = |schema: &Schema| match &schema.kind {
            Kind::Reference(name) => Some(name.clone()),
            _ => None,
        };
        let fields = |operation: &Operation| match operation.answer.as_ref().map(|answer| &self.resolve(answer).kind) {
            Some(Kind::Object { properties, .. }) => {
                properties.iter().filter_map(|(field, schema)| Some((field.clone(), reference(schema)?))).collect()
            }
            _ => Vec::new(),
        };
        let counts = |operation: &Operation| match operation.answer.as_ref().map(|answer| &self.resolve(answer).kind) {
            Some(Kind::Object { properties, .. }) => properties.len(),
            _ => 0,
        };
        let wraps = |operation: &&Operation| counts(operation) == 1;
        let noun = |operation: &Operation| operation.id.strip_prefix("Get").map(str::to_owned);
        let gets = self.operations.iter().filter(wraps);
        let wrapped: BTreeSet<String> = gets
            .filter_map(|get| fields(get).pop().map(|(_, name)| name).filter(|name| Some(name) == noun(get).as_ref()))
            .collect();
        let is_created_beside_deprecated = |operation: &Operation, name: &str| {
            let answer = operation.answer.as_ref().map(|answer| &self.resolve(answer).kind);
            let Some(Kind::Object { properties, .. }) = answer else { return false };
            let mut others = properties.values().filter(|schema| reference(schema).as_deref() != Some(name));
            operation.id.strip_prefix("Create") == Some(name) && others.all(|other| other.deprecated)
        };
        let found = self.operations.iter().map(|operation| {
            let fits = |name: &String| {
                is_created_beside_deprecated(operation, name)
                    || wrapped.contains(name) && (counts(operation) == 1 || operation.id.ends_with(name.as_str()))
            };
            fields(operation).into_iter().find(|(_, name)| fits(name)).map(|(field, _)| field)
        });
        let found: Vec<Option<String>> = found.collect();
        for (operation, wrapper) in self.operations.iter_mut().zip(found) {
            // The polled field is declared inside of the wrapper.
            if let (Some(wait), Some(wrapper)) = (&mut operation.wait, &wrapper)
                && let Some(field) = wait.field.strip_prefix(&format!("{wrapper}."))
            {
                wait.field = field.to_owned();
            }
            operation.wrapper = wrapper;
        }
    }

    /// Checks that need the whole document: references exist, and IDs are unique within a tag.
    fn check(&self, root: &Node<'_>) -> Result<(), Error> {
        let mut ids = BTreeSet::new();
        for operation in &self.operations {
            if !ids.insert((&operation.tag, &operation.id)) {
                return Err(root.reject(format!("{}.{} is declared twice", operation.tag, operation.id)));
            }
        }
        let parameters = self.operations.iter().flat_map(|o| o.path_parameters.iter().chain(&o.query_parameters));
        let bodies = self.operations.iter().flat_map(|o| o.request.iter().chain(&o.answer));
        for schema in self.schemas.values().chain(parameters.map(|p| &p.schema)).chain(bodies) {
            self.check_references(root, schema)?;
        }
        Ok(())
    }

    fn check_references(&self, root: &Node<'_>, schema: &Schema) -> Result<(), Error> {
        match &schema.kind {
            Kind::Reference(name) => self.check_chain(root, name),
            Kind::Array { items: inner, .. } | Kind::Map(inner) => self.check_references(root, inner),
            Kind::Object { properties, .. } => {
                properties.values().try_for_each(|property| self.check_references(root, property))
            }
            Kind::OneOf(choices) => choices.iter().try_for_each(|choice| self.check_references(root, choice)),
            Kind::String { .. }
            | Kind::Enum { .. }
            | Kind::Integer { .. }
            | Kind::Number
            | Kind::Boolean
            | Kind::Free => Ok(()),
        }
    }

    fn check_chain(&self, root: &Node<'_>, name: &str) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        let mut name = name;
        loop {
            let schema = self.schemas.get(name).ok_or_else(|| root.reject(format!("there is no schema `{name}`")))?;
            let Kind::Reference(next) = &schema.kind else {
                return Ok(());
            };
            if !seen.insert(name) {
                return Err(root.reject(format!("the schema `{name}` refers only to itself")));
            }
            name = next;
        }
    }
}

/// Literal segments are compared from the left, so `/users/me` takes precedence over `/users/{user_id}`.
fn literals_first(path: &PathTemplate) -> Vec<bool> {
    path.segments.iter().map(|segment| matches!(segment, Segment::Literal(_))).collect()
}

fn source(node: Node<'_>, name: &str) -> Result<(String, String), Error> {
    let mut info = node.fields()?;
    let title = info.need("title")?.text()?;
    let version = info.need("version")?.text()?;
    if format!("{title}.{version}") != name {
        return Err(info.reject(format!("this is {title}.{version}, not {name}")));
    }
    let mut source = info.need("x-source")?.fields()?;
    let origin = (source.need("module")?.text()?, source.need("version")?.text()?);
    source.finish()?;
    info.finish()?;
    Ok(origin)
}

fn localities(node: &Node<'_>) -> Result<BTreeMap<String, Vec<String>>, Error> {
    node.entries()?.into_iter().map(|(tag, node)| Ok((tag, node.strings()?))).collect()
}

fn operations(paths: &Node<'_>, protocol: Protocol) -> Result<Vec<Operation>, Error> {
    let mut operations = Vec::new();
    for (path, item) in paths.entries()? {
        let template = PathTemplate::parse(&path)
            .ok_or_else(|| item.reject("a parameter must be a whole segment, and no segment may be empty"))?;
        for (method, node) in item.entries()? {
            operations.push(operation::read(&template, &method, node, protocol)?);
        }
    }
    Ok(operations)
}

fn components(node: Node<'_>) -> Result<BTreeMap<String, Schema>, Error> {
    let mut fields = node.fields()?;
    // The error response and the signature are the same in every document.
    fields.need("responses")?;
    fields.need("securitySchemes")?;
    let schemas = fields.need("schemas")?.entries()?;
    fields.finish()?;
    schemas.into_iter().map(|(name, node)| Ok((name, schema::read(node)?))).collect()
}
