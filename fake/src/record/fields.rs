//! How fields are treated, by their names: `data/recorded_fields.yaml`.
//!
//! This module does not depend on values.

use std::collections::BTreeSet;

use serde::Deserialize;

/// How the strings of a field are treated if the API document does not decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Replaced, whatever its value is.
    Secret,
    /// Kept if it has the form of a word.
    Word,
    /// Words are kept, everything else in it is replaced.
    Sentence,
    /// Replaced, unless the documents contain the value.
    Other,
}

/// Names with these ends are not those of secrets, but of their attributes.
const ATTRIBUTES: [&str; 9] = ["_at", "_count", "_id", "_ids", "_name", "_path", "_region", "_status", "_type"];

/// The lists of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    secret_parts: BTreeSet<String>,
    secret_names: BTreeSet<String>,
    words: BTreeSet<String>,
    error_words: BTreeSet<String>,
    sentences: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Fields {
    /// The lists of `data/recorded_fields.yaml`.
    pub(super) fn read() -> Self {
        serde_saphyr::from_str(include_str!("../../data/recorded_fields.yaml"))
            .expect("a test of this module reads the file, which is part of the program")
    }

    /// The class of a field; `in_error`: of an error response.
    pub(super) fn class(&self, name: &str, in_error: bool) -> Class {
        let name = name.to_lowercase().replace('-', "_");
        let has_secret_part = || self.secret_parts.iter().any(|part| name.contains(part.as_str()));
        let is_attribute = || ATTRIBUTES.iter().any(|end| name.ends_with(end));
        if self.secret_names.contains(&name) || (has_secret_part() && !is_attribute()) {
            Class::Secret
        } else if self.words.contains(&name) || (in_error && self.error_words.contains(&name)) {
            Class::Word
        } else if in_error && self.sentences.contains(&name) {
            Class::Sentence
        } else {
            Class::Other
        }
    }

    /// Whether the numbers of a field are replaced by 0.
    pub(super) fn hides_number(&self, name: &str) -> bool {
        self.numbers.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use scaleway_api::documents;

    use super::*;

    #[test]
    fn class_is_found_by_the_name() {
        let fields = Fields::read();
        for (name, class) in [
            ("secret_key", Class::Secret),
            ("X-Auth-Token", Class::Secret),
            ("kubeconfig", Class::Secret),
            ("secret_id", Class::Other),
            ("node_type", Class::Word),
            ("message", Class::Sentence),
            ("name", Class::Other),
        ] {
            assert_eq!(fields.class(name, true), class, "{name}");
        }
        assert_eq!(fields.class("message", false), Class::Other);
        assert_eq!(fields.class("reason", false), Class::Other);
        assert!(fields.hides_number("data_crc32") && !fields.hides_number("port"));
    }

    #[test]
    fn kept_fields_are_in_a_document() {
        let documents: Vec<String> = documents().map(|document| format!("{document:?}")).collect();
        let is_declared = |name: &String| documents.iter().any(|document| document.contains(&format!("\"{name}\"")));
        let fields = Fields::read();
        let kept = fields.words.iter().chain(&fields.error_words).chain(&fields.sentences).chain(&fields.numbers);
        let unknown: Vec<&String> = kept.filter(|name| !is_declared(name)).collect();
        assert!(unknown.is_empty(), "no document declares {unknown:?}");
    }
}
