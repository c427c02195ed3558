//! Values made from other values: what is unknown, secret or depended on in any of them stays so in what is made.
//!
//! This is what lets the author of a component write a connection string without a thought about any of the three.

use std::collections::BTreeSet;

use crate::{Data, Object, Value};

impl Value {
    /// One text of several values, such as a URL of a host and a port. Numbers are written without an exponent, null is
    /// nothing.
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        let from: Vec<&Self> = parts.iter().collect();
        Self::computed(&from, |from| Self::from(from.iter().map(|part| text_of(part)).collect::<String>()))
    }

    /// A value computed from others. `make` is only called when everything in them is known.
    pub fn computed(from: &[&Self], make: impl FnOnce(&[&Self]) -> Self) -> Self {
        let is_unknown = from.iter().any(|value| value.contains_unknown());
        let computed = if is_unknown { Self::UNKNOWN } else { make(from) };
        computed
            .secret_if(from.iter().any(|value| value.contains_secret()))
            .depending_on(from.iter().flat_map(|value| value.all_dependencies()))
    }

    /// The same value, with its attributes also on everything inside of it, so that parts of it can be taken out.
    #[must_use]
    pub fn spread(mut self) -> Self {
        let outer = Self::NULL.as_computed_from(&self);
        let inner = |value: &mut Self| *value = std::mem::take(value).as_computed_from(&outer).spread();
        match self.data_mut() {
            Data::Array(items) => items.iter_mut().for_each(inner),
            Data::Object(object) => object.values_mut().for_each(inner),
            _ => {}
        }
        self
    }

    /// The same value, secret and depending on resources where the other one is, too.
    #[must_use]
    pub fn as_computed_from(self, other: &Self) -> Self {
        self.secret_if(other.is_secret()).depending_on(other.dependencies().cloned())
    }

    /// The URNs of the resources this value or anything inside it was computed from.
    pub fn all_dependencies(&self) -> BTreeSet<String> {
        let mut urns = BTreeSet::new();
        self.collect_dependencies(&mut urns);
        urns
    }

    fn collect_dependencies(&self, urns: &mut BTreeSet<String>) {
        urns.extend(self.dependencies().cloned());
        match self.data() {
            Data::Array(items) => items.iter().for_each(|item| item.collect_dependencies(urns)),
            Data::Object(object) => object.values().for_each(|value| value.collect_dependencies(urns)),
            Data::Reference(reference) => {
                urns.insert(reference.urn.clone());
            }
            _ => {}
        }
    }
}

/// A known value as text.
fn text_of(value: &Value) -> String {
    match value.data() {
        Data::Null => String::new(),
        Data::String(text) => text.to_string(),
        // Known, or it would not have been asked for.
        _ => value.to_json().map(|json| json.to_string()).unwrap_or_default(),
    }
}

impl From<&Value> for Value {
    fn from(value: &Value) -> Self {
        value.clone()
    }
}

impl From<Option<&Value>> for Value {
    fn from(value: Option<&Value>) -> Self {
        value.cloned().unwrap_or_default()
    }
}

impl From<Option<Self>> for Value {
    fn from(value: Option<Self>) -> Self {
        value.unwrap_or_default()
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl Object {
    /// The object with one more property; null is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.insert(name.to_owned(), value);
        }
        self
    }
}

/// An object from names and anything a value can be made of; what is null, or an absent option, is left out.
#[macro_export]
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => { $crate::Object::new()$(.with($name, $value))* };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_parts_is_as_unknown_and_secret_as_any_of_them() {
        let host = Value::from("db").depending_on(["urn:a".to_owned()]);
        let known = Value::concat([Value::from("//"), host.clone(), Value::from(":"), Value::from(5432.0)]);
        assert_eq!(known.as_str(), Some("//db:5432"));
        assert!(!known.is_secret());
        assert_eq!(known.all_dependencies(), BTreeSet::from(["urn:a".to_owned()]));
        let port = Value::UNKNOWN.depending_on(["urn:b".to_owned()]);
        let sealed = Value::concat([Value::from("x").into_secret(), host, port]);
        assert!(sealed.is_unknown() && sealed.is_secret());
        assert_eq!(sealed.all_dependencies().len(), 2);
    }

    #[test]
    fn nothing_is_computed_from_what_is_not_known_inside() {
        let list = Value::from(vec![Value::from("a"), Value::UNKNOWN]);
        assert!(Value::computed(&[&list], |_| panic!("not to be called")).is_unknown());
    }

    #[test]
    fn an_object_leaves_out_what_is_null() {
        let given = object! { "a": "x", "b": Value::NULL, "c": None::<&Value>, "d": 1.0 };
        assert_eq!(given.keys().collect::<Vec<_>>(), ["a", "d"]);
    }
}
