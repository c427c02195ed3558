//! The words of the API documents, and the forms of values that are kept.
//!
//! This module decides about single strings. It does not depend on fields and does not replace anything.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scaleway_api::{Document, Kind, Protocol, Schema, Segment, documents};

/// The longest word of the API that a document does not contain.
const LONGEST: usize = 64;
/// The longest part of such a word. Random strings have longer parts, or parts with more changes.
const LONGEST_PART: usize = 16;

/// The words that the documents of JSON APIs contain.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// Values of enums, literals of paths, regions and zones.
    values: BTreeSet<&'static str>,
    /// Names of fields and parameters.
    names: BTreeSet<&'static str>,
}

impl Vocabulary {
    pub(super) fn read() -> Self {
        let mut vocabulary = Self::default();
        for document in documents().filter(|document| document.protocol == Protocol::Json) {
            vocabulary.add(document);
        }
        vocabulary
    }

    /// Whether a document contains the value: it does not identify anything.
    pub(super) fn has_value(&self, text: &str) -> bool {
        self.values.contains(text) || matches!(text, "true" | "false")
    }

    /// Whether a document contains the value, or a field with this name.
    pub(super) fn has(&self, text: &str) -> bool {
        self.has_value(text) || self.names.contains(text)
    }

    fn add(&mut self, document: &'static Document) {
        self.values.extend(document.localities.values().flatten().map(String::as_str));
        for operation in &document.operations {
            self.values.extend(operation.path.segments.iter().filter_map(|segment| match segment {
                Segment::Literal(literal) if !literal.is_empty() => Some(literal.as_str()),
                _ => None,
            }));
            for parameter in operation.path_parameters.iter().chain(&operation.query_parameters) {
                self.names.insert(&parameter.name);
                self.add_schema(&parameter.schema);
            }
            operation.request.iter().chain(&operation.answer).for_each(|schema| self.add_schema(schema));
        }
        document.schemas.values().for_each(|schema| self.add_schema(schema));
    }

    fn add_schema(&mut self, schema: &'static Schema) {
        match &schema.kind {
            Kind::Enum { values, .. } => {
                self.values.extend(values.iter().map(String::as_str).filter(|value| !value.is_empty()));
            }
            Kind::Array { items: inner, .. } | Kind::Map(inner) => self.add_schema(inner),
            Kind::Object { properties, .. } => {
                for (name, schema) in properties {
                    self.names.insert(name);
                    self.add_schema(schema);
                }
            }
            Kind::OneOf(choices) => choices.iter().for_each(|choice| self.add_schema(choice)),
            Kind::Reference(_)
            | Kind::String { .. }
            | Kind::Integer { .. }
            | Kind::Number
            | Kind::Boolean
            | Kind::Free => {}
        }
    }
}

/// Whether a string has the form of a word that Scaleway chooses, such as `PRO2-XXS` or `ContainersReadOnly`. Random strings do
/// not: they have long parts, or many changes between letters and digits, or between upper and lower case.
pub(super) fn is_word(text: &str) -> bool {
    let is_separator = |character: char| "._:/+-".contains(character);
    text.len() <= LONGEST
        && text.chars().all(|character| character.is_ascii_alphanumeric() || is_separator(character))
        && text.split(is_separator).all(|part| {
            let words = capitalized(part);
            let letters = part.len();
            let is_readable = words.len() == 1 || letters >= 3 * words.len();
            is_readable && words.len() <= 8 && words.iter().all(|word| is_simple(word))
        })
}

/// Whether a field name that no document contains has the form of one, such as `public_ipv4`.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let letters = part.trim_end_matches(|character: char| character.is_ascii_digit());
        (2..=LONGEST_PART).contains(&letters.len())
            && part.len() - letters.len() <= 1
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    text.len() <= 40 && text.split('_').all(is_part)
}

/// Whether a string is a time.
pub(super) fn is_time(text: &str) -> bool {
    text.len() <= 40 && text.parse::<Timestamp>().is_ok()
}

/// Whether a string is a duration such as `3600s`.
pub(super) fn is_duration(text: &str) -> bool {
    let seconds = text.strip_prefix('-').unwrap_or(text).strip_suffix('s');
    text.len() <= 24
        && seconds.is_some_and(|seconds| {
            seconds.parse::<f64>().is_ok() && seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
}

/// The words of a part such as `ContainersReadOnly`.
fn capitalized(part: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let bytes = part.as_bytes();
    for at in 1..bytes.len() {
        if bytes[at - 1].is_ascii_lowercase() && bytes[at].is_ascii_uppercase() {
            words.push(&part[start..at]);
            start = at;
        }
    }
    words.push(&part[start..]);
    words
}

/// Whether a word is short. With digits it changes at most twice between them and letters, which have one case.
fn is_simple(word: &str) -> bool {
    let digits: Vec<bool> = word.bytes().map(|byte| byte.is_ascii_digit()).collect();
    let changes = digits.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let has_one_case = !(word.contains(char::is_lowercase) && word.contains(char::is_uppercase));
    word.len() <= LONGEST_PART && (!digits.contains(&true) || (changes <= 2 && has_one_case && digits.len() <= 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_api_have_the_form_of_a_word() {
        for word in [
            "DB-DEV-S",
            "PostgreSQL-15",
            "EM-A210R-HDD",
            "POP2-HM-2C-16G",
            "ubuntu_noble",
            "1.30.2",
            "sbs_15k",
            "RUNNING",
            "ObjectStorageBucketsRead",
            "IPAMReadOnly",
            "KeyManagerFullAccess",
            "go122",
            "node22",
        ] {
            assert!(is_word(word), "{word}");
        }
    }

    #[test]
    fn random_strings_do_not_have_the_form_of_a_word() {
        for text in [
            "8f14e45fceea167a5a36dedd4bea2543",
            "5f4dcc3b-5aa7-65d6-1d83-27deb882cf99",
            "c2VjcmV0LXZhbHVl",
            "aGVsbG8gd29ybGQ=",
            "x9Kq2Lp7Zr4TvB1n",
            "correcthorsebatterystaple",
            "acme is closing",
            "p@ssword",
            "-----BEGIN PRIVATE KEY-----\n",
        ] {
            assert!(!is_word(text), "{text}");
        }
    }

    #[test]
    fn field_names_have_the_form_of_a_name() {
        assert!(["public_ipv4", "md5", "new_field_of_the_api"].iter().all(|name| is_name(name)));
        assert!(["DATABASE_URL", "8f14e45f", "x", "customer-7", "a1b2c3"].iter().all(|name| !is_name(name)));
    }

    #[test]
    fn vocabulary_has_the_values_and_names_of_the_documents() {
        let vocabulary = Vocabulary::read();
        assert!(["fr-par", "nl-ams-1", "vpcs", "creating"].iter().all(|value| vocabulary.has_value(value)));
        assert!(vocabulary.has("argument_name") && !vocabulary.has_value("argument_name"));
        assert!(!vocabulary.has("acme"));
    }

    #[test]
    fn times_and_durations_are_recognized() {
        assert!(is_time("2026-07-17T09:50:00.638933Z") && !is_time("2026-07-17 secret"));
        assert!(is_duration("3600s") && is_duration("1.500000000s") && !is_duration("infs") && !is_duration("s"));
    }
}
