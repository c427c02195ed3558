//! A call to an API as a value: method, path, query, body, and whether it is idempotent.
//!
//! Hosts and credentials belong to the client; this module sends nothing.

use std::fmt;
use std::time::Instant;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::error::Error;
use crate::format::Format;
use crate::message_format::Messaging;
use crate::shape::Storage;
use crate::upload::Upload;

/// Whether a call may be sent again after an ambiguous response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    /// The call is idempotent.
    Yes,
    /// A second call could create a second object. It is sent again only if the first was certainly not executed.
    No,
}

impl Repeatable {
    /// The rule of HTTP: GET, HEAD, PUT and DELETE are idempotent, POST and PATCH are not.
    ///
    /// Most of Scaleway's PATCH calls set fields to values, and the caller may declare them repeatable; those that add to a
    /// list (DNS records) are not repeatable.
    pub fn of(method: &Method) -> Self {
        if method.is_idempotent() { Self::Yes } else { Self::No }
    }
}

/// One call, which can be sent several times.
#[derive(Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The absolute path, escaped: `/registry/v1/regions/fr-par/namespaces`.
    pub path: String,
    /// Query parameters, unescaped.
    pub query: Vec<(String, String)>,
    /// The body: sent as JSON, or for Object Storage, queues and topics in the format of the operation.
    pub body: Option<Value>,
    /// The format of bodies and pages.
    pub format: Format,
    /// The additional data of a call to Object Storage, whose path is `/bucket/key`.
    pub storage: Option<Box<Storage>>,
    /// The additional data of a call to queues or topics, whose path is `/`.
    pub messaging: Option<Box<Messaging>>,
    /// An upload to a presigned URL.
    pub upload: Option<Box<Upload>>,
    /// Whether the call is sent again after an ambiguous response.
    pub repeatable: Repeatable,
    /// The deadline for attempts, pauses, and waiting for the host and the rate limit. Without it the client's total
    /// timeout limits attempts and pauses.
    pub deadline: Option<Instant>,
    /// The name of the call in logs and errors. Default: the method and the path template.
    pub operation: String,
}

impl Call {
    /// A call without query and body. In the path template each `{name}` is replaced by its value, escaped as one
    /// segment.
    ///
    /// Fails with [`Error::Build`] if a name has no value, a value is empty, or a value would change the structure of the
    /// path (`.` and `..`). Arguments that the template does not contain are ignored.
    pub fn new(method: Method, template: &str, arguments: &[(&str, &str)]) -> Result<Self, Error> {
        let operation = format!("{method} {template}");
        let path = fill(template, arguments).map_err(|what| Error::build(&operation, what))?;
        let repeatable = Repeatable::of(&method);
        Ok(Self {
            method,
            path,
            query: Vec::new(),
            body: None,
            format: Format::default(),
            storage: None,
            messaging: None,
            upload: None,
            repeatable,
            deadline: None,
            operation,
        })
    }

    /// An upload to a presigned URL. It is a PUT, so it is repeatable.
    pub fn upload(upload: Upload) -> Self {
        let path = upload.url.path().to_owned();
        let operation = format!("PUT {path}");
        let upload = Some(Box::new(upload));
        let method = Method::PUT;
        Self {
            method,
            path,
            query: Vec::new(),
            body: None,
            format: Format::default(),
            storage: None,
            messaging: None,
            upload,
            repeatable: Repeatable::Yes,
            deadline: None,
            operation,
        }
    }

    /// Adds a query parameter. The same name can be added several times.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets the format of bodies and pages.
    #[must_use]
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Sends the call to Object Storage.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = Some(Box::new(storage));
        self
    }

    /// Sends the call to queues or topics.
    #[must_use]
    pub fn messaging(mut self, messaging: Messaging) -> Self {
        self.messaging = Some(Box::new(messaging));
        self
    }

    /// Sets whether the call is repeatable, instead of the rule for its method.
    #[must_use]
    pub fn repeatable(mut self, repeatable: Repeatable) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// Sets the deadline: the end of the operation that the call is part of.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the name of the call in logs and errors.
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = operation.into();
        self
    }

    /// Whether the call is a read.
    pub fn is_read(&self) -> bool {
        self.method.is_safe()
    }
}

/// Prints the operation and whether there is a body, but not its content.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &query)
            .field("body", &self.body.as_ref().map(|_| "[body]"))
            .field("format", &self.format)
            .field("storage", &self.storage.as_ref().map(|storage| &storage.region))
            .field("messaging", &self.messaging)
            .field("upload", &self.upload)
            .field("repeatable", &self.repeatable)
            .field("deadline", &self.deadline)
            .finish()
    }
}

fn fill(template: &str, arguments: &[(&str, &str)]) -> Result<String, String> {
    if !template.starts_with('/') {
        return Err(format!("the path \"{template}\" does not start with \"/\""));
    }
    let mut path = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) =
            after.split_once('}').ok_or_else(|| format!("the path \"{template}\" has an unclosed brace"))?;
        let value = arguments.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        match value {
            "" => return Err(format!("the path parameter \"{name}\" has no value")),
            "." | ".." => return Err(format!("\"{value}\" is not allowed as the value of \"{name}\"")),
            _ => {}
        }
        path.push_str(before);
        escape_segment(value, &mut path);
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// The unreserved characters of RFC 3986 need no escape. Slashes do: a value is always one segment.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a value as one segment of a path.
pub(crate) fn escape_segment(value: &str, path: &mut String) {
    path.extend(utf8_percent_encode(value, UNRESERVED));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn path(template: &str, arguments: &[(&str, &str)]) -> Result<String, String> {
        Call::new(Method::GET, template, arguments).map(|call| call.path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_template_is_filled_with_its_values() {
        let arguments = [("region", "fr-par"), ("namespace_id", "n1"), ("unused", "x")];
        assert_eq!(
            path("/registry/v1/regions/{region}/namespaces/{namespace_id}", &arguments).unwrap(),
            "/registry/v1/regions/fr-par/namespaces/n1"
        );
        assert_eq!(path("/account/v3/projects", &[]).unwrap(), "/account/v3/projects");
    }

    #[test]
    fn a_value_stays_one_segment() {
        assert_eq!(path("/users/{name}", &[("name", "a/b c?d#é%")]).unwrap(), "/users/a%2Fb%20c%3Fd%23%C3%A9%25");
    }

    #[test]
    fn a_path_with_a_missing_or_invalid_value_is_rejected() {
        for arguments in [&[][..], &[("id", "")], &[("id", "..")], &[("id", ".")]] {
            let message = path("/things/{id}", arguments).unwrap_err();
            assert!(message.contains("\"id\""), "{message}");
        }
        assert!(path("things", &[]).is_err());
        assert!(path("/things/{id", &[("id", "1")]).is_err());
    }

    #[test]
    fn the_method_decides_whether_a_call_is_repeatable() {
        let repeatable = |method| Call::new(method, "/x", &[]).unwrap().repeatable;
        assert_eq!(repeatable(Method::GET), Repeatable::Yes);
        assert_eq!(repeatable(Method::PUT), Repeatable::Yes);
        assert_eq!(repeatable(Method::DELETE), Repeatable::Yes);
        assert_eq!(repeatable(Method::POST), Repeatable::No);
        assert_eq!(repeatable(Method::PATCH), Repeatable::No);
    }

    #[test]
    fn debug_shows_neither_body_nor_query_values() {
        let call =
            Call::new(Method::POST, "/x", &[]).unwrap().query("token", "canary-1").body(json!({"a": "canary-2"}));
        let shown = format!("{call:?}");
        assert!(shown.contains("token") && shown.contains("[body]"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
