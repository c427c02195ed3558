//! Replaces everything in requests and responses that could be a secret or identify an account.
//!
//! A string is kept only if it is known as a value of the API: one that the API documents contain, a time, a word in
//! a field that `data/recorded_fields.yaml` lists. So a value in an unexpected place is replaced too. This module decides which
//! strings are replaced; [`Pseudonyms`] decides by what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scaleway_api::{Document, Kind, Matched, Schema, Segment, StringFormat};
use serde_json::{Map, Number, Value};

use super::fields::{Class, Fields};
use super::pseudonyms::Pseudonyms;
use super::secrets::Secrets;
use super::sentences;
use super::vocabulary::{self, Vocabulary};

/// The schema of error responses in each document.
const ERROR: &str = "scw.Error";
/// Numbers that no document declares are kept below this value.
const LARGEST_NUMBER: f64 = 10_000.0;

/// The operation of a request, if a document has it.
pub(super) type Found = Option<(&'static Document, Matched<'static>)>;

/// The state of one recording: what was replaced so far.
#[derive(Debug)]
pub(super) struct Sanitizer {
    vocabulary: Vocabulary,
    fields: Fields,
    pseudonyms: Pseudonyms,
    secrets: Secrets,
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The document and the schema, if the value is documented.
    schema: Option<(&'static Document, &'static Schema)>,
    /// The name of the field.
    name: &'a str,
    /// Whether it is in a secret.
    is_secret: bool,
    /// Whether it is in an error response.
    in_error: bool,
}

impl Sanitizer {
    pub(super) fn new() -> Self {
        Self {
            vocabulary: Vocabulary::read(),
            fields: Fields::read(),
            pseudonyms: Pseudonyms::default(),
            secrets: Secrets::default(),
        }
    }

    /// Adds a secret that is not part of a body, such as the secret key.
    pub(super) fn learn(&mut self, secret: &str) {
        if !self.vocabulary.has(secret) {
            self.secrets.learn(secret);
        }
    }

    /// Path and query of a request, percent-encoded.
    pub(super) fn target(&mut self, found: &Found, path: &str, query: &[(String, String)]) -> String {
        let path = match found {
            Some((document, matched)) => self.known_path(document, matched),
            None => self.unknown_path(path),
        };
        let query: Vec<String> = query.iter().map(|(name, value)| self.parameter(found, name, value)).collect();
        let separator = if query.is_empty() { "" } else { "?" };
        let target = format!("{path}{separator}{}", query.join("&"));
        if self.secrets.is_in(&target) { "/redacted".to_owned() } else { target }
    }

    /// The body of a request.
    pub(super) fn request(&mut self, found: &Found, body: &Value) -> Value {
        let schema =
            found.as_ref().and_then(|(document, matched)| Some((*document, matched.operation.request.as_ref()?)));
        self.body(schema, body, false)
    }

    /// The body of a response.
    pub(super) fn response(&mut self, found: &Found, status: u16, body: &Value) -> Value {
        let schema = found.as_ref().and_then(|(document, matched)| {
            let schema = if status < 400 { matched.operation.answer.as_ref() } else { document.schema(ERROR) };
            Some((*document, schema?))
        });
        self.body(schema, body, status >= 400)
    }

    /// Replaces the strings of an exchange that contain a secret in any form.
    pub(super) fn redact(&self, value: &mut Value) {
        self.secrets.redact(value);
    }

    fn body(&mut self, schema: Option<(&'static Document, &'static Schema)>, body: &Value, in_error: bool) -> Value {
        self.value(Place { schema, name: "value", is_secret: false, in_error }, body)
    }

    fn known_path(&mut self, document: &'static Document, matched: &Matched<'static>) -> String {
        let mut path = String::new();
        for segment in &matched.operation.path.segments {
            path.push('/');
            match segment {
                Segment::Literal(literal) => path += literal,
                Segment::Parameter(name) => {
                    let declared = matched.operation.path_parameters.iter().find(|parameter| parameter.name == *name);
                    let schema = declared.map(|parameter| (document, &parameter.schema));
                    let value = matched.parameters.get(name).map(String::as_str).unwrap_or_default();
                    path += &encoded(&self.parameter_value(schema, name, value));
                }
            }
        }
        path
    }

