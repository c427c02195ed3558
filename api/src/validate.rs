//! Validates a JSON value against a schema and reports every violation.
//!
//! [`Rules`] determine how strict the validation is, for a request or a response.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::formats;
use crate::schema::{IntegerFormat, Kind, Schema};

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The place, such as `endpoints[0].private_network.service_ip`; empty for the value as a whole.
    pub path: String,
    /// The kind of violation, in Scaleway's terms.
    pub reason: Reason,
    /// What was expected, as a sentence. It never contains the value, which can be secret.
    pub message: String,
}

/// Scaleway's reasons for rejecting an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The argument is missing. Documents do not declare required fields, so only callers of this crate use this reason.
    Required,
    /// It has the wrong type or format.
    Format,
    /// It is outside of a limit, or conflicts with another argument.
    Constraint,
    /// The field does not exist.
    Unknown,
}

/// How strict the validation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether only the declared values of an enum are valid. The API adds values.
    pub closed_enums: bool,
    /// Whether undeclared fields are ignored. The API adds fields.
    pub unknown_fields: bool,
    /// Whether a field that is `null`, or an empty string with a format or an enum, counts as not set.
    pub lenient_absence: bool,
}

impl Rules {
    /// Like Scaleway for requests: unknown fields are rejected, `null` and empty strings mean "not set".
    pub const REQUEST: Self = Self { closed_enums: false, unknown_fields: false, lenient_absence: true };
    /// For responses: new fields and new enum values are accepted, types and nulls are as declared.
    pub const ANSWER: Self = Self { closed_enums: false, unknown_fields: true, lenient_absence: false };
    /// Exactly as declared.
    pub const STRICT: Self = Self { closed_enums: true, unknown_fields: false, lenient_absence: false };
}

impl Reason {
    /// The value in API errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Format => "format",
            Self::Constraint => "constraint",
            Self::Unknown => "unknown",
        }
    }
}

impl Document {
    /// Every violation of `schema` in `value`, in the order of the fields; empty if the value is valid.
    pub fn validate(&self, schema: &Schema, value: &Value, rules: Rules) -> Vec<Violation> {
        let mut check = Check { document: self, rules, violations: Vec::new() };
        check.field("", schema, value);
        check.violations
    }
}

struct Check<'a> {
    document: &'a Document,
    rules: Rules,
    violations: Vec<Violation>,
}

