//! One operation of a document: method, path, parameters, body and response.

use std::collections::BTreeMap;
use std::fmt;

use crate::Error;
use crate::path::PathTemplate;
use crate::reader::{Fields, Node};
use crate::schema::{self, Schema};
use crate::storage::Storage;

/// The header of a response with the number of elements of a list.
const TOTAL: &str = "X-Total-Count";

/// The protocol of the operations of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON over HTTP.
    Json,
    /// Object Storage: see [`crate::Storage`].
    S3,
    /// Queues: JSON, in which a header names the operation. The method only shows the effect of an operation: all are sent
    /// with POST.
    Sqs,
    /// Topics: forms and XML, in which a field names the operation. The method only shows the effect, as for [`Self::Sqs`].
    Sns,
}

impl Protocol {
    /// Whether requests are messages to one address, with attributes beside the other fields.
    fn has_attributes(self) -> bool {
        matches!(self, Self::Sqs | Self::Sns)
    }
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The method of the SDK, such as `CreateNamespace`. Unique together with `tag`.
    pub id: String,
    /// The API struct of the SDK, such as `API` or `RegionalAPI`.
    pub tag: String,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters.
    pub path: PathTemplate,
    /// The path parameters, from left to right.
    pub path_parameters: Vec<Parameter>,
    /// The query parameters; all of them are optional.
    pub query_parameters: Vec<Parameter>,
    /// Groups of query parameters of which at most one may be set.
    pub query_one_of: Vec<Vec<String>>,
    /// The request body, if any. None of its fields is declared as required; see `always_sent`.
    pub request: Option<Schema>,
    /// The status of a successful response: 200 with a body, 204 without.
    pub status: u16,
    /// The body of a successful response.
    pub answer: Option<Schema>,
    /// The field of the response that contains the object, in an API that wraps objects: `ip` for `{ "ip": {...} }`.
    pub wrapper: Option<String>,
    /// Whether the number of elements of a list is in the header `X-Total-Count` instead of the body.
    pub counts_in_header: bool,
    /// Whether the bodies of request and response are plain text instead of JSON.
    pub is_text: bool,
    /// Whether Scaleway has deprecated it.
    pub deprecated: bool,
    /// Fields that the SDK takes from the client's configuration.
    pub from_config: BTreeMap<String, FromConfig>,
    /// Fields that the SDK fills with a generated name with this prefix if they are empty.
    pub name_prefix: BTreeMap<String, String>,
    /// The fields of request and response that are attributes in the protocols of queues and topics: strings by name, in a map
    /// of their own.
    pub attributes: Vec<String>,
    /// Body fields that the SDK sends even if they are not set. They nearly always include the required fields.
    pub always_sent: Vec<String>,
    /// The wire format of an Object Storage operation; `request` and `answer` then have all fields, including headers.
    pub storage: Option<Storage>,
    /// How the SDK polls with it, for a GET that it polls.
    pub wait: Option<Wait>,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD; Object Storage only.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// A parameter of a path or a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The schema of its value; in a query, a list is sent by repeating the name.
    pub schema: Schema,
    /// Whether a list in a query is sent as one string, with commas.
    pub joined: bool,
    /// Whether Scaleway has deprecated it.
    pub deprecated: bool,
}

/// The default of the client's configuration that a field is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FromConfig {
    /// The default project.
    Project,
    /// The default organization.
    Organization,
    /// The default region.
    Region,
    /// The default zone.
    Zone,
}

/// The response field that the SDK polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The status field of the object in the response.
    pub field: String,
    /// The values that end or continue the polling.
    pub statuses: WaitStatuses,
}

/// The values of a status field that end or continue the polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitStatuses {
    /// Poll while the status is one of these.
    Transient(Vec<String>),
    /// Poll until the status is one of these.
    Terminal(Vec<String>),
}

impl Method {
    /// The method with this name in capital letters, as in HTTP.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            _ => return None,
        })
    }

    /// The name in capital letters, as in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

