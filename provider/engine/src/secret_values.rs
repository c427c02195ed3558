//! The values of the secrets that the inputs of an operation refer to. They are inserted into request bodies alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use client::Call;
use rules::masking::Mask;
use rules::secret_reference::{self, SecretReference};
use value::{Object, Value};
use zeroize::Zeroizing;

/// Values by reference.
#[derive(Default)]
pub(crate) struct SecretValues(BTreeMap<SecretReference, Zeroizing<String>>);

/// The values of an operation whose inputs contain no references.
pub(crate) static NONE: SecretValues = SecretValues(BTreeMap::new());

impl SecretValues {
    pub(crate) fn insert(&mut self, reference: SecretReference, value: Zeroizing<String>) {
        self.0.insert(reference, value);
    }

    /// The call with values instead of references in its body.
    pub(crate) fn inserted<'c>(&self, call: &'c Call) -> Cow<'c, Call> {
        let mut call = Cow::Borrowed(call);
        if !self.0.is_empty() && call.body.is_some() {
            call.to_mut().body.iter_mut().for_each(|body| secret_reference::resolve(body, &|of| self.value(of)));
        }
        call
    }

    /// Inputs with values instead of references, for a check that sends them itself.
    pub(crate) fn resolved(&self, inputs: &Object) -> Object {
        let resolved = |value: &Value| secret_reference::with_values(value, &|of| self.value(of));
        inputs.iter().map(|(name, value)| (name.clone(), resolved(value))).collect()
    }

    /// The values, for messages.
    pub(crate) fn mask(&self) -> Mask {
        Mask::of_strings(self.0.values().map(|value| value.as_str()))
    }

    fn value(&self, reference: &SecretReference) -> Option<String> {
        self.0.get(reference).map(|value| String::clone(value))
    }
}

impl fmt::Debug for SecretValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
