//! The secrets of a recording so far: a last check finds them in plain text, base64 and URL-encoded, wherever they occur.
//!
//! Fields are replaced before. This module finds copies of secrets in fields that are kept.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// Shorter secrets would be found inside of words.
const SHORTEST: usize = 6;
/// The replacement of a string that contains a secret.
const REDACTED: &str = "redacted";
/// Parts of pseudonyms. A secret that is a part of them is not searched.
const PSEUDONYMS: [&str; 6] = [
    "redacted",
    "person-0123456789@example.com",
    "label-0123456789.example",
    "SCWRECORDED0000",
    "00000000-0000-4000-8000-000000000000",
    "value-0123456789",
];

/// The forms of all secrets so far.
#[derive(Debug, Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Adds a secret.
    pub(super) fn learn(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST || self.0.contains(secret) || PSEUDONYMS.iter().any(|part| part.contains(secret)) {
            return;
        }
        self.0.insert(utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string());
        // The characters of base64 depend on the position of the secret in the encoded bytes.
        for offset in 0..3 {
            let bytes = [&b"\0\0"[..offset], secret.as_bytes()].concat();
            for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
                // The first and last characters also contain bits of the bytes around it.
                let start = [0, 2, 3][offset];
                let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
                self.0.extend(encoded.get(start..end).filter(|form| form.len() >= SHORTEST).map(str::to_owned));
            }
        }
        self.0.insert(secret.to_owned());
    }

    /// Replaces every string that contains a secret.
    pub(super) fn redact(&self, value: &mut Value) {
        match value {
            Value::String(text) if self.is_in(text) => REDACTED.clone_into(text),
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.redact(element)),
            Value::Object(fields) => {
                let found: Vec<String> = fields.keys().filter(|name| self.is_in(name)).cloned().collect();
                for name in found {
                    let value = fields.remove(&name).unwrap_or_default();
                    fields.insert(REDACTED.to_owned(), value);
                }
                fields.values_mut().for_each(|value| self.redact(value));
            }
            _ => {}
        }
    }

    /// Whether a string contains a secret.
    pub(super) fn is_in(&self, text: &str) -> bool {
        text.len() >= SHORTEST && self.0.iter().any(|secret| text.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found_in_every_form() {
        let mut secrets = Secrets::default();
        secrets.learn("p@ss word/42");
        for prefix in ["", "a", "ab", "abc"] {
            let text = STANDARD.encode(format!("{prefix}p@ss word/42{prefix}"));
            assert!(secrets.is_in(&text), "{text}");
        }
        assert!(secrets.is_in("x p@ss word/42 y") && secrets.is_in("?q=p%40ss%20word%2F42"));
        assert!(!secrets.is_in("a password"));
    }

    #[test]
    fn strings_and_names_with_a_secret_are_replaced() {
        let mut secrets = Secrets::default();
        secrets.learn("hunter22");
        let mut value = json!({ "a": ["x hunter22"], "hunter22": { "b": "hunter22", "c": 1 } });
        secrets.redact(&mut value);
        assert_eq!(value, json!({ "a": ["redacted"], "redacted": { "b": "redacted", "c": 1 } }));
    }
}
