//! Property paths of Pulumi: `a.b`, `a[0].b`, `a["key.with.dots"]`, `["odd root"].x`, and `[*]` for any element.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The path to a value in the properties of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

/// One segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A property of an object or a key of a map.
    Name(String),
    /// An element of a list, counted from 0.
    Index(usize),
    /// Every element or every key.
    Any,
}

/// A string that is not a property path.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{text}` is not a property path (for example `rules[0].ip`)")]
pub struct ParsePathError {
    text: String,
}

impl Path {
    /// The path of a top-level property.
    pub fn root(name: impl Into<String>) -> Self {
        Self(vec![Segment::Name(name.into())])
    }

    /// The path of a property of the object at this path.
    #[must_use]
    pub fn name(&self, name: impl Into<String>) -> Self {
        self.with(Segment::Name(name.into()))
    }

    /// The path of an element of the list at this path.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The segments of the path, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// This path and the paths of its parents, innermost first.
    pub fn upwards(&self) -> impl Iterator<Item = Path> + use<'_> {
        (1..=self.0.len()).rev().map(|length| Self(self.0[..length].to_vec()))
    }

    /// The name of the top-level property of this path.
    pub fn top(&self) -> Option<&str> {
        match self.0.first() {
            Some(Segment::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether `self` is `other` or the path of a parent of it. `[*]` matches any index or key.
    pub fn covers(&self, other: &Path) -> bool {
        self.0.len() <= other.0.len()
            && self.0.iter().zip(&other.0).all(|(mine, theirs)| matches!(mine, Segment::Any) || mine == theirs)
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Name(name) if is_plain(name) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(name)?;
                }
                Segment::Name(name) => {
                    write!(f, "[\"{}\"]", name.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) =
                next_segment(rest, segments.is_empty()).ok_or_else(|| ParsePathError { text: text.to_owned() })?;
            segments.push(segment);
            rest = after;
        }
        if segments.is_empty() {
            return Err(ParsePathError { text: text.to_owned() });
        }
        Ok(Self(segments))
    }
}

/// Whether a name needs no quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['.', '[', ']', '"', '\\'])
}

fn next_segment(text: &str, first: bool) -> Option<(Segment, &str)> {
    if let Some(quoted) = text.strip_prefix("[\"") {
        return quoted_segment(quoted);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inner, rest) = bracketed.split_once(']')?;
        let segment = if inner == "*" { Segment::Any } else { Segment::Index(inner.parse().ok()?) };
        return Some((segment, rest));
    }
    let name = if first { text } else { text.strip_prefix('.')? };
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    is_plain(name).then(|| (Segment::Name(name.to_owned()), rest))
}

fn quoted_segment(text: &str) -> Option<(Segment, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((position, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            '"' => {
                let rest = text[position + 1..].strip_prefix(']')?;
                return Some((Segment::Name(name), rest));
            }
            other => name.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_parsed_and_written_in_pulumis_format() {
        for text in ["a.b", "a[0].b", r#"a["key.with.dots"]"#, r#"["odd.root"].x"#, "rules[*].ip", "a[0][1]"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_invalid_path_is_rejected() {
        for text in ["", ".a", "a..b", "a[", "a[x]", r#"a["b"#, "a]b"] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_covers_the_paths_below_it() {
        let rules: Path = "rules[*].ip".parse().unwrap();
        assert!(rules.covers(&"rules[3].ip".parse().unwrap()));
        assert!(!rules.covers(&"rules[3].port".parse().unwrap()));
        assert!(Path::root("rules").covers(&rules));
    }

    fn any_segment() -> impl Strategy<Value = Segment> {
        prop_oneof![".{1,6}".prop_map(Segment::Name), (0usize..1000).prop_map(Segment::Index), Just(Segment::Any)]
    }

    proptest! {
        #[test]
        fn a_written_path_is_parsed_again(first in ".{1,6}", rest in prop::collection::vec(any_segment(), 0..5)) {
            let path = Path(std::iter::once(Segment::Name(first)).chain(rest).collect());
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }
}
