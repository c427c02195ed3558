//! A call to an API as a value: verb, path, query, body, and whether sending it twice is harmless.
//!
//! Knows no host, no credentials and no product; nothing is sent from here.

use std::fmt;
use std::time::Instant;

use http::Method;
use serde_json::Value;

use crate::error::Error;
use crate::shape::Storage;
use crate::upload::Upload;

/// Whether the same call may be sent again when nobody knows if the first one arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    /// Sent twice, the call leaves what it leaves sent once.
    Yes,
    /// A second call could make a second object. It is only sent again when the first was surely not executed.
    No,
}

impl Repeatable {
    /// What HTTP says of the verb: GET, HEAD, PUT and DELETE are repeatable, POST and PATCH are not.
    ///
    /// Most of Scaleway's PATCH calls set fields to given values and may be declared repeatable by the caller; those
    /// that add to a list (DNS records) may not.
    pub fn of(method: &Method) -> Self {
        if method.is_idempotent() { Self::Yes } else { Self::No }
    }
}

/// One call, ready to be sent any number of times.
#[derive(Clone)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// Absolute and already escaped: `/registry/v1/regions/fr-par/namespaces`.
    pub path: String,
    /// Names and plain values, escaped when sent.
    pub query: Vec<(String, String)>,
    /// Sent as JSON, or, to Object Storage, as its operation says.
    pub body: Option<Value>,
    /// What a call of Object Storage has beside; the path then reads `/bucket/key`.
    pub storage: Option<Box<Storage>>,
    /// What is sent to an address of its own, beyond path and query.
    pub upload: Option<Box<Upload>>,
    /// Whether an unknown outcome may be answered by sending again.
    pub repeatable: Repeatable,
    /// When everything has to be over: attempts, pauses, and waiting for the host and the rate limit. Without it the
    /// client's own limit bounds attempts and pauses.
    pub deadline: Option<Instant>,
    /// Names the call in logs and errors; the verb and the path's template unless set otherwise.
    pub operation: String,
}

impl Call {
    /// A call without query and body, its path made from a template: each `{name}` is replaced by its value, escaped
    /// as one segment.
    ///
    /// Fails with [`Error::Build`] when a name has no value, a value is empty, or a value would change the path's
    /// shape (`.` and `..`). Values no name asks for are ignored, so that one set of arguments serves many paths.
    pub fn new(method: Method, template: &str, arguments: &[(&str, &str)]) -> Result<Self, Error> {
        let operation = format!("{method} {template}");
        let path = fill(template, arguments).map_err(|what| Error::build(&operation, what))?;
        let repeatable = Repeatable::of(&method);
        Ok(Self {
            method,
            path,
            query: Vec::new(),
            body: None,
            storage: None,
            upload: None,
            repeatable,
            deadline: None,
            operation,
        })
    }

    /// An upload to an address that was given out. It is a PUT: sent twice, the second replaces the first.
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
            storage: None,
            upload,
            repeatable: Repeatable::Yes,
            deadline: None,
            operation,
        }
    }

    /// Adds one query parameter; the same name may come several times.
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

    /// Sends the call to Object Storage.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = Some(Box::new(storage));
        self
    }

    /// Says whether the call may be repeated, where the verb alone does not tell.
    #[must_use]
    pub fn repeatable(mut self, repeatable: Repeatable) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// Bounds the call by the end of the operation that it is part of.
    #[must_use]
    pub fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Names the operation for logs and errors.
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.operation = operation.into();
        self
    }

    /// Whether the call only looks.
    pub fn is_read(&self) -> bool {
        self.method.is_safe()
    }
}

/// Shows where the call goes and that it carries something, never what.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &query)
            .field("body", &self.body.as_ref().map(|_| "[body]"))
            .field("storage", &self.storage.as_ref().map(|storage| &storage.region))
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
            after.split_once('}').ok_or_else(|| format!("the path \"{template}\" has an open brace"))?;
        let value = arguments.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        match value {
            "" => return Err(format!("the path needs a value for \"{name}\"")),
            "." | ".." => return Err(format!("\"{value}\" is no possible value for \"{name}\"")),
            _ => {}
        }
        path.push_str(before);
        escape_segment(value, &mut path);
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// Everything but RFC 3986's unreserved characters is escaped, the slash too: a value is always one segment.
pub(crate) fn escape_segment(value: &str, path: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.push(char::from(HEX[usize::from(byte >> 4)]));
            path.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
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
    fn a_template_takes_its_values() {
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
    fn a_path_without_its_values_is_refused() {
        for arguments in [&[][..], &[("id", "")], &[("id", "..")], &[("id", ".")]] {
            let message = path("/things/{id}", arguments).unwrap_err();
            assert!(message.contains("\"id\""), "{message}");
        }
        assert!(path("things", &[]).is_err());
        assert!(path("/things/{id", &[("id", "1")]).is_err());
    }

    #[test]
    fn verbs_decide_what_is_repeatable() {
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
