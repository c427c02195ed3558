//! URNs of Pulumi resources: `urn:pulumi:<stack>::<project>::<type>$<type>::<name>`.

use std::borrow::Cow;
use std::fmt;

/// The parts of a URN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urn<'a> {
    /// Everything before the types: stack and project.
    place: &'a str,
    /// The types of the resource's parents, outermost first, and its own.
    types: Vec<Cow<'a, str>>,
    /// The name of the resource; it can contain any characters.
    name: Cow<'a, str>,
}

impl<'a> Urn<'a> {
    /// Parses a URN; `None` if it is invalid.
    pub fn parse(text: &'a str) -> Option<Self> {
        if !text.starts_with("urn:pulumi:") {
            return None;
        }
        let project = text.find("::")? + 2;
        let end = project + text.get(project..)?.find("::")?;
        let (types, name) = text.get(end + 2..)?.split_once("::")?;
        Some(Self {
            place: text.get(..end)?,
            types: types.split('$').map(Cow::Borrowed).collect(),
            name: Cow::Borrowed(name),
        })
    }

    /// Everything before the types, which names the stack: `urn:pulumi:<stack>::<project>`.
    pub fn stack(&self) -> &'a str {
        self.place
    }

    /// The type of the resource, without those of its parents.
    pub fn token(&self) -> &str {
        self.types.last().map(Cow::as_ref).unwrap_or_default()
    }

    /// The name of the resource.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same URN with the types for which `other` returns a type.
    #[must_use]
    pub fn with_types(self, other: impl Fn(&str) -> Option<String>) -> Self {
        let types = self.types.into_iter().map(|token| other(&token).map_or(token, Cow::Owned)).collect();
        Self { types, ..self }
    }

    /// The same URN with another name if `other` returns one.
    #[must_use]
    pub fn with_name(self, other: impl Fn(&str) -> Option<String>) -> Self {
        Self { name: other(&self.name).map_or(self.name, Cow::Owned), ..self }
    }
}

impl fmt::Display for Urn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}::{}", self.place, self.types.join("$"), self.name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_urn_that_was_read_is_written_as_it_was() {
        for text in ["urn:pulumi:dev::app::a:b:C::main", "urn:pulumi:o/p/dev::app::x:y:Z$a:b/c:D::my::odd$name"] {
            let urn = Urn::parse(text).map(|urn| urn.to_string());
            assert_eq!(urn.as_deref(), Some(text));
        }
        for text in ["", "urn:pulumi:dev", "urn:pulumi:dev::app::a:b:C", "fr-par/11111111"] {
            assert_eq!(Urn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn stack_type_and_name_are_parts_of_a_urn() {
        let urn = Urn::parse("urn:pulumi:o/p/dev::app::x:y:Z$a:b/c:D::my::odd$name").unwrap();
        assert_eq!((urn.stack(), urn.token(), urn.name()), ("urn:pulumi:o/p/dev::app", "a:b/c:D", "my::odd$name"));
    }

    #[test]
    fn types_of_parents_change_like_the_resources_own() {
        let urn = Urn::parse("urn:pulumi:dev::app::a:b:C$a:b:D::a:b:C");
        let changed = urn.map(|urn| urn.with_types(|token| (token == "a:b:C").then(|| "z:b:C".into())).to_string());
        assert_eq!(changed.as_deref(), Some("urn:pulumi:dev::app::z:b:C$a:b:D::a:b:C"));
    }
}