    /// A path that no document has: its words, and pseudonyms for everything else.
    fn unknown_path(&mut self, path: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (index, segment) in path.split('/').enumerate() {
            let text = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
            // The name of the product, which `is_version` follows.
            let next = path.split('/').nth(index + 1).unwrap_or_default();
            let is_product = index == 1 && is_version(next) && vocabulary::is_name(&text.replace('-', "_"));
            let is_kept =
                text.is_empty() || is_product || (index == 2 && is_version(&text)) || self.vocabulary.has_value(&text);
            parts.push(if is_kept { text.into_owned() } else { encoded(&self.replaced(&text, "part")) });
        }
        parts.join("/")
    }

    fn parameter(&mut self, found: &Found, name: &str, value: &str) -> String {
        let declared = found.as_ref().and_then(|(document, matched)| {
            let parameter = matched.operation.query_parameters.iter().find(|parameter| parameter.name == name)?;
            Some((*document, &parameter.schema))
        });
        let value = self.parameter_value(declared, name, value);
        let name = if declared.is_some() { name.to_owned() } else { self.key(name) };
        format!("{}={}", encoded(&name), encoded(&value))
    }

    fn parameter_value(
        &mut self,
        schema: Option<(&'static Document, &'static Schema)>,
        name: &str,
        value: &str,
    ) -> String {
        // A list is sent by repeating the parameter.
        let schema = schema.map(|(document, schema)| match &document.resolve(schema).kind {
            Kind::Array { items, .. } => (document, &**items),
            _ => (document, schema),
        });
        let is_secret = self.fields.class(name, false) == Class::Secret;
        self.string(Place { schema, name, is_secret, in_error: false }, value)
    }

