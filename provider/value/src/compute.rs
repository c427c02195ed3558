//! Values computed from other values. The result is unknown, secret, or depends on resources if any of its inputs is.
//!
//! Components build strings such as connection URLs with these functions, without code for the three attributes.

use std::collections::BTreeSet;

use crate::{Data, Object, Value};

impl Value {
    /// Concatenates values to a string, such as a URL from host and port. Numbers are written without an exponent, null as
    /// an empty string.
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        let from: Vec<&Self> = parts.iter().collect();
        Self::computed(&from, |from| Self::from(from.iter().map(|part| text_of(part)).collect::<String>()))
    }

    /// A value computed from others. `make` is called only if they contain no unknown value.
    pub fn computed(from: &[&Self], make: impl FnOnce(&[&Self]) -> Self) -> Self {
        let is_unknown = from.iter().any(|value| value.contains_unknown());
        let computed = if is_unknown { Self::UNKNOWN } else { make(from) };
        computed
            .secret_if(from.iter().any(|value| value.contains_secret()))
            .depending_on(from.iter().flat_map(|value| value.all_dependencies()))
    }

    /// The same value, with its attributes copied to everything inside of it, so that parts can be extracted.
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

    /// The same value with the secret flag and the dependencies of the other value added.
    #[must_use]
    pub fn as_computed_from(self, other: &Self) -> Self {
        self.secret_if(other.is_secret()).depending_on(other.dependencies().cloned())
    }

    /// The URNs of the resources from which this value or anything inside it was computed.
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

/// A known value as a string.
fn text_of(value: &Value) -> String {
    match value.data() {
        Data::Null => String::new(),
        Data::String(text) => text.to_string(),
        // Never unknown: `computed` is called with known values only.
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
    /// Adds a property. Null is omitted.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.insert(name.to_owned(), value);
        }
        self
    }
}

/// An object from names and anything that converts to a value. Null and `None` are omitted.
#[macro_export]
macro_rules! object {
    ($($name:literal : $value:expr),* $(,)?) => { $crate::Object::new()$(.with($name, $value))* };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concatenation_is_unknown_or_secret_if_any_part_is() {
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
    fn a_value_computed_from_a_nested_unknown_is_unknown() {
        let list = Value::from(vec![Value::from("a"), Value::UNKNOWN]);
        assert!(Value::computed(&[&list], |_| panic!("not to be called")).is_unknown());
    }

    #[test]
    fn the_object_macro_omits_null() {
        let given = object! { "a": "x", "b": Value::NULL, "c": None::<&Value>, "d": 1.0 };
        assert_eq!(given.keys().collect::<Vec<_>>(), ["a", "d"]);
    }
}