pub(crate) fn read(path: &PathTemplate, method: &str, node: Node<'_>, protocol: Protocol) -> Result<Operation, Error> {
    let method =
        Method::from_name(&method.to_ascii_uppercase()).ok_or_else(|| node.reject("unsupported HTTP method"))?;
    let mut fields = node.fields()?;
    let mut storage = Storage::default();
    let (path_parameters, query_parameters) = parameters(&mut fields, path, &mut storage)?;
    let query_one_of = match fields.take("x-one-of") {
        None => Vec::new(),
        Some(node) => schema::groups(&node, |name| query_parameters.iter().any(|parameter| parameter.name == name))?,
    };
    let (mut is_text, mut counts_in_header) = (false, false);
    let responses = fields.need("responses")?;
    let (status, answer) = answer(responses, protocol, &mut storage, &mut is_text, &mut counts_in_header)?;
    let request = match (fields.take("requestBody"), protocol) {
        (Some(node), Protocol::Json | Protocol::Sqs | Protocol::Sns) => Some(request(node, &mut is_text)?),
        (Some(node), Protocol::S3) => {
            let mut fields = node.fields()?;
            // If headers contain all fields, there may be no body.
            fields.need("required")?.flag()?;
            storage.body = Some(crate::storage::form(fields.need("content")?)?);
            fields.finish()?;
            None
        }
        (None, _) => None,
    };
    storage.not_set = fields.take("x-not-set").map_or(Ok(Vec::new()), |node| node.strings())?;
    if protocol != Protocol::S3 && storage != Storage::default() {
        return Err(fields.reject("only Object Storage has fields in headers"));
    }
    let attributes = fields.take("x-attributes").map_or(Ok(Vec::new()), |node| node.strings())?;
    if !protocol.has_attributes() && !attributes.is_empty() {
        return Err(fields.reject("only queues and topics have attributes"));
    }
    let operation = Operation {
        id: fields.need("operationId")?.text()?,
        tag: tag(&fields.need("tags")?)?,
        method,
        path: path.clone(),
        path_parameters,
        query_parameters,
        query_one_of,
        request,
        status,
        answer,
        // `Document::parse` sets it, because it depends on other operations.
        wrapper: None,
        counts_in_header,
        is_text,
        deprecated: fields.flag("deprecated")?,
        from_config: from_config(&mut fields)?,
        name_prefix: name_prefix(&mut fields)?,
        attributes,
        always_sent: fields.take("x-always-sent").map_or(Ok(Vec::new()), |node| node.strings())?,
        wait: fields.take("x-wait").map(wait).transpose()?,
        storage: (protocol == Protocol::S3).then_some(storage),
    };
    fields.finish()?;
    Ok(operation)
}

fn tag(node: &Node<'_>) -> Result<String, Error> {
    match node.strings()?.as_slice() {
        [tag] => Ok(tag.clone()),
        _ => Err(node.reject("expected exactly one tag")),
    }
}

fn parameters(
    fields: &mut Fields<'_>,
    path: &PathTemplate,
    storage: &mut Storage,
) -> Result<(Vec<Parameter>, Vec<Parameter>), Error> {
    let (mut in_path, mut in_query) = (Vec::new(), Vec::new());
    for node in fields.take("parameters").map_or(Ok(Vec::new()), |node| node.list())? {
        let mut fields = node.fields()?;
        let place = fields.need("in")?;
        if place.text()? == "header" {
            let name = fields.need("name")?.text()?;
            let (field, header) = crate::storage::header(&mut fields, name)?;
            storage.headers.insert(field, header);
            fields.finish()?;
            continue;
        }
        let required = fields.flag("required")?;
        let parameter = Parameter {
            name: fields.need("name")?.text()?,
            schema: schema::read(fields.need("schema")?)?,
            joined: joined(&mut fields)?,
            deprecated: fields.flag("deprecated")?,
        };
        match (place.text()?.as_str(), required) {
            ("path", true) => in_path.push(parameter),
            ("query", false) => in_query.push(parameter),
            _ => return Err(place.reject("expected a required parameter in the path or an optional one in the query")),
        }
        fields.finish()?;
    }
    if !path.parameters().eq(in_path.iter().map(|parameter| parameter.name.as_str())) {
        return Err(fields.reject("the path parameters are not those of the path, in its order"));
    }
    Ok((in_path, in_query))
}

fn request(node: Node<'_>, is_text: &mut bool) -> Result<Schema, Error> {
    let mut fields = node.fields()?;
    let required = fields.need("required")?;
    if !required.flag()? {
        return Err(required.reject("expected a required body"));
    }
    let schema = content(fields.need("content")?, is_text)?;
    fields.finish()?;
    Ok(schema)
}