impl Check<'_> {
    /// A value that can be absent, unlike an element of a list.
    fn field(&mut self, path: &str, schema: &Schema, value: &Value) {
        let has_format = || {
            let kind = &self.document.resolve(schema).kind;
            matches!(kind, Kind::String { format: Some(_) } | Kind::Enum { .. })
        };
        let is_absent = value.is_null() || (value == "" && has_format());
        if !(self.rules.lenient_absence && is_absent) {
            self.value(path, schema, value);
        }
    }

    fn value(&mut self, path: &str, schema: &Schema, value: &Value) {
        let resolved = self.document.resolve(schema);
        if value.is_null() {
            if !(schema.nullable || resolved.nullable) {
                self.expected(path, &resolved.kind);
            }
            return;
        }
        match (&resolved.kind, value) {
            (Kind::String { .. } | Kind::Enum { .. }, Value::String(text)) => self.text(path, &resolved.kind, text),
            (Kind::Integer { format, .. }, Value::Number(_)) => self.integer(path, &resolved.kind, *format, value),
            (Kind::Number, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) | (Kind::Free, Value::Object(_)) => {}
            (Kind::Array { items, bounds }, Value::Array(elements)) => self.array(path, items, *bounds, elements),
            (Kind::Object { properties, one_of }, Value::Object(fields)) => {
                self.one_of(path, one_of, fields);
                for (name, value) in fields {
                    match properties.get(name) {
                        Some(property) => self.field(&join(path, name), property, value),
                        None if self.rules.unknown_fields => {}
                        None => self.add(&join(path, name), Reason::Unknown, "there is no such field".to_owned()),
                    }
                }
            }
            (Kind::Map(values), Value::Object(fields)) => {
                for (name, value) in fields {
                    self.field(&join(path, name), values, value);
                }
            }
            (Kind::OneOf(choices), value) => {
                let fits = |choice| self.document.validate(choice, value, self.rules).is_empty();
                if !choices.iter().any(fits) {
                    self.expected(path, &resolved.kind);
                }
            }
            (kind, _) => self.expected(path, kind),
        }
    }

    fn text(&mut self, path: &str, kind: &Kind, text: &str) {
        let fits = match kind {
            Kind::String { format: Some(format) } => formats::fits(*format, text),
            Kind::Enum { values, .. } if self.rules.closed_enums => values.iter().any(|value| value == text),
            _ => true,
        };
        if fits {
            return;
        }
        match kind {
            Kind::Enum { values, .. } => {
                self.add(path, Reason::Constraint, format!("expected one of {}", values.join(", ")));
            }
            _ => self.expected(path, kind),
        }
    }

    fn integer(&mut self, path: &str, kind: &Kind, format: IntegerFormat, value: &Value) {
        let Some(number) = whole(value) else {
            return self.expected(path, kind);
        };
        let fits = match format {
            IntegerFormat::Int32 => i32::try_from(number).is_ok(),
            IntegerFormat::Uint32 => u32::try_from(number).is_ok(),
            IntegerFormat::Int64 => i64::try_from(number).is_ok(),
            IntegerFormat::Uint64 => u64::try_from(number).is_ok(),
        };
        if !fits {
            self.add(path, Reason::Constraint, format!("expected {}", describe(kind)));
        }
    }

    fn array(&mut self, path: &str, items: &Schema, bounds: Option<(usize, usize)>, elements: &[Value]) {
        if let Some((fewest, most)) = bounds.filter(|(fewest, most)| !(*fewest..=*most).contains(&elements.len())) {
            self.add(path, Reason::Constraint, format!("expected {fewest} to {most} elements"));
        }
        for (index, element) in elements.iter().enumerate() {
            self.value(&format!("{path}[{index}]"), items, element);
        }
    }

    fn one_of(&mut self, path: &str, groups: &[Vec<String>], fields: &Map<String, Value>) {
        for group in groups {
            let given: Vec<_> = group.iter().filter(|name| fields.get(*name).is_some_and(|v| !v.is_null())).collect();
            if let [first, second, ..] = given.as_slice() {
                self.add(&join(path, second), Reason::Constraint, format!("conflicts with `{first}`"));
            }
        }
    }

    fn expected(&mut self, path: &str, kind: &Kind) {
        self.add(path, Reason::Format, format!("expected {}", describe(kind)));
    }

    fn add(&mut self, path: &str, reason: Reason, message: String) {
        self.violations.push(Violation { path: path.to_owned(), reason, message });
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// JSON has one type of number, so `1.0` equals `1`.
fn whole(value: &Value) -> Option<i128> {
    if let Some(number) = value.as_i64() {
        return Some(i128::from(number));
    }
    if let Some(number) = value.as_u64() {
        return Some(i128::from(number));
    }
    let number = value.as_f64()?;
    // Every format rejects numbers above 2^64, so the limit has no effect.
    #[allow(clippy::cast_possible_truncation)]
    (number.fract() == 0.0 && number.abs() <= 1e20).then_some(number as i128)
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::String { format: Some(format) } => formats::name(*format),
        Kind::String { format: None } | Kind::Enum { .. } => "a string",
        Kind::Integer { format: IntegerFormat::Int32, .. } => "an integer of 32 bits",
        Kind::Integer { format: IntegerFormat::Int64, .. } => "an integer of 64 bits",
        Kind::Integer { format: IntegerFormat::Uint32, .. } => "an integer of 32 bits, not negative",
        Kind::Integer { format: IntegerFormat::Uint64, .. } => "an integer of 64 bits, not negative",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Array { .. } => "a list",
        Kind::Object { .. } | Kind::Map(_) | Kind::Free => "an object",
        Kind::OneOf(_) | Kind::Reference(_) => "another type",
    }
}