    fn value(&mut self, place: Place<'_>, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => Value::Number(self.number(place, number)),
            Value::String(text) => Value::from(self.string(place, text)),
            Value::Array(elements) => {
                let schema = place.schema.and_then(|(document, schema)| match &document.resolve(schema).kind {
                    Kind::Array { items, .. } => Some((document, &**items)),
                    _ => None,
                });
                elements.iter().map(|element| self.value(Place { schema, ..place }, element)).collect()
            }
            Value::Object(fields) => Value::Object(self.object(place, fields)),
        }
    }

    fn object(&mut self, place: Place<'_>, fields: &Map<String, Value>) -> Map<String, Value> {
        let kind = place.schema.map(|(document, schema)| (document, &document.resolve(schema).kind));
        let mut replaced = Map::new();
        for (name, value) in fields {
            let (key, place) = match kind {
                Some((document, Kind::Object { properties, .. })) if properties.contains_key(name) => {
                    (name.clone(), self.field(place, name, Some((document, &properties[name]))))
                }
                // The keys of a map are values.
                Some((document, Kind::Map(inner))) => {
                    let is_kept = self.fields.class(place.name, false) == Class::Word && self.is_word(name);
                    let key = if is_kept || is_index(name) { name.clone() } else { self.replaced(name, "key") };
                    (key, Place { schema: Some((document, inner)), ..place })
                }
                // So are those of a free object, except for words.
                Some((_, Kind::Free)) if !self.vocabulary.has(name) => {
                    (self.replaced(name, "key"), self.field(place, name, None))
                }
                _ => (self.key(name), self.field(place, name, None)),
            };
            replaced.insert(key, self.value(place, value));
        }
        replaced
    }

    fn field<'a>(
        &self,
        parent: Place<'_>,
        name: &'a str,
        schema: Option<(&'static Document, &'static Schema)>,
    ) -> Place<'a> {
        let is_secret = parent.is_secret || self.fields.class(name, false) == Class::Secret;
        Place { schema, name, is_secret, in_error: parent.in_error }
    }

    /// The name of a field that no document declares at this place.
    fn key(&mut self, name: &str) -> String {
        if self.vocabulary.has(name) || vocabulary::is_name(name) {
            name.to_owned()
        } else {
            self.replaced(name, "key")
        }
    }

    fn number(&self, place: Place<'_>, number: &Number) -> Number {
        let is_documented = place.schema.is_some_and(|(document, schema)| {
            matches!(document.resolve(schema).kind, Kind::Integer { .. } | Kind::Number | Kind::OneOf(_))
        });
        let is_small = || !place.is_secret && number.as_f64().is_some_and(|number| number.abs() < LARGEST_NUMBER);
        let is_kept = !self.fields.hides_number(place.name) && (is_documented || is_small());
        if is_kept { number.clone() } else { Number::from(0) }
    }

    fn string(&mut self, place: Place<'_>, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let kind = place.schema.map(|(document, schema)| &document.resolve(schema).kind);
        let is_kept = match kind {
            Some(Kind::Enum { values, .. }) => {
                values.iter().any(|value| value == text) || (!place.is_secret && self.is_word(text))
            }
            Some(Kind::String { format: Some(StringFormat::DateTime) }) => vocabulary::is_time(text),
            Some(Kind::String { format: Some(StringFormat::Duration) }) => vocabulary::is_duration(text),
            // Query parameters are strings.
            Some(Kind::Integer { .. } | Kind::Number) => {
                text.len() <= 20 && text.parse::<f64>().is_ok_and(f64::is_finite)
            }
            Some(Kind::Boolean) => matches!(text, "true" | "false"),
            Some(Kind::String { format: Some(StringFormat::Byte) }) => {
                return STANDARD.encode(self.secret(place, text));
            }
            _ => false,
        };
        // Points of a time series are times or numbers.
        let is_open = matches!(kind, None | Some(Kind::OneOf(_)));
        if is_kept {
            return text.to_owned();
        }
        if place.is_secret {
            return self.secret(place, text);
        }
        let is_kept = match self.fields.class(place.name, place.in_error) {
            Class::Sentence => return sentences::replace(text, &mut self.pseudonyms, &self.vocabulary),
            Class::Word => self.is_word(text),
            Class::Secret | Class::Other => false,
        };
        // A path such as `/` or a pattern such as `*`.
        let is_sign = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_punctuation());
        if is_kept || is_sign || self.vocabulary.has_value(text) || (is_open && vocabulary::is_time(text)) {
            return text.to_owned();
        }
        self.replaced(text, if kind.is_some() { place.name } else { "value" })
    }

    /// Whether a string is a word that Scaleway chose, and not one that was replaced elsewhere.
    fn is_word(&self, text: &str) -> bool {
        self.vocabulary.has_value(text)
            || (self.pseudonyms.known(text).is_none()
                && vocabulary::is_word(text)
                && text.parse::<std::net::IpAddr>().is_err())
    }

    fn secret(&mut self, place: Place<'_>, text: &str) -> String {
        self.learn(text);
        if let Some(replaced) = self.pseudonyms.id(text) {
            return replaced;
        }
        let name = if place.schema.is_some() { place.name } else { "value" };
        self.pseudonyms.of(text, &format!("redacted-{}", name.replace('_', "-")))
    }

    fn replaced(&mut self, text: &str, name: &str) -> String {
        self.pseudonyms.replace(text, &name.replace('_', "-"), &self.vocabulary)
    }
}

/// Whether a segment of a path is a version such as `v1alpha1`.
fn is_version(segment: &str) -> bool {
    segment.len() <= 10
        && segment.strip_prefix('v').is_some_and(|rest| {
            rest.starts_with(|first: char| first.is_ascii_digit())
                && rest.replace("alpha", "").replace("beta", "").bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Whether the key of a map is a number, such as the position of a volume.
fn is_index(key: &str) -> bool {
    key.len() <= 3 && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn encoded(text: &str) -> String {
    const RESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
#[path = "sanitizer_tests.rs"]
mod tests;