fn answer(
    node: Node<'_>,
    protocol: Protocol,
    storage: &mut Storage,
    is_text: &mut bool,
    counts_in_header: &mut bool,
) -> Result<(u16, Option<Schema>), Error> {
    let mut fields = node.fields()?;
    for errors in ["4XX", "5XX"] {
        let mut error = fields.need(errors)?.fields()?;
        error.exactly("$ref", "#/components/responses/Error")?;
        error.finish()?;
    }
    let good = match (fields.take("200"), fields.take("204")) {
        (Some(node), None) if protocol == Protocol::S3 => {
            let mut fields = node.fields()?;
            fields.exactly("description", "")?;
            storage.answer = fields.take("content").map(crate::storage::form).transpose()?;
            storage.response_headers =
                fields.take("headers").map_or(Ok(BTreeMap::new()), |node| crate::storage::response_headers(&node))?;
            fields.finish()?;
            (200, None)
        }
        // A change of a queue is confirmed with an empty body.
        (Some(node), None) if protocol.has_attributes() => {
            let mut fields = node.fields()?;
            fields.exactly("description", "")?;
            let schema = fields.take("content").map(|node| content(node, is_text)).transpose()?;
            fields.finish()?;
            (200, schema)
        }
        (Some(node), None) => {
            let mut fields = node.fields()?;
            fields.exactly("description", "")?;
            let schema = content(fields.need("content")?, is_text)?;
            if let Some(node) = fields.take("headers") {
                let mut headers = node.fields()?;
                headers.need(TOTAL)?;
                headers.finish()?;
                *counts_in_header = true;
            }
            fields.finish()?;
            (200, Some(schema))
        }
        (None, Some(node)) => {
            let mut fields = node.fields()?;
            fields.exactly("description", "")?;
            fields.finish()?;
            (204, None)
        }
        _ => return Err(fields.reject("expected either 200 with a body or 204 without")),
    };
    fields.finish()?;
    Ok(good)
}

/// The schema of a body in JSON, or of one in plain text.
fn content(node: Node<'_>, is_text: &mut bool) -> Result<Schema, Error> {
    let mut media = node.fields()?;
    let text = media.take("text/plain");
    *is_text |= text.is_some();
    let mut content = text.map_or_else(|| media.need("application/json"), Ok)?.fields()?;
    let schema = schema::read(content.need("schema")?)?;
    content.finish()?;
    media.finish()?;
    Ok(schema)
}

/// `explode: false` of a query parameter.
fn joined(fields: &mut Fields<'_>) -> Result<bool, Error> {
    match fields.take("explode") {
        None => Ok(false),
        Some(node) if !node.flag()? => Ok(true),
        Some(node) => Err(node.reject("expected `false`")),
    }
}

fn from_config(fields: &mut Fields<'_>) -> Result<BTreeMap<String, FromConfig>, Error> {
    let mut filled = BTreeMap::new();
    for (name, node) in fields.take("x-from-config").map_or(Ok(Vec::new()), |node| node.entries())? {
        let from = match node.text()?.as_str() {
            "project" => FromConfig::Project,
            "organization" => FromConfig::Organization,
            "region" => FromConfig::Region,
            "zone" => FromConfig::Zone,
            other => return Err(node.reject(format!("unsupported default `{other}`"))),
        };
        filled.insert(name, from);
    }
    Ok(filled)
}

fn name_prefix(fields: &mut Fields<'_>) -> Result<BTreeMap<String, String>, Error> {
    let entries = fields.take("x-name-prefix").map_or(Ok(Vec::new()), |node| node.entries())?;
    entries.into_iter().map(|(name, node)| Ok((name, node.text()?))).collect()
}

fn wait(node: Node<'_>) -> Result<Wait, Error> {
    let mut fields = node.fields()?;
    let field = fields.need("field")?.text()?;
    let statuses = match (fields.take("transient"), fields.take("terminal")) {
        (Some(node), None) => WaitStatuses::Transient(node.strings()?),
        (None, Some(node)) => WaitStatuses::Terminal(node.strings()?),
        _ => return Err(fields.reject("expected either `transient` or `terminal`")),
    };
    fields.finish()?;
    Ok(Wait { field, statuses })
}
