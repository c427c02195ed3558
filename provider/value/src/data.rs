//! One value and its attributes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::Object;

/// A property value with the attributes that Pulumi tracks.
///
/// Equality compares data only, not the secret flag and the dependencies.
#[derive(Clone, Default)]
pub struct Value {
    data: Data,
    secret: bool,
    dependencies: Dependencies,
}

/// The data of a value. All strings are zeroed when dropped, secret or not.
#[derive(Clone, Default, PartialEq)]
pub enum Data {
    /// An explicit null. In objects, null equals absent for Scaleway, but not for Pulumi.
    #[default]
    Null,
    /// Unknown until its resource is created or updated.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number: a 64-bit float, so integers are exact up to 2^53.
    Number(f64),
    /// A string.
    String(Zeroizing<String>),
    /// A list.
    Array(Vec<Value>),
    /// An object or a map.
    Object(Object),
    /// An asset or an archive. The engine may omit the content, but not the hash.
    Asset(Box<Asset>),
    /// A reference to another resource.
    Reference(Box<Reference>),
}

/// The URNs of the resources from which a value was computed.
pub type Dependencies = Option<Arc<BTreeSet<String>>>;

/// An asset or an archive of Pulumi. Exactly one source is set, or none if the engine omitted the content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    /// SHA-256 of the content in hexadecimal digits, as computed by Pulumi.
    pub hash: String,
    /// Whether this is an archive.
    pub archive: bool,
    /// The text of a string asset.
    pub text: Option<String>,
    /// A file (asset), or a directory or archive file (archive), relative to the program.
    pub path: Option<String>,
    /// A URI to fetch the content from.
    pub uri: Option<String>,
    /// The entries of an asset archive: assets and archives by name.
    pub entries: Option<Object>,
}

impl Asset {
    /// Whether two assets have the same content: the same hash, or the same source if a hash is missing.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.hash.is_empty() || other.hash.is_empty() {
            return Self { hash: String::new(), ..self.clone() } == Self { hash: String::new(), ..other.clone() };
        }
        self.archive == other.archive && self.hash == other.hash
    }
}

/// A reference to a resource, as an input or an output.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The URN of the resource.
    pub urn: String,
    /// The id: absent for components, unknown for custom resources that do not exist yet.
    pub id: Option<Value>,
    /// The version of the package of the resource.
    pub package_version: String,
}

impl Value {
    /// The null value.
    pub const NULL: Self = Self { data: Data::Null, secret: false, dependencies: None };

    /// An unknown value.
    pub const UNKNOWN: Self = Self { data: Data::Unknown, secret: false, dependencies: None };

    /// A value without attributes.
    pub fn new(data: Data) -> Self {
        Self { data, ..Self::NULL }
    }

    /// The same value, marked secret.
    #[must_use]
    pub fn into_secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The same value, secret if `secret` is true or it was secret before.
    #[must_use]
    pub fn secret_if(mut self, secret: bool) -> Self {
        self.secret |= secret;
        self
    }

    /// The same value with more dependencies.
    #[must_use]
    pub fn depending_on(mut self, urns: impl IntoIterator<Item = String>) -> Self {
        let mut all = self.dependencies.take().map(Arc::unwrap_or_clone).unwrap_or_default();
        all.extend(urns);
        self.dependencies = (!all.is_empty()).then(|| Arc::new(all));
        self
    }

    /// The data.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The data, mutable; the attributes stay.
    pub fn data_mut(&mut self) -> &mut Data {
        &mut self.data
    }

    /// The data without the attributes, for encoding.
    pub fn into_data(self) -> Data {
        self.data
    }

    /// Whether this value itself is marked secret.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// The URNs of the resources from which this value itself was computed.
    pub fn dependencies(&self) -> impl Iterator<Item = &String> {
        self.dependencies.iter().flat_map(|urns| urns.iter())
    }

