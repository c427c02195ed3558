//! Objects: values by name, ordered by name.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::{Path, Segment, Value};

/// Property names and their values. Iteration is ordered by name, so that results are reproducible.
#[derive(Clone, Default, PartialEq)]
pub struct Object(BTreeMap<String, Value>);

impl Object {
    /// An object without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a property, if it is set and not null.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The string of a property, if it is set, known, and a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// The boolean of a property, if it is set, known, and a boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    /// The value at a path of names and indexes, if it exists.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        let (first, rest) = path.segments().split_first()?;
        let Segment::Name(name) = first else { return None };
        rest.iter().try_fold(self.0.get(name)?, |here, segment| match segment {
            Segment::Name(name) => here.as_object()?.get(name),
            Segment::Index(index) => here.as_array()?.get(*index),
            Segment::Any => None,
        })
    }

    /// The value of a list property, if it is set. A list that is known to be empty is not set.
    pub fn listed(&self, name: &str) -> Option<&Value> {
        self.given(name).filter(|value| value.as_array().is_none_or(|items| !items.is_empty()))
    }

    /// The objects in a list property, with their indexes. Unknown elements are omitted.
    pub fn objects<'a>(&'a self, name: &str) -> impl Iterator<Item = (usize, &'a Object)> + use<'a> {
        let list = self.0.get(name).and_then(Value::as_array).unwrap_or_default();
        list.iter().enumerate().filter_map(|(place, value)| Some((place, value.as_object()?)))
    }
}

impl Deref for Object {
    type Target = BTreeMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Object {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(properties: I) -> Self {
        Self(properties.into_iter().collect())
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = std::collections::btree_map::IntoIter<String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = (&'a String, &'a Value);
    type IntoIter = std::collections::btree_map::Iter<'a, String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}
