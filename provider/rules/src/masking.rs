//! Masks secrets in messages for users: error messages, warnings and progress lines. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use value::{Object, Value};
use zeroize::Zeroizing;

use crate::operation::Progress;

/// Shorter secrets are not masked, because they would match parts of ordinary words.
const SHORTEST_SECRET: usize = 4;

/// The text that replaces a secret.
const MASK: &str = "[secret]";

/// The secrets of an operation, in each form in which a message may contain them.
#[derive(Clone, Default)]
pub struct Mask(Vec<Zeroizing<String>>);

impl Mask {
    /// The secrets in inputs and outputs.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let values = objects.into_iter().flat_map(|object| object.values());
        Self::of_strings(values.flat_map(Value::secret_strings))
    }

    /// These secrets. An API may repeat them in JSON or as base64.
    pub fn of_strings<'a>(strings: impl IntoIterator<Item = &'a str>) -> Self {
        let long = strings.into_iter().filter(|text| text.len() >= SHORTEST_SECRET);
        let mut forms: Vec<Zeroizing<String>> = long.flat_map(forms).map(Zeroizing::new).collect();
        // The longest first: otherwise a secret that starts with another one would keep its end.
        forms.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Self(forms)
    }

    /// The text without the secrets.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }
}

/// Messages without secrets that are known only during the operation.
pub struct MaskedProgress<'p> {
    progress: &'p dyn Progress,
    mask: Mask,
}

impl<'p> MaskedProgress<'p> {
    /// The same messages with these secrets masked.
    pub fn new(progress: &'p dyn Progress, mask: Mask) -> Self {
        Self { progress, mask }
    }
}

impl Progress for MaskedProgress<'_> {
    fn status(&self, message: &str) {
        self.progress.status(&self.mask.apply(message));
    }

    fn warning(&self, message: &str) {
        self.progress.warning(&self.mask.apply(message));
    }
}

fn forms(text: &str) -> [String; 3] {
    let json = serde_json::Value::from(text).to_string();
    [text.to_owned(), json.trim_matches('"').to_owned(), BASE64.encode(text).trim_end_matches('=').to_owned()]
}

#[cfg(test)]
mod tests {
    use value::object;

    use super::*;

    #[test]
    fn a_secret_is_masked_in_every_form() {
        let inputs = object! { "key": Value::from("line\n\"two\"").into_secret(), "name": "shown", "short": Value::from("ab").into_secret() };
        let mask = Mask::of([&inputs]);
        for text in ["the key line\n\"two\" is", r#"the key line\n\"two\" is"#, "the key bGluZQoidHdvIg== is"] {
            assert!(mask.apply(text).contains("the key [secret]"), "{text}: {}", mask.apply(text));
        }
        assert_eq!(mask.apply("shown ab"), "shown ab");
    }

    #[test]
    fn a_secret_that_starts_with_another_secret_is_masked_completely() {
        let mask = Mask::of_strings(["hunter2", "hunter2-for-production"]);
        assert_eq!(mask.apply("hunter2-for-production is too short"), "[secret] is too short");
    }

    #[test]
    fn messages_of_an_operation_contain_no_secret() {
        #[derive(Default)]
        struct Messages(std::sync::Mutex<Vec<String>>);

        impl Progress for Messages {
            fn status(&self, message: &str) {
                self.0.lock().unwrap().push(message.to_owned());
            }

            fn warning(&self, message: &str) {
                self.0.lock().unwrap().push(message.to_owned());
            }
        }

        let messages = Messages::default();
        let masked = MaskedProgress::new(&messages, Mask::of_strings(["hunter2"]));
        masked.status("sending hunter2");
        masked.warning("hunter2 is weak");
        assert_eq!(*messages.0.lock().unwrap(), ["sending [secret]", "[secret] is weak"]);
    }
}