    /// Whether this value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Whether this value itself is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown)
    }

    /// Whether this value or anything inside it is unknown.
    pub fn contains_unknown(&self) -> bool {
        self.any(&|value| value.is_unknown())
    }

    /// Whether this value or anything inside it is secret.
    pub fn contains_secret(&self) -> bool {
        self.any(&|value| value.secret)
    }

    /// Every secret string inside this value. Messages must not contain these.
    pub fn secret_strings(&self) -> Vec<&str> {
        let mut strings = Vec::new();
        self.collect_secret_strings(false, &mut strings);
        strings
    }

    fn collect_secret_strings<'v>(&'v self, inside: bool, strings: &mut Vec<&'v str>) {
        let secret = inside || self.secret;
        match &self.data {
            Data::String(text) if secret => strings.push(text),
            Data::Asset(asset) if secret => strings.extend(asset.text.as_deref()),
            Data::Array(items) => items.iter().for_each(|item| item.collect_secret_strings(secret, strings)),
            Data::Object(object) => object.values().for_each(|value| value.collect_secret_strings(secret, strings)),
            _ => {}
        }
    }

    /// The string, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The boolean, if this is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// The number, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self.data {
            Data::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The list, if this is a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.data {
            Data::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.data {
            Data::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The type of this value for messages: "a string", "a number", "a list".
    pub fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Unknown => "an unknown value",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::Array(_) => "a list",
            Data::Object(_) => "an object",
            Data::Asset(asset) if asset.archive => "an archive",
            Data::Asset(_) => "an asset",
            Data::Reference(_) => "a resource",
        }
    }

    fn any(&self, test: &dyn Fn(&Value) -> bool) -> bool {
        test(self)
            || match &self.data {
                Data::Array(items) => items.iter().any(|item| item.any(test)),
                Data::Object(object) => object.values().any(|value| value.any(test)),
                Data::Asset(asset) => {
                    asset.entries.as_ref().is_some_and(|entries| entries.values().any(|value| value.any(test)))
                }
                Data::Reference(reference) => reference.id.as_ref().is_some_and(|id| id.any(test)),
                _ => false,
            }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

/// Prints `[secret]` for everything inside a secret, so that every value can be printed.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret {
            return f.write_str("[secret]");
        }
        match &self.data {
            Data::Null => f.write_str("null"),
            Data::Unknown => f.write_str("[unknown]"),
            Data::Bool(flag) => flag.fmt(f),
            Data::Number(number) => number.fmt(f),
            Data::String(text) => fmt::Debug::fmt(text.as_str(), f),
            Data::Array(items) => f.debug_list().entries(items).finish(),
            Data::Object(object) => object.fmt(f),
            Data::Asset(asset) => write!(f, "[asset {}]", asset.hash),
            Data::Reference(reference) => write!(f, "[resource {}]", reference.urn),
        }
    }
}

/// Prints the data like a value without attributes.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::new(self.clone()).fmt(f)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::new(Data::Bool(flag))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::new(Data::Number(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::new(Data::Number(f64::from(number)))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::new(Data::String(Zeroizing::new(text)))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::new(Data::Array(items))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::new(Data::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_secrets() {
        let inner: Object = [("password".to_owned(), Value::from("hunter2").into_secret())].into_iter().collect();
        let text = format!("{:?}", Value::from(vec![Value::from(inner)]));
        assert_eq!(text, r#"[{"password": [secret]}]"#);
    }

    #[test]
    fn assets_with_the_same_hash_are_the_same_regardless_of_their_path() {
        let at =
            |path: &str, hash: &str| Asset { path: Some(path.to_owned()), hash: hash.to_owned(), ..Asset::default() };
        assert!(at("a", "1").is_same(&at("b", "1")) && !at("a", "1").is_same(&at("a", "2")));
        assert!(at("a", "").is_same(&at("a", "2")) && !at("a", "").is_same(&at("b", "2")));
    }

    #[test]
    fn secret_strings_are_found_at_any_depth() {
        let map: Object =
            [("KEY".to_owned(), Value::from("hidden")), ("N".to_owned(), Value::from(1.0))].into_iter().collect();
        let value = Value::from(vec![Value::from("plain"), Value::from(map).into_secret()]);
        assert_eq!(value.secret_strings(), ["hidden"]);
    }
}
