//! Path templates such as `/registry/v1/regions/{region}/namespaces/{namespace_id}`, and how paths match them.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::percent_decode_str;

/// One part of a path between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A literal.
    Literal(String),
    /// A parameter, by its name.
    Parameter(String),
}

/// A path with parameters, in segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathTemplate {
    /// The segments from left to right.
    pub segments: Vec<Segment>,
    /// A query key without a value that distinguishes operations of one path (`tagging`).
    pub word: Option<String>,
}

impl PathTemplate {
    /// Parses a template; `None` if it does not start with a slash, or a parameter is only a part of a segment.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, word) = text.split_once('?').map_or((text, None), |(text, word)| (text, Some(word.to_owned())));
        let segments = match text.strip_prefix('/')? {
            // The root, such as for the list of all buckets.
            "" => vec![Segment::Literal(String::new())],
            rest => rest.split('/').map(segment).collect::<Option<_>>()?,
        };
        Some(Self { segments, word })
    }

    /// The names of the parameters from left to right.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// The percent-decoded values of the parameters, if `path` (without query) matches.
    pub fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let mut values = BTreeMap::new();
        for segment in &self.segments {
            let part = parts.next()?;
            match segment {
                Segment::Literal(literal) if literal == part => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) if part.is_empty() => return None,
                Segment::Parameter(name) => {
                    values.insert(name.clone(), percent_decode(part)?);
                }
            }
        }
        if parts.next().is_some() {
            return None;
        }
        Some(values)
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Literal(literal) => write!(f, "/{literal}")?,
                Segment::Parameter(name) => write!(f, "/{{{name}}}")?,
            }
        }
        if let Some(word) = &self.word {
            write!(f, "?{word}")?;
        }
        Ok(())
    }
}

fn segment(text: &str) -> Option<Segment> {
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return Some(Segment::Parameter(name.to_owned()));
    }
    (!text.is_empty() && !text.contains(['{', '}'])).then(|| Segment::Literal(text.to_owned()))
}

/// The decoded text. The API rejects an incomplete escape.
fn percent_decode(text: &str) -> Option<String> {
    let is_escape = |escape: &str| escape.len() >= 2 && escape.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    text.split('%').skip(1).all(is_escape).then(|| decoded.into_owned())
}
