//! Compares a JSON value with a schema and says everything that does not fit.
//!
//! It does not know whether the value is a request or an answer: the rules say how strict to be.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::formats;
use crate::schema::{IntegerFormat, Kind, Schema};

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, such as `endpoints[0].private_network.service_ip`; empty for the value as a whole.
    pub path: String,
    /// What kind of misfit it is, in Scaleway's words.
    pub reason: Reason,
    /// What was expected, as a sentence for people. Never holds the value: it could be a secret.
    pub message: String,
}

/// The reasons that Scaleway gives for refusing an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is missing. Documents do not declare required fields, so only callers of this crate give this reason.
    Required,
    /// It has the wrong type or look.
    Format,
    /// It is out of bounds, or may not stand beside another.
    Constraint,
    /// There is no such field.
    Unknown,
}

/// How strict to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether an enum takes no other values than those declared. Servers add values.
    pub closed_enums: bool,
    /// Whether fields that are not declared are left alone. Servers add fields.
    pub unknown_fields: bool,
    /// Whether `null` anywhere, and an empty text where a format or an enum is declared, count as not given.
    pub lenient_absence: bool,
}

impl Rules {
    /// As Scaleway reads requests: unknown fields are refused, `null` and the empty text mean "not given".
    pub const REQUEST: Self = Self { closed_enums: false, unknown_fields: false, lenient_absence: true };
    /// As a careful client reads answers: new fields and new enum values may come, types and nulls are as declared.
    pub const ANSWER: Self = Self { closed_enums: false, unknown_fields: true, lenient_absence: false };
    /// As declared, to the letter.
    pub const STRICT: Self = Self { closed_enums: true, unknown_fields: false, lenient_absence: false };
}

impl Reason {
    /// The word on the wire.
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
    /// Everything about `value` that does not fit `schema`, in the order of the value's fields; empty when it fits.
    pub fn validate(&self, schema: &Schema, value: &Value, rules: Rules) -> Vec<Violation> {
        let mut check = Check { document: self, rules, violations: Vec::new() };
        check.value("", schema, value);
        check.violations
    }
}

struct Check<'a> {
    document: &'a Document,
    rules: Rules,
    violations: Vec<Violation>,
}

impl Check<'_> {
    fn value(&mut self, path: &str, schema: &Schema, value: &Value) {
        let resolved = self.document.resolve(schema);
        if value.is_null() {
            if !(schema.nullable || resolved.nullable || self.rules.lenient_absence) {
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
                        Some(property) => self.value(&join(path, name), property, value),
                        None if self.rules.unknown_fields => {}
                        None => self.add(&join(path, name), Reason::Unknown, "there is no such field".to_owned()),
                    }
                }
            }
            (Kind::Map(values), Value::Object(fields)) => {
                for (name, value) in fields {
                    self.value(&join(path, name), values, value);
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
        let empty = text.is_empty() && self.rules.lenient_absence;
        let fits = match kind {
            Kind::String { format: Some(format) } => empty || formats::fits(*format, text),
            Kind::Enum { values, .. } if self.rules.closed_enums => empty || values.iter().any(|value| value == text),
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
                self.add(&join(path, second), Reason::Constraint, format!("may not stand beside `{first}`"));
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

/// JSON knows one kind of number, so `1.0` is as whole as `1`.
fn whole(value: &Value) -> Option<i128> {
    if let Some(number) = value.as_i64() {
        return Some(i128::from(number));
    }
    if let Some(number) = value.as_u64() {
        return Some(i128::from(number));
    }
    let number = value.as_f64()?;
    // Beyond 2^64 every format refuses it, so the bound loses nothing.
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
