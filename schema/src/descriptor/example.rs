//! An example in the directory of a descriptor: a small Pulumi YAML program, the same for every language.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

/// `resources/<product>/<resource>.example.yaml`: an example program with the resource.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Secrets in the stack configuration of the program, with test values.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub config: Entries<String>,
    /// Resources by name, each after the resources that it refers to.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Declared>")]
    pub resources: Entries<Declared>,
    /// Calls of functions by name, after the resources, in their output form.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Called>")]
    pub functions: Entries<Called>,
    /// Stack outputs.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub outputs: Entries<Value>,
}

/// A resource of an example.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Token without the package.
    #[serde(rename = "type")]
    pub token: String,
    /// Inputs.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub properties: Entries<Value>,
}

/// A call of a function in an example.
#[derive(Clone, Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// Token without the package.
    pub function: String,
    /// Arguments.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub arguments: Entries<Value>,
}

/// Entries of a map in the order in which they are written.
#[derive(Clone, Debug)]
pub struct Entries<T>(pub Vec<(String, T)>);

/// A value of the YAML file.
#[derive(Clone, Debug)]
pub enum Value {
    /// Null.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string, which may contain `${references}`.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object or a map. One entry whose name starts with `fn::` is a function call.
    Map(Entries<Value>),
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Literal characters.
    Letters(&'a str),
    /// `${name}` or `${name.property.inner}`: the name, and the rest.
    Reference(&'a str, Vec<&'a str>),
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// The value with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }
}

impl Value {
    /// The function and its argument, if the value is a function call.
    pub fn call(&self) -> Option<(&str, &Value)> {
        match self {
            Self::Map(Entries(entries)) => match entries.as_slice() {
                [(name, argument)] => Some((name.strip_prefix("fn::")?, argument)),
                _ => None,
            },
            _ => None,
        }
    }

    /// All strings in the value.
    pub fn strings(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().flat_map(Self::strings).collect(),
            Self::Map(Entries(entries)) => entries.iter().flat_map(|(_, value)| value.strings()).collect(),
            Self::Null | Self::Boolean(_) | Self::Number(_) => Vec::new(),
        }
    }

    /// Whether it contains a reference, so that it is known only when the program runs.
    pub fn refers(&self) -> bool {
        self.strings().into_iter().flat_map(parts).any(|part| matches!(part, Part::Reference(..)))
    }
}

impl Example {
    /// Whether another resource, a function or an output refers to this name.
    pub fn is_used(&self, name: &str) -> bool {
        let properties = self.resources.0.iter().flat_map(|(_, declared)| &declared.properties.0);
        let properties = properties.chain(self.functions.0.iter().flat_map(|(_, called)| &called.arguments.0));
        let values = properties.chain(&self.outputs.0).flat_map(|(_, value)| value.strings());
        values.flat_map(parts).any(|part| matches!(part, Part::Reference(other, _) if other == name))
    }
}

/// The parts of a string. An incomplete reference is literal.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        if start > 0 {
            parts.push(Part::Letters(&rest[..start]));
        }
        let mut path = rest[start + 2..start + length].split('.');
        parts.push(Part::Reference(path.next().unwrap_or_default(), path.collect()));
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Letters(rest));
    }
    parts
}

/// The name without an index: `endpoints[0]` is `endpoints`.
pub fn bare(step: &str) -> &str {
    step.split('[').next().unwrap_or_default()
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Written<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Written(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Boolean(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Number(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Number(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Value::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Value::Map(Entries(entries)))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_has_literal_parts_and_references() {
        assert_eq!(parts("plain"), [Part::Letters("plain")]);
        assert_eq!(parts("${a.b.c}"), [Part::Reference("a", vec!["b", "c"])]);
        let mixed = [Part::Letters("x"), Part::Reference("a", vec![]), Part::Letters("y${")];
        assert_eq!(parts("x${a}y${"), mixed);
    }
}
