//! Reads a JSON document key by key, and ensures that no key is ignored.

use serde_json::{Map, Value};

use crate::Error;

/// A place in a document, for values of any kind.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    document: &'a str,
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    pub(crate) fn root(document: &'a str, value: &'a Value) -> Self {
        Self { document, path: String::new(), value }
    }

    pub(crate) fn reject(&self, message: impl Into<String>) -> Error {
        Error::Unsupported { document: self.document.to_owned(), path: self.path.clone(), message: message.into() }
    }

    pub(crate) fn text(&self) -> Result<String, Error> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.reject("expected a string"))
    }

    pub(crate) fn flag(&self) -> Result<bool, Error> {
        self.value.as_bool().ok_or_else(|| self.reject("expected true or false"))
    }

    pub(crate) fn number(&self) -> Result<i64, Error> {
        self.value.as_i64().ok_or_else(|| self.reject("expected an integer"))
    }

    pub(crate) fn count(&self) -> Result<usize, Error> {
        let count = self.value.as_u64().and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| self.reject("expected a count"))
    }

    pub(crate) fn list(&self) -> Result<Vec<Node<'a>>, Error> {
        let items = self.value.as_array().ok_or_else(|| self.reject("expected a list"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.child(&index.to_string(), item)).collect())
    }

    pub(crate) fn strings(&self) -> Result<Vec<String>, Error> {
        self.list()?.iter().map(Node::text).collect()
    }

    /// All entries of an object whose keys are data, such as names of schemas.
    pub(crate) fn entries(&self) -> Result<Vec<(String, Node<'a>)>, Error> {
        let map = self.map()?;
        Ok(map.iter().map(|(key, value)| (key.clone(), self.child(key, value))).collect())
    }

    /// An object whose keys are keywords: each must be read before `finish`.
    pub(crate) fn fields(self) -> Result<Fields<'a>, Error> {
        let map = self.map()?;
        Ok(Fields { node: self, map, taken: Vec::new() })
    }

    fn map(&self) -> Result<&'a Map<String, Value>, Error> {
        self.value.as_object().ok_or_else(|| self.reject("expected an object"))
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}/{key}", self.path) };
        Node { document: self.document, path, value }
    }
}

/// An object that is read key by key.
pub(crate) struct Fields<'a> {
    node: Node<'a>,
    map: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.taken.push(key);
        self.map.get(key).map(|value| self.node.child(key, value))
    }

    pub(crate) fn need(&mut self, key: &'static str) -> Result<Node<'a>, Error> {
        self.take(key).ok_or_else(|| self.reject(format!("`{key}` is missing")))
    }

    /// A boolean, `false` if absent.
    pub(crate) fn flag(&mut self, key: &'static str) -> Result<bool, Error> {
        self.take(key).map_or(Ok(false), |node| node.flag())
    }

    /// A string that must have exactly this value.
    pub(crate) fn exactly(&mut self, key: &'static str, expected: &str) -> Result<(), Error> {
        let node = self.need(key)?;
        if node.text()? != expected {
            return Err(node.reject(format!("expected `{expected}`")));
        }
        Ok(())
    }

    pub(crate) fn reject(&self, message: impl Into<String>) -> Error {
        self.node.reject(message)
    }

    /// Fails if a key was not read.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.map.keys().find(|key| !self.taken.contains(&key.as_str())) {
            Some(key) => Err(self.reject(format!("unsupported key `{key}`"))),
            None => Ok(()),
        }
    }
}
